"""History: takes what happened, and brings it to the disk in few, large commits from one thread.

Nothing waits for it. When the disk is full, read-only, locked or damaged it goes on in memory, says so, and recovers by itself.
A message is acknowledged to the broker when its row is stored, so an api that is killed is given it again.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from services.api.history.alarm import DatabaseAlarm
from services.api.history.buffer import READINGS_PER_COMMIT, Batch, Buffer
from services.api.history.faults import Trouble, Unfit
from services.api.history.intake import Intake
from services.api.history.shelf import Shelf
from services.api.history.threads import Threads
from services.shared.clock import Clock
from services.shared.messages import Message, Stored

log = logging.getLogger(__name__)
T = TypeVar("T")
_TICK_S = 0.5
_LONGEST_PAUSE_S = 60.0
_RELEASED_IN_A_ROW = 200  # then everybody else on the loop has a turn
_FILE = "mine_data.db"


class History:
    """The only writer of `mine_data.db`. `reason` says why records do not reach the disk; empty when they do."""

    def __init__(self, folder: Path, *, clock: Clock, publish: Callable[[Message], None]) -> None:
        self.reason = "starting"
        self.buffer = Buffer()
        self.intake = Intake(self.buffer, clock)
        self._clock = clock
        self._publish = publish
        self.path = folder / _FILE
        self._threads = Threads(self.path)
        self._shelf = Shelf()
        self._dropped_before = 0
        self._alarm = DatabaseAlarm(clock, publish)

    async def run(self) -> None:
        """For ever: bring what waits to the disk. Cancel to stop, then `close`."""
        pause_s = _TICK_S
        await self._greet()
        while True:
            batch = self.buffer.take(self._clock.now().mono_s, everything=bool(self.reason))
            await self._flush(batch, bool(self.reason))
            pause_s = min(max(pause_s, 1.0) * 2, _LONGEST_PAUSE_S) if self.reason else _TICK_S
            await asyncio.sleep(0.0 if self._is_more_due(batch) else pause_s)

    async def close(self) -> None:
        """Store what waits, once, and give the file back."""
        while batch := self.buffer.take(self._clock.now().mono_s, everything=True):
            await self._flush(batch, False)
            if self.reason:
                break
        await self._threads.close()

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """A change of the records in the database thread, in one transaction. Raises Trouble; then nothing of it is stored."""
        return await self._threads.write(work)

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """A query beside the database thread, so that no commit waits for it. Raises Trouble or TooMuch."""
        return await self._threads.read(work)

    async def tend(self, work: Callable[[sa.Connection], T]) -> T:
        """Care for the file in the database thread, outside of any transaction. Raises Trouble."""
        return await self._threads.tend(work)

    def _is_more_due(self, batch: Batch) -> bool:
        return not self.reason and len(batch.readings) >= READINGS_PER_COMMIT and len(self.buffer) >= READINGS_PER_COMMIT

    async def _greet(self) -> None:
        """Tell every owner how far its events are stored, so that it re-sends from there."""
        try:
            self._tell(await self._threads.write(self._shelf.ledgers.known))
            self.reason = ""
        except Trouble as trouble:
            self._fail(trouble)
        await self._sound()

    async def _flush(self, batch: Batch, even_empty: bool) -> None:
        if not batch and not even_empty:
            return await self._sound() if self._alarm.is_due() else None
        mono_s = self._clock.now().mono_s
        try:
            marks = await self._threads.write(lambda c: self._shelf.store(c, batch, mono_s))
        except Unfit:
            await self._sift(batch)
        except Trouble as trouble:
            self.buffer.put_back(batch)
            self._fail(trouble)
        except Exception:
            await self._sift(batch)
        else:
            self._tell(marks)
            await self._let_go(batch)
        return await self._sound()

    async def _sift(self, batch: Batch) -> None:
        """A fault of our own, not of the disk: without the row that no table takes, or it would come again for ever."""
        self._shelf.forget()
        if len(batch) > 1:
            for half in batch.halves():
                await self._flush(half, False)
            return
        log.exception("a record that cannot be stored was left out")
        self.intake.refused += 1
        await self._let_go(batch)

    async def _let_go(self, batch: Batch) -> None:
        self.buffer.stored(batch)
        self._recover()
        for number, release in enumerate(batch.releases(), 1):
            release()
            if number % _RELEASED_IN_A_ROW == 0:
                await asyncio.sleep(0)

    def _tell(self, marks: dict[str, int]) -> None:
        for owner, seq in sorted(marks.items()):
            self._publish(Stored(subject=(owner,), owner=owner, ledger_seq=seq))

    def _fail(self, trouble: Trouble) -> None:
        self._shelf.forget()
        if self.reason != str(trouble):
            log.error("history is not stored: %s", trouble)
        self.reason = str(trouble)

    def _recover(self) -> None:
        if self.reason:
            log.info("history is stored again")
        self.reason = ""
        if self._losing and len(self.buffer) < READINGS_PER_COMMIT:
            log.error("%d records were given up while the disk took none", self.buffer.dropped - self._dropped_before)
            self._dropped_before = self.buffer.dropped

    @property
    def _losing(self) -> bool:
        return self.buffer.dropped > self._dropped_before

    async def _sound(self) -> None:
        aside = await self._threads.left_aside()
        self._alarm.tell(self.reason, aside, _FILE, losing=self._losing)
