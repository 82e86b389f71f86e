"""`alerts.db`: the alarms, the messages that wait, the receipts. What is written together stands together after any kill.

One thread owns the connection; WAL with FULL. A card that refuses stops nobody from being told: the change stays in memory and is
written with the next one, and `fault` says so meanwhile.
"""

import asyncio
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from services.notifier import tables
from services.notifier.change import Change, Done, Place
from services.notifier.database import open_file
from services.notifier.record import Transition

__all__ = ["Change", "Done", "Place", "Store"]

log = logging.getLogger(__name__)

_UNWRITTEN_KEPT = 10_000


class Store:
    """`records`, `rows` and `facts` are what the file held when it was opened; `refs` is kept up to date.

    `last_id` is the highest number ever given.
    """

    def __init__(self, path: Path) -> None:
        self._pending = Change()
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="alerts")
        self._db, self._unopened = self._thread.submit(open_file, path).result()
        self.fault: str | None = self._unopened
        held = self._thread.submit(tables.load, self._db).result()
        self.records, self.rows, self.facts, self.last_id = held.records, held.rows, held.facts, held.last_id
        self.refs = held.refs

    def stage(self, change: Change) -> None:
        """Write it with the next change that is saved, in the same commit."""
        self._pending.then(change)
        for place, ref in change.refs.items():
            self.refs.pop(place, None)
            self.refs[place] = ref
        for place in list(self.refs)[: max(len(self.refs) - tables.REFS_KEPT, 0)]:
            del self.refs[place]

    async def save(self, change: Change) -> None:
        """Write a change, with what was staged and whatever could not be written before. Never raises: see `fault`."""
        self.stage(change)
        async with self._lock:
            pending, self._pending = self._pending, Change()
            if pending == Change():
                return
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, tables.write, self._db, pending)
            except sqlite3.Error as error:
                pending.then(self._pending)
                self._pending = pending
                del pending.transitions[:-_UNWRITTEN_KEPT], pending.done[:-_UNWRITTEN_KEPT]
                self._tell(f"alerts.db cannot be written: {error}")
            else:
                self._tell(self._unopened)

    async def transitions(self, since_at: float) -> list[Transition]:
        """The steps of the alarms' lives since then (Unix seconds), of at most 400 days. Never raises: see `fault`."""
        async with self._lock:
            try:
                found = await asyncio.get_running_loop().run_in_executor(self._thread, tables.transitions, self._db, since_at)
            except sqlite3.Error as error:
                self._tell(f"alerts.db cannot be read: {error}")
                found = []
        return found + [step for step in self._pending.transitions if step.at >= since_at]

    def close(self) -> None:
        """Checkpoint and close; once."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()

    def _tell(self, fault: str | None) -> None:
        if fault != self.fault:
            log.log(logging.ERROR if fault else logging.INFO, "%s", fault or "alerts.db is written again")
        self.fault = fault
