"""Pauses, the order of what waits, and what becomes of one message."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.notifier.channels.base import Failed
from services.notifier.message import Draft, Row, Text
from services.notifier.outbox import Outbox
from services.notifier.store import Store
from services.notifier.worker import LONGEST_PAUSE_S, Way, Worker, pause_s
from services.shared.clock import Clock
from services.shared.vocabulary import HealthState
from tests.unit.notifier.words import EMERGENCY, HEARTBEAT, WARNING
from tests.waiting import until


def longest(_low: float, high: float) -> float:
    return high


def test_pauses_double_up_to_a_quarter_of_an_hour() -> None:
    failed = Failed("down")
    assert [pause_s(n, 15, failed, longest) for n in (1, 2, 3, 7, 100)] == [15, 30, 60, 900, 900]
    assert all(0 <= pause_s(3, 15, failed) <= 60 for _ in range(100))


def test_a_provider_that_asks_for_a_pause_gets_at_least_that() -> None:
    assert pause_s(1, 0.1, Failed("429", retry_after_s=30)) == 30


def test_what_a_person_must_put_right_is_tried_slowly() -> None:
    assert pause_s(1, 0.1, Failed("wrong token", slow=True)) >= LONGEST_PAUSE_S / 2


class Provider:
    """A channel that answers as the test says."""

    name, deadline_s = "telegram", 5.0
    recipients: tuple[str, ...] = ("a", "b")

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bool]] = []
        self.failures: list[Failed] = []
        self.down: Failed | None = None

    async def send(self, recipient: str, text: Text, *, silent: bool) -> str:
        if self.down is not None:
            raise self.down
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append((recipient, text.subject, silent))
        return "taken"

    async def close(self) -> None:
        pass


class Bench:
    """An outbox with one provider."""

    def __init__(self, folder: Path) -> None:
        self.provider = Provider()
        self.store = Store(folder / "alerts.db")
        self.settled: list[tuple[int, str, bool]] = []
        way = Way(self.store, Clock("yes"), 0.01, self._settle, on_health=lambda: None)
        self.outbox = Outbox({"telegram": self.provider, "sms": "not set up"}, way)
        self.worker: Worker = self.outbox.workers["telegram"]

    async def _settle(self, row: Row, words: str, delivered: bool) -> None:
        self.settled.append((row.id, words, delivered))

    def add(self, kind: object, subject: str) -> None:
        rows = self.outbox.rows_of([Draft("telegram", kind, (), Text(subject, "", ""))], 0.0)  # type: ignore[arg-type]
        self.outbox.replace(rows, self.outbox.superseded(rows))


@asynccontextmanager
async def running(folder: Path, prepare: Callable[[Bench], None]) -> AsyncIterator[Bench]:
    bench = Bench(folder)
    prepare(bench)
    task = asyncio.create_task(bench.worker.run())
    try:
        yield bench
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        bench.store.close()


@pytest.mark.asyncio
async def test_the_most_severe_goes_first_and_each_recipient_gets_it(tmp_path: Path) -> None:
    def prepare(bench: Bench) -> None:
        bench.add(HEARTBEAT, "beat")
        bench.add(WARNING, "hot")
        bench.add(EMERGENCY, "smoke")

    async with running(tmp_path, prepare) as bench:
        await until(lambda: len(bench.settled) == 6)
        assert [(to, subject) for to, subject, _ in bench.provider.taken] == [
            (to, subject) for subject in ("smoke", "hot", "beat") for to in "ab"
        ]
        assert [silent for *_, silent in bench.provider.taken] == [False] * 4 + [True] * 2


@pytest.mark.asyncio
async def test_a_message_that_was_perhaps_taken_comes_again_marked(tmp_path: Path) -> None:
    def prepare(bench: Bench) -> None:
        bench.provider.failures = [Failed("refused"), Failed("no answer", maybe_taken=True)]
        bench.provider.recipients = ("a",)
        bench.add(WARNING, "hot")

    async with running(tmp_path, prepare) as bench:
        await until(lambda: bench.settled)
        assert bench.provider.taken == [("a", "(repeated) hot", False)]
        assert bench.worker.health.state is HealthState.OK


@pytest.mark.asyncio
async def test_a_message_that_can_never_be_taken_does_not_hold_the_next(tmp_path: Path) -> None:
    def prepare(bench: Bench) -> None:
        bench.provider.failures = [Failed("no such number", hopeless=True)]
        bench.add(EMERGENCY, "smoke")

    async with running(tmp_path, prepare) as bench:
        await until(lambda: len(bench.settled) == 2)
        assert bench.settled == [(1, "no such number", False), (2, "taken", True)]


@pytest.mark.asyncio
async def test_an_emergency_does_not_wait_for_the_end_of_a_long_pause(tmp_path: Path) -> None:
    def prepare(bench: Bench) -> None:
        bench.provider.down = Failed("wrong token", slow=True)
        bench.add(WARNING, "hot")

    async with running(tmp_path, prepare) as bench:
        await until(lambda: bench.worker.health.state is HealthState.LOST)
        bench.provider.down = None
        bench.add(EMERGENCY, "smoke")
        await until(lambda: len(bench.provider.taken) == 4)
        assert bench.provider.taken[0][1] == "smoke"


@pytest.mark.asyncio
async def test_a_channel_whose_library_swallows_the_end_ends_all_the_same(tmp_path: Path) -> None:
    bench, sending = Bench(tmp_path), asyncio.Event()

    async def send(recipient: str, text: Text, *, silent: bool) -> str:
        sending.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        return "taken"

    bench.provider.send = send  # type: ignore[method-assign]
    bench.add(WARNING, "hot")
    task = asyncio.create_task(bench.worker.run())
    await sending.wait()
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert task.done()
    bench.store.close()


def test_of_heartbeats_that_wait_only_the_newest_stays(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.add(WARNING, "hot")
    bench.add(HEARTBEAT, "one")
    bench.add(HEARTBEAT, "two")
    assert [row.text.subject for row in bench.worker.rows.values()] == ["hot", "hot", "two", "two"]
    bench.store.close()
