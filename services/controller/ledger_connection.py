"""The ledger's one connection, used in its thread: it goes on through a file that is damaged or deleted, and a full card."""

import contextlib
import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

from services.controller import ledger_place, ledger_rows
from services.controller.answered import Answered
from services.controller.core.memory import State
from services.controller.core.orders import Sent
from services.controller.documents import state_document
from services.controller.ledger_file import end_renewal, opened
from services.controller.ledger_renewal import read_copy, refusing, renewed, written_anew
from services.controller.ledger_reserve import Reserve
from services.controller.ledger_rows import NOTHING_LATCHED, UNREAD, Latched, Orders, latched
from services.shared import sqlite_care
from services.shared.messages import Event
from services.shared.sqlite_care import is_damage, is_read_only

log = logging.getLogger(__name__)


class LedgerConnection:
    """`db` is replaced where it cannot write any more. `damage` tells what was found damaged or gone: a damaged file lies aside.

    `latched` are the trips and lock-outs on the card, None while that is not known.
    """

    def __init__(self, path: Path) -> None:
        self.damage: str | None = None
        self.latched: Latched | None = None
        self._path = path
        self._reserve = Reserve(path.parent)
        self._place = ledger_place.Place(path)
        self.db = self._open()
        self.look()

    def look(self) -> None:
        """Every few seconds: the files are still those that are written, and what is kept beside them is there. Never raises."""
        self.damage = self._place.look() or self.damage
        if self._place.is_open and not self._place.is_gone:
            ledger_place.mark(self._path)
        self._reserve.keep()

    def load(self) -> tuple[State | None, dict[tuple[str, str], Sent]]:
        """The state (None on a new site) and the orders. Raises sqlite3.Error."""
        orders = ledger_rows.orders(self.db)  # before the state: one that cannot be read has all of it begun anew
        return self._state(), orders

    def commit(
        self, state: State | None, orders: Orders, events: tuple[Event, ...], answered: tuple[Answered, ...]
    ) -> tuple[tuple[Event, ...], int]:
        """The events numbered, and how many older ones had to go for them. Raises sqlite3.Error when the card refuses."""
        if state is None or latched(state) == self.latched:
            return self._write(state, orders, events, answered)
        self.damage = self._place.look() or self.damage  # what a person latched must not go into a file that is gone
        try:
            return self._write(state, orders, events, answered)
        except sqlite3.Error as error:
            log.debug("the latches first, with the room that is kept for them: %s", error)
            self._reserve.give()
            self._write(state, {}, (), ())
            return self._write(state, orders, events, answered)

    def _write(
        self, state: State | None, orders: Orders, events: tuple[Event, ...], answered: tuple[Answered, ...]
    ) -> tuple[tuple[Event, ...], int]:
        try:
            if self._place.is_gone:
                self._write_anew()
            written = ledger_rows.write(self.db, state, orders, events, answered)
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                self._open_again(partial(self._begin_anew, str(error)))
            elif is_read_only(error):
                self._open_again(self._opened)
            else:
                raise
            written = ledger_rows.write(self.db, state, orders, events, answered)
        self.latched = latched(state) if state is not None else self.latched
        return written

    def tend(self, suspected: str) -> str:
        """The daily care, in words. `suspected` was found beside the commits. Raises sqlite3.Error for what is no damage."""
        if suspected and (found := sqlite_care.damage(self._path)):  # now that nobody writes
            self._open_again(partial(self._begin_anew, found))
            return f"{self._path.name} was {self.damage}"
        sqlite_care.tidy(self.db)
        return f"{self._path.name} is whole"

    def _open(self) -> sqlite3.Connection:
        """The file; where the card takes nothing, what can be read of it: each commit then tries to open it again."""
        try:
            db = self._opened()
        except (sqlite3.Error, OSError) as error:
            log.error("the ledger cannot be opened for writing, what is in it is read: %s", error)
            return read_copy(self._path, state_document(UNREAD))
        self._place.opened()
        return db

    def _opened(self) -> sqlite3.Connection:
        try:
            end_renewal(self._path)
            if not self._path.exists() and ledger_place.had_one(self._path):
                return self._begin_anew("the file was missing, and this site has had one")
            return opened(self._path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return self._begin_anew(str(error))

    def _write_anew(self) -> None:
        """What only this connection holds still, under its name again. Raises sqlite3.Error."""
        try:
            written_anew(self.db, self._path, is_ours=self._place.is_ours)
        except OSError as error:
            raise sqlite3.OperationalError(str(error)) from None
        self._open_again(self._opened)

    def _open_again(self, how: Callable[[], sqlite3.Connection]) -> None:
        """After damage, or where a connection was opened while the card took nothing: it never writes. Raises sqlite3.Error."""
        self.db.close()
        self._place.closed()
        try:
            self.db = how()
            self._place.opened()
        except (sqlite3.Error, OSError) as error:
            self.db = refusing()
            raise sqlite3.OperationalError(str(error)) from None

    def _begin_anew(self, why: str) -> sqlite3.Connection:
        db, aside = renewed(self._path, state_document(UNREAD))
        self.damage = f"{why}; it lies aside as {aside}" if aside else why
        return db

    def _state(self) -> State | None:
        try:
            found = ledger_rows.state(self.db)
        except ValueError:
            with contextlib.suppress(sqlite3.Error):
                self._open_again(partial(self._begin_anew, "the state cannot be read"))
            self.damage = self.damage or "the state cannot be read, and no new file can be made"
            return UNREAD
        if found is None:
            self.latched = NOTHING_LATCHED
            return None
        state, lost = found
        self.latched = None if lost else latched(state)
        if lost:
            self.damage = f"of the state could not be read: {', '.join(lost)}"
        return state
