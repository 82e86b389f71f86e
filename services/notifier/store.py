"""`alerts.db`: the alarms, the messages that wait, the receipts. What is written together stands together after any kill.

One thread owns the connection; WAL with FULL. A card that refuses or hangs stops nobody from being told: what changed stays in
memory and is written when the card is back, and `fault` says so meanwhile. A file that is found damaged, at the start or later,
is laid aside for a new one; `fault` says so long enough for people to be told.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from services.notifier import opening, salvage, tables
from services.notifier.change import Change
from services.notifier.record import Transition

log = logging.getLogger(__name__)
T = TypeVar("T")

DAMAGE_TOLD_S = 600.0
"""That a file was damaged is a fault for so long, though a new one is written: longer than an alarm's delay."""
PATIENCE_S = 2.0
"""With the card; after that people are told from memory."""
_END_S = 3.0
_UNWRITTEN_KEPT = 10_000


class Store:
    """`records`, `rows` and `facts` are what the file held when it was opened; `refs` is kept up to date.

    `last_id` is the highest number ever given.
    """

    def __init__(self, path: Path) -> None:
        self._pending = Change()
        self._held: Change | None = None
        """What the thread writes. It can neither be hurried nor called back."""
        self._lock = asyncio.Lock()
        self._under_way: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._is_slow = self._is_closed = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="alerts")
        self._path = path
        opened = self._thread.submit(opening.open_file, path).result()
        self._db, self._unopened, self._damage, held = opened.db, opened.unopened, opened.damage, opened.held
        self._damage_until_s: float | None = None
        self.fault: str | None = self._unopened or self._damage
        self._known = Change(dict(held.records), {row.id: row for row in held.rows}, facts=dict(held.facts))
        """What stands in the file, or will. With it a damaged one is made anew."""
        self.records, self.rows, self.facts, self.last_id = held.records, held.rows, held.facts, held.last_id
        self.refs = held.refs

    def stage(self, change: Change) -> None:
        """Write it with the next change that is saved, in the same commit."""
        self._pending.then(change)
        self._known.stands_with(change)
        del self._pending.transitions[:-_UNWRITTEN_KEPT], self._pending.done[:-_UNWRITTEN_KEPT]
        for place, ref in change.refs.items():
            self.refs.pop(place, None)
            self.refs[place] = ref
        for place in list(self.refs)[: max(len(self.refs) - tables.REFS_KEPT, 0)]:
            del self.refs[place]

    async def save(self, change: Change) -> None:
        """Write a change, with what was staged and whatever could not be written before. Never raises: see `fault`.

        Returns after PATIENCE_S at the latest, at once while the card is known to hang; it is written as soon as it can be.
        """
        self.stage(change)
        self._forget_damage(asyncio.get_running_loop().time())
        if (commit := self._commit()) is None:
            return
        await asyncio.wait({commit}, timeout=0.0 if self._is_slow else PATIENCE_S)
        if not commit.done():
            self._is_slow = True
            self._tell("alerts.db cannot be written: the card does not answer")

    async def transitions(self, since_at: float) -> list[Transition]:
        """The steps of the alarms' lives since then (Unix seconds), of at most 400 days. Never raises: see `fault`."""
        async with self._lock:
            found: list[Transition] = []
            try:
                if not self._is_closed:
                    found = await asyncio.get_running_loop().run_in_executor(
                        self._thread, self._mended, lambda db: tables.transitions(db, since_at)
                    )
            except sqlite3.Error as error:
                self._tell(f"alerts.db cannot be read: {error}")
            return found + [step for step in self._pending.transitions if step.at >= since_at]

    def close(self) -> None:
        """Write what is left and close, within 3 s; a second time does nothing. Never raises: what failed is logged."""
        if self._is_closed:
            return
        self._is_closed = True
        end = self._thread.submit(self._end)
        self._thread.shutdown(wait=False)
        try:
            end.result(_END_S)
        except (sqlite3.Error, TimeoutError) as error:
            log.error("alerts.db is closed without what was to be written last: %s", error or "the card does not answer")

    def _commit(self) -> asyncio.Task[None] | None:
        """The one that takes what is staged with it, or has taken all of it; None when all is written."""
        if self._is_closed:
            self._tell("alerts.db is closed")
            return None
        if self._pending == Change():
            return self._under_way
        if self._next is None:
            self._next = asyncio.create_task(self._write(), name="alerts.db")
        return self._next

    async def _write(self) -> None:
        async with self._lock:
            self._under_way, self._next = self._next, None
            if not self._is_closed:
                await self._write_pending()
            self._under_way = None

    async def _write_pending(self) -> None:
        loop = asyncio.get_running_loop()
        self._held = held = self._pending
        self._pending = Change()
        began_s = loop.time()
        try:
            await loop.run_in_executor(self._thread, self._put, held)
        except sqlite3.Error as error:
            held.then(self._pending)
            self._pending, self._held = held, None
            self._is_slow = loop.time() - began_s > PATIENCE_S
            self._tell(f"alerts.db cannot be written: {error}")
        except Exception as error:  # kept, it would keep all that comes after it from the card
            self._held = None
            self._tell(f"alerts.db lacks a change by a fault of our own ({type(error).__name__})")
        else:
            self._is_slow = loop.time() - began_s > PATIENCE_S and self._pending != Change()
            if not self._is_slow:
                self._tell(self._unopened or self._damage)

    def _put(self, change: Change) -> None:
        self._mended(lambda db: tables.write(db, change))
        self._held = None

    def _mended(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """On the thread. What meets damage is done again, in a new file. Copies are made at one stroke: others go on staging."""
        try:
            return work(self._db)
        except sqlite3.Error as error:
            if self._unopened or not salvage.is_damage(error):
                raise
            log.error("alerts.db is damaged and made anew: %s", error)
            known = Change(dict(self._known.records), dict(self._known.rows), facts=dict(self._known.facts), refs=dict(self.refs))
            self._db = opening.renewed(self._path, self._db, known)
            self._damage, self._damage_until_s = opening.damage_words(str(error), self._path), None
        return work(self._db)

    def _forget_damage(self, now_s: float) -> None:
        if self._damage is None:
            return
        if self._damage_until_s is None:
            self._damage_until_s = now_s + DAMAGE_TOLD_S
            self._tell(self.fault or self._damage)
        elif now_s >= self._damage_until_s:
            if self.fault == self._damage:
                self._tell(self._unopened)
            self._damage = None

    def _end(self) -> None:
        """On the thread, behind what it wrote last, which the card may have refused."""
        left = Change()
        for change in (self._held, self._pending):
            if change is not None:
                left.then(change)
        try:
            if left != Change():
                self._mended(lambda db: tables.write(db, left))
        finally:
            self._db.close()

    def _tell(self, fault: str | None) -> None:
        if fault != self.fault:
            log.log(logging.ERROR if fault else logging.INFO, "%s", fault or "alerts.db is written again")
        self.fault = fault
