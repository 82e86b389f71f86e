"""The tables of the ledger: state, last orders, requests answered. Each function works on its one connection."""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace

from services.controller import ledger_events
from services.controller.answered import KEPT, Answered
from services.controller.core.interlocks import merge
from services.controller.core.memory import Phase, State, Trip
from services.controller.core.moments import Stamp
from services.controller.core.orders import Sent
from services.controller.documents import read_sent, read_state, sent_document, state_document
from services.shared.messages import Event

_PUT_ORDER = (  # in its place: OR REPLACE would give it a new one, and write the pages of the key too
    "INSERT INTO orders VALUES (?, ?, ?) ON CONFLICT (target, path) DO UPDATE SET document = excluded.document"
)
_PUT_STATE = "INSERT INTO state VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET document = excluded.document"
_ANSWERED = "INSERT OR REPLACE INTO answered VALUES (?, ?, ?, ?)"
_OLD_ANSWERS = "DELETE FROM answered WHERE rowid <= (SELECT rowid FROM answered ORDER BY rowid DESC LIMIT 1 OFFSET ?)"
_PADDED_TO = 4096  # text of the same length is written in its place, and of that only the pages that differ
LOST_TRIP = "ledger"
_NO_MOMENT = Stamp(0.0, 0.0, False, "")
_LOST = Trip(
    LOST_TRIP, "the records of trips and lock-outs were lost: look at the site, lock out what must be, then reset", _NO_MOMENT
)
"""Nobody knows what was latched, or who works where: nothing runs until a person has looked."""
UNREAD = State(Phase.STARTING, _NO_MOMENT, trips=(_LOST,))
"""The state where none can be read."""
_LATCHES = {"trips", "lockouts"}

Orders = Mapping[tuple[str, str], Sent]
Latched = tuple[frozenset[str], frozenset[str]]
"""The keys of the trips, and the targets of the lock-outs."""
NOTHING_LATCHED: Latched = (frozenset(), frozenset())


def latched(state: State) -> Latched:
    """What only a person ends."""
    return frozenset(trip.key for trip in state.trips), frozenset(one.target for one in state.lockouts)


def state(db: sqlite3.Connection) -> tuple[State, tuple[str, ...]] | None:
    """The stored state, and which parts of it could not be read; None on a new site. Raises ValueError where none of it can."""
    row = db.execute("SELECT document FROM state").fetchone()
    if row is None:
        return None
    found, lost = read_state(row[0])
    return (replace(found, trips=merge(found.trips, (_LOST,))) if _LATCHES & set(lost) else found), lost


def orders(db: sqlite3.Connection) -> dict[tuple[str, str], Sent]:
    """The last order per target and path; one that cannot be read is left out."""
    stored = {(target, path): read_sent(text) for target, path, text in db.execute("SELECT * FROM orders")}
    return {key: sent for key, sent in stored.items() if sent is not None}


def answered(db: sqlite3.Connection) -> tuple[Answered, ...]:
    """The requests that had their answer, oldest first."""
    return tuple(Answered(*row) for row in db.execute("SELECT id, digest, reply, at FROM answered ORDER BY rowid"))


def write(
    db: sqlite3.Connection, state: State | None, orders: Orders, events: tuple[Event, ...], answered: tuple[Answered, ...]
) -> tuple[tuple[Event, ...], int]:
    """All or nothing: the events numbered, and how many older ones had to go for them. Raises sqlite3.Error."""
    db.execute("BEGIN IMMEDIATE")
    try:
        if state is not None:
            db.execute(_PUT_STATE, (_padded(state_document(state)),))
        db.executemany(_PUT_ORDER, [(target, path, sent_document(sent)) for (target, path), sent in orders.items()])
        numbered, pruned = ledger_events.add(db, events)
        if answered:
            db.executemany(_ANSWERED, [(one.id, one.digest, one.reply, one.at) for one in answered])
            db.execute(_OLD_ANSWERS, (KEPT,))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    return numbered, pruned


def _padded(document: str) -> str:
    length = len(document.encode())
    return document + " " * (-length % _PADDED_TO)
