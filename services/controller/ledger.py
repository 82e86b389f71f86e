"""`ledger.db`: what must survive any kill and any power cut. Written before an order goes out; one commit for all of a decision.

One thread owns the connection, so a slow card never stalls the loop. WAL with FULL: an acknowledged commit is on the card.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from services.controller import ledger_events
from services.controller.answered import KEPT, Answered
from services.controller.core.interlocks import merge
from services.controller.core.memory import Phase, State, Trip
from services.controller.core.moments import Stamp
from services.controller.core.orders import Sent
from services.controller.documents import read_sent, read_state, sent_document, state_document
from services.controller.ledger_file import is_damage, is_read_only, opened, read_copy, refusing, renewed, taken
from services.controller.losses import Losses
from services.shared import sqlite_care
from services.shared.messages import Event

log = logging.getLogger(__name__)

_PUT_ORDER = (  # in its place: OR REPLACE would give it a new one, and write the pages of the key too
    "INSERT INTO orders VALUES (?, ?, ?) ON CONFLICT (target, path) DO UPDATE SET document = excluded.document"
)
_PUT_STATE = "INSERT INTO state VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET document = excluded.document"
LOST_TRIP = "ledger"
_NO_MOMENT = Stamp(0.0, 0.0, False, "")
_LOST = Trip(
    LOST_TRIP, "the records of trips and lock-outs were lost: look at the site, lock out what must be, then reset", _NO_MOMENT
)
"""Nobody knows what was latched, or who works where: nothing runs until a person has looked."""
_UNREAD = State(Phase.STARTING, _NO_MOMENT, trips=(_LOST,))
_LATCHES = {"trips", "lockouts"}
_PADDED_TO = 4096  # text of the same length is written in its place, and of that only the pages that differ
_ANSWERED = "INSERT OR REPLACE INTO answered VALUES (?, ?, ?, ?)"
_OLD_ANSWERS = "DELETE FROM answered WHERE rowid <= (SELECT rowid FROM answered ORDER BY rowid DESC LIMIT 1 OFFSET ?)"

T = TypeVar("T")
A = TypeVarTuple("A")
Orders = Mapping[tuple[str, str], Sent]


class Ledger:
    """The durable state, the last order per target and path, and the events that history has not yet confirmed."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.damage: str | None = None
        """What was found damaged; what could be read of it goes on in a new file, and the old one lies aside."""
        self.losses = Losses("history has confirmed none for too long")
        self._path = path
        self._lock = taken(path)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._db = self._thread.submit(self._open).result()

    async def load(self) -> tuple[State | None, dict[tuple[str, str], Sent]]:
        """The stored state (None on a new site) and the orders remembered."""
        return await self._run(self._load)

    async def answered(self) -> tuple[Answered, ...]:
        """The requests that had their answer, oldest first; at most the newest KEPT."""
        return await self._run(self._read_answered)

    async def commit(
        self, state: State | None, orders: Orders, events: Iterable[Event], answered: Iterable[Answered] = ()
    ) -> tuple[Event, ...]:
        """Store all or nothing; the events come back numbered. Raises sqlite3.Error when the card refuses."""
        numbered, pruned = await self._run(self._commit, state, dict(orders), tuple(events), tuple(answered))
        self.losses.add(pruned)
        return numbered

    async def unconfirmed(self, after: int, limit: int = 500) -> tuple[Event, ...]:
        """Events with a higher number, oldest first."""
        return await self._run(lambda: ledger_events.unconfirmed(self._db, after, limit))

    async def waiting(self) -> tuple[int, float | None]:
        """How many events history has not confirmed, and when the oldest of them happened (Unix seconds)."""
        return await self._run(lambda: ledger_events.waiting(self._db))

    async def forget(self, up_to: int) -> bool:
        """History holds the events up to this number.

        False when it was never given here: it is of a ledger before this one. Then nothing is forgotten, and what is told from
        now on is numbered above it, or history would take new events for old ones.
        """
        if not await self._run(lambda: ledger_events.was_given(self._db, up_to)):
            return False
        while await self._run(
            lambda: ledger_events.forget(self._db, up_to)
        ):  # in slices: a decision's commit never waits for weeks of events
            pass
        self.losses.over()
        return True

    async def tend(self) -> str:
        """The daily care: what was found, in words. Every page is looked at beside the commits; damage is met as in a commit.

        Raises sqlite3.Error for what is no damage.
        """
        suspected = await asyncio.to_thread(sqlite_care.damage, self._path)
        return await self._run(self._tend, suspected)

    def close(self) -> None:
        """Checkpoint and close; may be called once."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()
        self._lock.close()

    async def _run(self, function: Callable[[*A], T], *arguments: *A) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    def _open(self) -> sqlite3.Connection:
        """The file; where the card takes nothing, what can be read of it: each commit then tries to open it again."""
        try:
            return self._opened()
        except (sqlite3.Error, OSError) as error:
            log.error("the ledger cannot be opened for writing, what is in it is read: %s", error)
            return read_copy(self._path, state_document(_UNREAD))

    def _opened(self) -> sqlite3.Connection:
        try:
            return opened(self._path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return self._begin_anew(str(error))

    def _open_again(self, how: Callable[[], sqlite3.Connection]) -> None:
        """After damage, or where a connection was opened while the card took nothing: it never writes. Raises sqlite3.Error."""
        self._db.close()
        try:
            self._db = how()
        except (sqlite3.Error, OSError) as error:
            self._db = refusing()
            raise sqlite3.OperationalError(str(error)) from None

    def _begin_anew(self, why: str) -> sqlite3.Connection:
        db, aside = renewed(self._path, state_document(_UNREAD))
        self.damage = f"{why}; it lies aside as {aside}"
        return db

    def _tend(self, suspected: str) -> str:
        if suspected and (found := sqlite_care.damage(self._path)):  # now that nobody writes
            self._open_again(partial(self._begin_anew, found))
            return f"{self._path.name} was {self.damage}"
        sqlite_care.tidy(self._db)
        return f"{self._path.name} is whole"

    def _load(self) -> tuple[State | None, dict[tuple[str, str], Sent]]:
        row = self._db.execute("SELECT document FROM state").fetchone()
        orders = {(target, path): read_sent(text) for target, path, text in self._db.execute("SELECT * FROM orders")}
        return self._read(row[0]) if row else None, {key: sent for key, sent in orders.items() if sent is not None}

    def _read(self, document: str) -> State:
        try:
            state, lost = read_state(document)
        except ValueError:
            with contextlib.suppress(sqlite3.Error):
                self._open_again(partial(self._begin_anew, "the state cannot be read"))
            self.damage = self.damage or "the state cannot be read, and no new file can be made"
            return _UNREAD
        if lost:
            self.damage = f"of the state could not be read: {', '.join(lost)}"
        return replace(state, trips=merge(state.trips, (_LOST,))) if _LATCHES & set(lost) else state

    def _read_answered(self) -> tuple[Answered, ...]:
        return tuple(Answered(*row) for row in self._db.execute("SELECT id, digest, reply, at FROM answered ORDER BY rowid"))

    def _commit(
        self, state: State | None, orders: Orders, events: tuple[Event, ...], answered: tuple[Answered, ...]
    ) -> tuple[tuple[Event, ...], int]:
        try:
            return self._write(state, orders, events, answered)
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                self._open_again(partial(self._begin_anew, str(error)))
            elif is_read_only(error):
                self._open_again(self._opened)
            else:
                raise
            return self._write(state, orders, events, answered)

    def _write(
        self, state: State | None, orders: Orders, events: tuple[Event, ...], answered: tuple[Answered, ...]
    ) -> tuple[tuple[Event, ...], int]:
        """The events numbered, and how many older ones had to go for them."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            if state is not None:
                self._db.execute(_PUT_STATE, (_padded(state_document(state)),))
            rows = [(target, path, sent_document(sent)) for (target, path), sent in orders.items()]
            self._db.executemany(_PUT_ORDER, rows)
            numbered, pruned = ledger_events.add(self._db, events)
            if answered:
                self._db.executemany(_ANSWERED, [(one.id, one.digest, one.reply, one.at) for one in answered])
                self._db.execute(_OLD_ANSWERS, (KEPT,))
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        return numbered, pruned


def _padded(document: str) -> str:
    length = len(document.encode())
    return document + " " * (-length % _PADDED_TO)
