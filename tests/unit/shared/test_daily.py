"""What is done once a day is done once a day, whatever the calendar says, and how it went can be asked."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from services.shared import sqlite_care
from services.shared.clock import Moment
from services.shared.daily import Book, Daily

HOUR = 3_600.0


class Hands:
    """A clock that stands where it is set."""

    def __init__(self) -> None:
        self.mono_s, self.wall_s, self.trusted = 50.0, 0.0, False

    def now(self) -> Moment:
        return Moment(self.mono_s, self.wall_s, self.trusted, "boot")


class Bench:
    def __init__(self) -> None:
        self.clock, self.done, self.fault = Hands(), 0, ""
        self.book = Book(self.clock)  # type: ignore[arg-type]
        self.daily = Daily({"a job": self._job}, self.clock, self.book)  # type: ignore[arg-type]

    async def _job(self) -> str:
        if self.fault:
            raise OSError(self.fault)
        self.done += 1
        return "it is well"

    async def after(self, hours: float, wall_s: float = 0.0) -> int:
        self.clock.mono_s, self.clock.wall_s = self.clock.mono_s + hours * HOUR, wall_s
        await self.daily.look()
        return self.done


@pytest.mark.asyncio
async def test_a_job_is_done_a_while_after_the_start_and_then_each_day() -> None:
    bench = Bench()
    assert [await bench.after(hours) for hours in (0.0, 0.5, 1.0, 22.0, 1.1, 24.1)] == [0, 1, 1, 1, 2, 3]


@pytest.mark.asyncio
async def test_a_pi_that_boots_in_1970_skips_no_day_and_a_leap_of_the_clock_does_none_twice() -> None:
    bench = Bench()
    assert await bench.after(1.0, wall_s=600.0) == 1
    assert await bench.after(1.0, wall_s=1_795_000_000.0) == 1
    assert await bench.after(1.0, wall_s=600.0) == 1
    assert await bench.after(22.0, wall_s=700.0) == 2


@pytest.mark.asyncio
async def test_what_failed_is_told_once_and_tried_again_in_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.fault = "the card does not answer"
    for _ in range(5):
        await bench.after(1.1)
    assert [record.getMessage() for record in caplog.records] == ["daily: a job failed: the card does not answer"]
    bench.fault = ""
    assert await bench.after(1.1) == 1


@pytest.mark.asyncio
async def test_one_look_that_hangs_is_told_holds_up_no_other_and_no_second_is_begun_beside_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, begun, answers = Hands(), list[str](), asyncio.Event()
    book = Book(clock)  # type: ignore[arg-type]

    async def hangs() -> str:
        begun.append("hangs")
        await answers.wait()
        return "it is whole after all"

    async def other() -> str:
        begun.append("other")
        return "well"

    daily = Daily({"hangs": hangs, "other": other}, clock, book, longest_s=0.01)  # type: ignore[arg-type]
    for _ in range(5):
        clock.mono_s += 1.1 * HOUR
        await daily.look()
    assert begun == ["hangs", "other"]
    assert (book.last["hangs"].ok, book.last["other"].ok) == (False, True)
    failed = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]  # how loud all else is, another test set
    assert failed == ["daily: hangs failed: no answer for 0 s, it may still be at work"]
    answers.set()
    clock.mono_s += 1.1 * HOUR
    await daily.look()
    assert begun == ["hangs", "other"]
    assert (book.last["hangs"].ok, book.last["hangs"].words) == (True, "it is whole after all")
    clock.mono_s += 25 * HOUR
    await daily.look()
    assert begun == ["hangs", "other", "hangs", "other"]


@pytest.mark.asyncio
async def test_how_it_went_is_a_metric() -> None:
    bench = Bench()
    registry = CollectorRegistry()
    registry.register(bench.book)
    assert b'job="a job"' not in generate_latest(registry)
    await bench.after(1.0)
    bench.clock.mono_s += 30.0
    text = generate_latest(registry).decode()
    assert 'mine_daily_ok{job="a job"} 1.0' in text
    assert 'mine_daily_age_seconds{job="a job"} 30.0' in text


def test_a_look_at_a_database_in_use_finds_it_whole_and_then_its_damage(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE one (text TEXT)")
        db.executemany("INSERT INTO one VALUES (?)", [("x" * 2_000,)] * 200)
        assert sqlite_care.damage(path) == ""
        sqlite_care.tidy(db)
        assert path.with_name("some.db-wal").stat().st_size == 0
    with path.open("r+b") as file:
        file.seek(20 * 4096)
        file.write(b"\xa5" * 4096)
    assert sqlite_care.damage(path)


def test_a_file_that_is_not_there_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        sqlite_care.damage(tmp_path / "none.db")
