"""`alerts.db` and the one thread that owns its connection, which can neither be hurried nor called back.

What meets damage is done again, in a new file: the damaged one is laid aside (see `opening`).
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from services.notifier import opening, tables
from services.notifier.change import Change
from services.notifier.tables import Held
from services.shared import sqlite_care

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class Damage:
    """That a file was found damaged, in words; `told_until_s` (the loop's clock) is set by who tells it."""

    words: str
    told_until_s: float | None = None


class AlertsFile:
    """`held` is what it held when it was opened; `known` what stands in it, or will: with it a damaged one is made anew.

    `unopened`: why it is memory alone. `damage`: of the file that lies aside, until somebody has told it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="alerts")
        self._writing: Change | None = None
        opened = self._thread.submit(opening.open_file, path).result()
        self._db, self.unopened = opened.db, opened.unopened
        self.damage = Damage(opened.damage) if opened.damage else None
        self.held: Held = opened.held
        self.known = Change(dict(self.held.records), {row.id: row for row in self.held.rows}, facts=dict(self.held.facts))
        self.refs = self.held.refs

    async def put(self, change: Change) -> None:
        """Write it in one commit. Raises sqlite3.Error, and then nothing of it is written."""
        self._writing = change
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._put, change)
        except Exception:
            self._writing = None
            raise

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Ask it something. Raises sqlite3.Error."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._mended, work)

    def end(self, pending: Change) -> "Future[None]":
        """Write what is left, and close, behind what is being written, which the card may have refused."""
        ending = self._thread.submit(self._end, pending)
        self._thread.shutdown(wait=False)
        return ending

    def _put(self, change: Change) -> None:
        if self.unopened:
            self._open_at_last()
        self._mended(lambda db: tables.write(db, change))
        self._writing = None

    def _open_at_last(self) -> None:
        """The card may take something now. What was told meanwhile goes on in the file."""
        try:
            self._db, self.unopened = opening.opened_at_last(self._path, self._db, self._copy_of_known()), None
        except (sqlite3.Error, OSError) as error:
            log.debug("alerts.db cannot be opened yet: %s", error)

    def _open_again(self) -> None:
        """Opened while the card took nothing, a connection never writes, nor does another beside it. Raises sqlite3.Error."""
        self._db.close()
        try:
            self._db = tables.connect(self._path)
        except sqlite3.Error as error:
            self._db, self.unopened = tables.memory(), f"alerts.db cannot be opened: {error}"
            raise

    def _mended(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """On the thread."""
        try:
            return work(self._db)
        except sqlite3.Error as error:
            if self.unopened or not (sqlite_care.is_damage(error) or sqlite_care.is_read_only(error)):
                raise
            if sqlite_care.is_read_only(error):
                self._open_again()
            else:
                log.error("alerts.db is damaged and made anew: %s", error)
                self._db = opening.renewed(self._path, self._db, self._copy_of_known())
                self.damage = Damage(opening.damage_words(str(error), self._path))
        return work(self._db)

    def _copy_of_known(self) -> Change:
        """Copies are made at one stroke: others go on staging."""
        return Change(dict(self.known.records), dict(self.known.rows), facts=dict(self.known.facts), refs=dict(self.refs))

    def _end(self, pending: Change) -> None:
        left = Change()
        for change in (self._writing, pending):
            if change is not None:
                left.then(change)
        try:
            if left != Change():
                self._mended(lambda db: tables.write(db, left))
        finally:
            self._db.close()
