"""History: takes what happened, and brings it to the disk in few, large commits from one thread.

Nothing waits for it. When the disk is full, read-only, locked or damaged it goes on in memory, says so, and recovers by itself.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from services.api.history import rows
from services.api.history.buffer import Batch, Buffer
from services.api.history.database import Database, Trouble
from services.api.history.shelf import Shelf
from services.shared.clock import Clock
from services.shared.messages import Alarm, Event, Message, Reading, Stored
from services.shared.vocabulary import AlarmKind

log = logging.getLogger(__name__)
T = TypeVar("T")
_TICK_S = 0.5
_GAP_TICK_S = 5.0
_LOOK_S = 10.0
_LONGEST_PAUSE_S = 60.0
_FILE = "mine_data.db"


class History:
    """The only writer of `mine_data.db`. `reason` says why records do not reach the disk; empty when they do."""

    def __init__(self, folder: Path, *, clock: Clock, publish: Callable[[Message], None]) -> None:
        self.reason = "starting"
        self.buffer = Buffer()
        self.refused = 0
        self._clock = clock
        self._publish = publish
        self._database = Database(folder / _FILE)
        self._shelf = Shelf()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._bad: set[tuple[str, str]] = set()
        self._said: tuple[bool, str] | None = None
        self._since_at = 0.0
        self._next_look_s = 0.0

    def take_reading(self, reading: Reading) -> None:
        """Keep a reading; of a run of bad ones the first."""
        row = rows.of_reading(reading)
        if row is None:
            self.refused += 1
            return
        sensor = (reading.device, reading.quantity)
        if row["value"] is None and sensor in self._bad:
            return
        (self._bad.add if row["value"] is None else self._bad.discard)(sensor)
        self.buffer.add_reading(row, self._clock.now().mono_s)

    def take_event(self, event: Event) -> None:
        """Keep an event of an owner's ledger."""
        self._take(self.buffer.events, rows.of_event(event))

    def take_alarm(self, alarm: Alarm) -> None:
        """Keep the rise or fall of an alarm."""
        self._take(self.buffer.alarms, rows.of_alarm(alarm))

    def take_state(self, row: rows.Row) -> None:
        """Keep a row of `mine_states`."""
        self._take(self.buffer.states, row)

    async def run(self) -> None:
        """For ever: bring what waits to the disk. Cancel to stop, then `close`."""
        pause_s = _TICK_S
        next_gap_s = 0.0
        await self._greet()
        while True:
            mono_s = self._clock.now().mono_s
            gaps = bool(self._shelf.ledgers.waiting) and mono_s >= next_gap_s
            next_gap_s = mono_s + _GAP_TICK_S if gaps else next_gap_s
            await self._flush(self.buffer.take(mono_s, everything=bool(self.reason)), gaps or bool(self.reason))
            pause_s = min(max(pause_s, 1.0) * 2, _LONGEST_PAUSE_S) if self.reason else _TICK_S
            await asyncio.sleep(pause_s)

    async def close(self) -> None:
        """Store what waits, once, and give the file back."""
        await self._flush(self.buffer.take(self._clock.now().mono_s, everything=True), False)
        await self._in_thread(self._database.close)
        self._thread.shutdown()

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """A change of the records in the database thread, in one transaction. Raises Trouble; then nothing of it is stored."""
        return await self._in_thread(self._database.write, work)

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """A query in the database thread. Raises Trouble or TooMuch."""
        return await self._in_thread(self._database.read, work)

    def _take(self, queue: object, row: rows.Row | None) -> None:
        if row is None:
            self.refused += 1
            log.warning("a record with an impossible number was left out")
            return
        queue.append(row)  # type: ignore[attr-defined]
        self.buffer.trim()

    async def _greet(self) -> None:
        """Tell every owner how far its events are stored, so that it re-sends from there."""
        try:
            self._tell(await self._in_thread(self._database.write, self._shelf.ledgers.known))
            self.reason = ""
        except Trouble as trouble:
            self._fail(trouble)
        await self._sound()

    async def _flush(self, batch: Batch, even_empty: bool) -> None:
        mono_s = self._clock.now().mono_s
        if not batch and not even_empty:
            return await self._sound() if mono_s >= self._next_look_s else None
        try:
            self._tell(await self._in_thread(self._database.write, lambda c: self._shelf.store(c, batch, mono_s)))
            self._recover()
        except Trouble as trouble:
            self.buffer.put_back(batch, mono_s)
            self._fail(trouble)
        return await self._sound()

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

    async def _sound(self) -> None:
        """Publish the alarm `database` when what it says has changed. A damaged file keeps it up until a person took it away."""
        self._next_look_s = self._clock.now().mono_s + _LOOK_S
        aside = await self._in_thread(self._database.damaged_files)
        cause = self.reason or (f"{aside[-1].name} lies beside a new {_FILE}" if aside else "")
        if self._said == (bool(cause), cause):
            return
        now = self._clock.now()
        if self._said is None or self._said[0] != bool(cause):
            self._since_at = now.wall_s
        self._said = (bool(cause), cause)
        self._publish(
            Alarm(
                subject=("database",),
                key="database",
                active=bool(cause),
                kind=AlarmKind.WARNING,
                cause=f"history: {cause}" if cause else "history is stored",
                consequence="records wait in memory and may be lost; control is not affected" if self.reason else "",
                action="look at the disk" if self.reason else "keep or delete the damaged file" if aside else "",
                since_at=self._since_at,
            )
        )

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*arguments))
