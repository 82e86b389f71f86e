"""The ledger's one connection, used in the ledger's thread: it goes on through a damaged file and a card that takes nothing."""

import contextlib
import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

from services.controller import ledger_rows
from services.controller.answered import Answered
from services.controller.core.memory import State
from services.controller.core.orders import Sent
from services.controller.documents import state_document
from services.controller.ledger_file import is_damage, is_read_only, opened
from services.controller.ledger_renewal import read_copy, refusing, renewed
from services.controller.ledger_rows import UNREAD, Orders
from services.shared import sqlite_care
from services.shared.messages import Event

log = logging.getLogger(__name__)


class LedgerConnection:
    """`db` is replaced where it cannot write any more. `damage` tells what was found damaged: the old file lies aside."""

    def __init__(self, path: Path) -> None:
        self.damage: str | None = None
        self._path = path
        self.db = self._open()

    def load(self) -> tuple[State | None, dict[tuple[str, str], Sent]]:
        """The state (None on a new site) and the orders. Raises sqlite3.Error."""
        orders = ledger_rows.orders(self.db)  # before the state: one that cannot be read has all of it begun anew
        return self._state(), orders

    def commit(
        self, state: State | None, orders: Orders, events: tuple[Event, ...], answered: tuple[Answered, ...]
    ) -> tuple[tuple[Event, ...], int]:
        """The events numbered, and how many older ones had to go for them. Raises sqlite3.Error when the card refuses."""
        try:
            return ledger_rows.write(self.db, state, orders, events, answered)
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                self._open_again(partial(self._begin_anew, str(error)))
            elif is_read_only(error):
                self._open_again(self._opened)
            else:
                raise
            return ledger_rows.write(self.db, state, orders, events, answered)

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
            return self._opened()
        except (sqlite3.Error, OSError) as error:
            log.error("the ledger cannot be opened for writing, what is in it is read: %s", error)
            return read_copy(self._path, state_document(UNREAD))

    def _opened(self) -> sqlite3.Connection:
        try:
            return opened(self._path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return self._begin_anew(str(error))

    def _open_again(self, how: Callable[[], sqlite3.Connection]) -> None:
        """After damage, or where a connection was opened while the card took nothing: it never writes. Raises sqlite3.Error."""
        self.db.close()
        try:
            self.db = how()
        except (sqlite3.Error, OSError) as error:
            self.db = refusing()
            raise sqlite3.OperationalError(str(error)) from None

    def _begin_anew(self, why: str) -> sqlite3.Connection:
        db, aside = renewed(self._path, state_document(UNREAD))
        self.damage = f"{why}; it lies aside as {aside}"
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
            return None
        state, lost = found
        if lost:
            self.damage = f"of the state could not be read: {', '.join(lost)}"
        return state
