"""`alerts.db`: the alarms, the messages that wait, the receipts. What is written together stands together after any kill.

A card that refuses or hangs stops nobody from being told: what changed stays in memory and is written when the card is back, and
`fault` says so meanwhile. That a file was found damaged, at the start or later, `fault` says long enough for people to be told.
"""

import asyncio
import logging
import sqlite3
from pathlib import Path

from services.notifier import tables
from services.notifier.change import Change
from services.notifier.file import AlertsFile
from services.notifier.own_fault import own_fault
from services.notifier.record import Transition
from services.shared import sqlite_care

log = logging.getLogger(__name__)

DAMAGE_TOLD_S = 600.0
"""That a file was damaged is a fault for so long, though a new one is written: longer than an alarm's delay."""
PATIENCE_S = 2.0
"""With the card; after that people are told from memory."""
TRIED_EACH_S = 5.0
_END_S = 3.0
_UNWRITTEN_KEPT = 10_000


class Store:
    """`records`, `rows` and `facts` are what the file held when it was opened; `refs` is kept up to date.

    `last_id` is the highest number ever given.
    """

    def __init__(self, path: Path) -> None:
        self._pending = Change()
        self._lock = asyncio.Lock()
        self._under_way: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._is_slow = self._is_closed = False
        self._tried_s = float("-inf")
        self._path, self._file = path, AlertsFile(path)
        self.fault = self._lasting_fault
        held = self._file.held
        self.records, self.rows, self.facts, self.last_id = held.records, held.rows, held.facts, held.last_id
        self.refs = self._file.refs

    def stage(self, change: Change) -> None:
        """Write it with the next change that is saved, in the same commit."""
        self._pending.then(change)
        self._file.known.stands_with(change)
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
                    found = await self._file.read(lambda db: tables.transitions(db, since_at))
            except sqlite3.Error as error:
                self._tell(f"alerts.db cannot be read: {error}")
            return found + [step for step in self._pending.transitions if step.at >= since_at]

    async def tend(self) -> str:
        """The daily care: every page looked at, the log folded in; what was found, in words. Damage is met as in a commit.

        Raises sqlite3.Error for what is no damage.
        """
        async with self._lock:
            if self._is_closed or self._file.unopened:
                return self._file.unopened or "alerts.db is closed"
            before = self._file.damage
            await self._file.read(self._tended)
            if self._file.damage is not before and self._file.damage is not None:
                self._tell(self._file.damage.words)
                return self._file.damage.words
            return "alerts.db is whole"

    def close(self) -> None:
        """Write what is left and close, within 3 s; a second time does nothing. Never raises: what failed is logged."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._file.end(self._pending).result(_END_S)
        except (sqlite3.Error, TimeoutError) as error:
            log.error("alerts.db is closed without what was to be written last: %s", error or "the card does not answer")

    def _commit(self) -> asyncio.Task[None] | None:
        """The one that takes what is staged with it, or has taken all of it; None when all is written."""
        if self._is_closed:
            self._tell("alerts.db is closed")
            return None
        if self._pending == Change() and not self._tries_again(asyncio.get_running_loop().time()):
            return self._under_way
        if self._next is None:
            self._next = asyncio.create_task(self._write(), name="alerts.db")
        return self._next

    def _tries_again(self, now_s: float) -> bool:
        """Whether it is time to look if the file can be opened at last, though there is nothing new to write."""
        if self._file.unopened is None or now_s < self._tried_s + TRIED_EACH_S:
            return False
        self._tried_s = now_s
        return True

    async def _write(self) -> None:
        async with self._lock:
            self._under_way, self._next = self._next, None
            if not self._is_closed:
                await self._write_pending()
            self._under_way = None

    async def _write_pending(self) -> None:
        loop, held = asyncio.get_running_loop(), self._pending
        self._pending = Change()
        began_s = loop.time()
        try:
            await self._file.put(held)
        except sqlite3.Error as error:
            held.then(self._pending)
            self._pending = held
            self._is_slow = loop.time() - began_s > PATIENCE_S
            self._tell(f"alerts.db cannot be written: {error}")
        except Exception as error:  # kept, it would keep all that comes after it from the card
            self._tell(f"alerts.db lacks a change: {own_fault('alerts.db', error)}")
        else:
            self._is_slow = loop.time() - began_s > PATIENCE_S and self._pending != Change()
            if not self._is_slow:
                self._tell(self._lasting_fault)

    def _tended(self, db: sqlite3.Connection) -> None:
        if found := sqlite_care.damage(self._path):
            raise sqlite_care.corrupt(found)
        sqlite_care.tidy(db)

    @property
    def _lasting_fault(self) -> str | None:
        """What is wrong with the file, though it was written just now."""
        return self._file.unopened or (self._file.damage.words if self._file.damage else None)

    def _forget_damage(self, now_s: float) -> None:
        damage = self._file.damage
        if damage is None:
            return
        if damage.told_until_s is None:
            damage.told_until_s = now_s + DAMAGE_TOLD_S
            self._tell(self.fault or damage.words)
        elif now_s >= damage.told_until_s:
            if self.fault == damage.words:
                self._tell(self._file.unopened)
            self._file.damage = None

    def _tell(self, fault: str | None) -> None:
        if fault != self.fault:
            log.log(logging.ERROR if fault else logging.INFO, "%s", fault or "alerts.db is written again")
        self.fault = fault
