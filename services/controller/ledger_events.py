"""The events in `ledger.db` that history has not confirmed yet: numbered, told again, forgotten; in the ledger's thread."""

import sqlite3
from collections.abc import Iterable

from services.shared.messages import Event

EVENTS_KEPT = 50_000  # an api that is away for weeks must not fill the card
OWNER = "controller"
_PRUNE = "DELETE FROM events WHERE seq <= (SELECT seq FROM events ORDER BY seq DESC LIMIT 1 OFFSET ?)"
_FORGET = "DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE seq <= ? ORDER BY seq LIMIT ?)"
_SLICE = 1000
_LARGEST_SEQ = 2**53  # what every reader of JSON holds exactly


def add(db: sqlite3.Connection, events: Iterable[Event]) -> tuple[tuple[Event, ...], int]:
    """The events numbered, within the caller's transaction, and how many older ones had to go for them."""
    numbered, pruned = [], 0
    for event in events:
        document = event.model_dump_json(by_alias=True)
        seq = db.execute("INSERT INTO events (document) VALUES (?)", (document,)).lastrowid
        assert seq is not None
        if seq % 1000 == 0:
            pruned += db.execute(_PRUNE, (EVENTS_KEPT,)).rowcount
        numbered.append(event.model_copy(update={"ledger_seq": seq}))
    return tuple(numbered), pruned


def unconfirmed(db: sqlite3.Connection, after: int, limit: int) -> tuple[Event, ...]:
    """Events with a higher number, oldest first."""
    rows = db.execute("SELECT seq, document FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
    return tuple(_restored(document, seq) for seq, document in rows)


def waiting(db: sqlite3.Connection) -> tuple[int, float | None]:
    """How many there are, and when the oldest of them happened (Unix seconds)."""
    (count,) = db.execute("SELECT count(*) FROM events").fetchone()
    oldest = unconfirmed(db, -1, 1)
    return count, oldest[0].happened_at if oldest else None


def was_given(db: sqlite3.Connection, seq: int) -> bool:
    """Whether this number was given here. When not, what is told from now on is numbered above it."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    given = seq <= (row[0] if row else 0)
    if not given and seq < _LARGEST_SEQ:
        _number_above(db, seq)
    return given


def forget(db: sqlite3.Connection, up_to: int) -> bool:
    """A slice of the events up to this number goes. True while there may be more."""
    return db.execute(_FORGET, (up_to, _SLICE)).rowcount == _SLICE


def _number_above(db: sqlite3.Connection, seq: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.execute("DELETE FROM sqlite_sequence WHERE name = 'events'")
    db.execute("INSERT INTO sqlite_sequence VALUES ('events', ?)", (seq,))
    db.execute("COMMIT")


def _restored(document: str, seq: int) -> Event:
    return Event.model_validate_json(document).model_copy(update={"ledger_seq": seq, "subject": (OWNER,)})
