"""The log file of a service: each day begins one, none grows without end, and a card that refuses stops nobody."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.shared import log_file, logs
from services.shared.clock import Moment
from services.shared.log_file import LogFile
from services.shared.settings import Settings
from services.shared.settings.sections import Data
from tests.waiting import until

DAY = 86_400.0
NOW_S = 1_795_000_000.0


class Hands:
    """A clock that stands where it is set."""

    def __init__(self) -> None:
        self.mono_s, self.wall_s, self.trusted = 1_000.0, NOW_S, True

    def now(self) -> Moment:
        return Moment(self.mono_s, self.wall_s, self.trusted, "boot")

    def pass_by(self, seconds: float) -> None:
        self.mono_s += seconds
        self.wall_s += seconds


class Bench:
    def __init__(self, folder: Path) -> None:
        self.clock, self.path = Hands(), folder / "controller.log"
        self.file = LogFile(self.path, self.clock.now)

    def say(self, text: str) -> None:
        self.file.emit(logging.makeLogRecord({"msg": text}))

    def older(self) -> list[str]:
        return sorted(path.name for path in self.path.parent.iterdir() if path != self.path)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.file.close()


def test_a_new_day_begins_a_new_file_and_the_day_before_is_kept(bench: Bench) -> None:
    bench.say("yesterday")
    bench.clock.pass_by(DAY)
    bench.say("today")
    assert bench.path.read_text() == "today\n"
    assert bench.path.with_name("controller.log.1").read_text() == "yesterday\n"


def test_a_day_without_a_line_turns_the_file_all_the_same_and_an_empty_one_is_not_turned(bench: Bench) -> None:
    bench.say("yesterday")
    bench.clock.pass_by(DAY)
    bench.file.tend()
    bench.clock.pass_by(DAY)
    bench.file.tend()
    assert bench.older() == ["controller.log.1"]


def test_a_restart_goes_on_in_the_file_of_the_same_day_and_begins_one_on_another(bench: Bench) -> None:
    bench.say("before")
    os.utime(bench.path, (NOW_S, NOW_S))
    again = LogFile(bench.path, bench.clock.now)
    again.emit(logging.makeLogRecord({"msg": "after"}))
    assert bench.path.read_text() == "before\nafter\n"
    os.utime(bench.path, (NOW_S - 3 * DAY, NOW_S - 3 * DAY))
    third = LogFile(bench.path, bench.clock.now)
    third.emit(logging.makeLogRecord({"msg": "days later"}))
    assert bench.path.read_text() == "days later\n"
    again.close()
    third.close()


def test_a_clock_that_leaps_to_and_fro_turns_the_file_once(bench: Bench) -> None:
    for at_s in (NOW_S, 60.0, NOW_S, 60.0, NOW_S):
        bench.clock.wall_s = at_s
        bench.say("a line")
        bench.clock.mono_s += 10.0
    assert bench.older() == ["controller.log.1"]


def test_files_over_their_days_go_but_never_by_a_clock_that_is_not_trusted(bench: Bench) -> None:
    old = bench.path.with_name("controller.log.3")
    old.write_text("long ago\n")
    os.utime(old, (NOW_S - 20 * DAY, NOW_S - 20 * DAY))
    bench.clock.trusted = False
    bench.file.tend()
    assert old.exists()
    bench.clock.trusted = True
    bench.file.tend()
    assert not old.exists()


def test_a_flood_is_bounded_and_the_newest_is_what_stays(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "MOST_BYTES", 3_000)
    bench.file.maxBytes = 1_000
    for number in range(1_000):
        bench.say(f"line {number}")
    assert sum(path.stat().st_size for path in bench.path.parent.iterdir()) <= 4_000
    assert bench.path.read_text().endswith("line 999\n")


def test_a_full_card_is_told_once_counted_and_written_again_when_it_has_room(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench.path.unlink()
    bench.path.symlink_to("/dev/full")  # the kernel's own card without room
    bench.file.tend()
    bench.file.close()
    bench.file = LogFile(bench.path, bench.clock.now)
    for _ in range(100):
        bench.say("lost")
    assert bench.file.unwritten == 100
    assert [record.getMessage() for record in caplog.records] == [
        "controller.log cannot be written: No space left on device; lines go to the journal alone"
    ]
    bench.path.unlink()
    bench.say("kept")
    assert bench.path.read_text() == "kept\n"
    assert caplog.records[-1].getMessage() == "controller.log is written again; 100 lines are missing in it"


def test_a_card_that_takes_and_refuses_by_turns_is_told_once_an_hour(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(50):
        bench.path.unlink(missing_ok=True)
        bench.path.symlink_to("/dev/full")
        bench.file._drop()
        bench.say("lost")
        bench.path.unlink()
        bench.say("kept")
    assert len(caplog.records) == 2


def test_a_file_that_was_taken_away_is_made_again(bench: Bench) -> None:
    bench.say("before")
    bench.path.unlink()
    bench.file.tend()
    bench.say("after")
    assert bench.path.read_text() == "after\n"


@pytest.mark.asyncio
async def test_a_service_whose_card_is_full_goes_on_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, raises = (list(root.handlers), root.level), logging.raiseExceptions
    (tmp_path / "notifier.log").symlink_to("/dev/full")
    listener = logs.start("notifier", Settings(data=Data(logs=str(tmp_path))), {})
    try:
        for number in range(20):
            logging.getLogger("x").warning("line %d", number)
        await until(lambda: listener.lost >= 20)
        listener.tend()
    finally:
        listener.stop()
        root.handlers[:], level = before
        root.setLevel(level)
        logging.raiseExceptions = raises
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if " WARN notifier x: line " in line][-1].endswith("line 19")
    assert sum("cannot be written" in line for line in lines) == 1
    assert listener.lost >= 20


def test_a_file_that_cannot_be_made_at_the_start_is_made_when_the_card_takes_it(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("in the way")
    bench = Bench(tmp_path / "logs")
    bench.say("lost")
    assert bench.file.unwritten == 1
    (tmp_path / "logs").unlink()
    bench.say("kept")
    bench.file.close()
    assert "kept" in bench.path.read_text()
