"""`alerts.db` on the card: its tables, how they are written in one piece and read. On the store's thread alone.

WAL with FULL, so that an acknowledged commit is on the card.
"""

import contextlib
import json
import logging
import os
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from services.notifier.change import Change, Place
from services.notifier.message import Row
from services.notifier.record import Record, Transition

log = logging.getLogger(__name__)

T = TypeVar("T")
REFS_KEPT = 10_000
_MEMORY = Path(":memory:")
_PRIVATE = 0o600
_RECEIPTS_KEPT = 10_000
_TRANSITIONS_KEPT_S = 400 * 86_400.0
_NEWEST = "SELECT min(at) FROM (SELECT at FROM transitions ORDER BY id DESC LIMIT 50)"
"""The present, for what is forgotten: a calendar that jumped ahead for a while does not take the year with it."""
LAST_ID = 2**62
"""Nobody gives so many; what is above was not written by us, and leaves no number to go on with."""
COLUMNS = {
    "alarms": ("key", "phase", "document"),
    "outbox": ("id", "channel", "document"),
    "receipts": ("id", "channel", "keys", "subject", "at", "text"),
    "facts": ("name", "value"),
    "refs": ("thread", "channel", "recipient", "ref"),
    "transitions": ("id", "at", "document"),
}
_RECORD, _ROW, _TRANSITION = TypeAdapter(Record), TypeAdapter(Row), TypeAdapter(Transition)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS alarms (key TEXT PRIMARY KEY, phase TEXT NOT NULL, document TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, document TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS receipts (
  id INTEGER PRIMARY KEY, channel TEXT NOT NULL, keys TEXT NOT NULL, subject TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refs (
  thread TEXT NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL, ref TEXT, PRIMARY KEY (thread, channel, recipient)
) STRICT;
CREATE TABLE IF NOT EXISTS transitions (id INTEGER PRIMARY KEY, at REAL NOT NULL, document TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS transitions_by_time ON transitions (at);
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What the file held when it was opened. `last_id` is the highest number of a row or a receipt."""

    records: dict[str, Record]
    rows: list[Row]
    facts: dict[str, str]
    refs: dict[Place, str | None]
    last_id: int


def connect(path: Path) -> sqlite3.Connection:
    """Open or make it, for this user alone: it names people and their numbers. Raises sqlite3.Error."""
    _keep_private(path)
    db = sqlite3.connect(path, isolation_level=None, timeout=5.0)
    db.text_factory = lenient_text
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA journal_size_limit=8388608")
        db.execute("PRAGMA cache_size=-512")  # KiB; by itself it is 2 MB, for a file that is only written to
        db.executescript(_SCHEMA)
    except BaseException:
        db.close()
        raise
    return db


def _keep_private(path: Path) -> None:
    """SQLite gives the files beside it the same mode. What cannot be done here, `connect` tells."""
    if path == _MEMORY:
        return
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE))
        path.chmod(_PRIVATE)


def memory() -> sqlite3.Connection:
    """The same tables, forgotten with the process."""
    return connect(_MEMORY)


def load(db: sqlite3.Connection) -> Held:
    """All but the transitions. Raises sqlite3.Error."""
    records = _readable(_RECORD, db.execute("SELECT key, document FROM alarms"), lambda record: record.key)
    rows = waiting(db)
    facts = dict(db.execute("SELECT name, value FROM facts").fetchall())
    refs = {(thread, way, to): ref for thread, way, to, ref in db.execute("SELECT * FROM refs ORDER BY rowid")}
    last = db.execute("SELECT max((SELECT coalesce(max(id), 0) FROM outbox), (SELECT coalesce(max(id), 0) FROM receipts))")
    last_id = int(last.fetchone()[0])
    if last_id > LAST_ID:
        raise sqlite3.DatabaseError(f"a message has the number {last_id}")
    return Held({record.key: record for record in records}, rows, facts, refs, last_id)


def transitions(db: sqlite3.Connection, since_at: float) -> list[Transition]:
    """Those since then, in the order in which they happened. Raises sqlite3.Error."""
    return _readable(_TRANSITION, db.execute("SELECT id, document FROM transitions WHERE at >= ? ORDER BY id", (since_at,)))


def write(db: sqlite3.Connection, change: Change) -> None:
    """In one commit. Raises sqlite3.Error, and then nothing of it is written."""
    db.execute("BEGIN IMMEDIATE")
    try:
        put(db, change)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def put(db: sqlite3.Connection, change: Change) -> None:
    """Within a transaction of the caller."""
    records = [(r.key, r.phase.value, _RECORD.dump_json(r).decode()) for r in change.records.values()]
    db.executemany("INSERT OR REPLACE INTO alarms VALUES (?, ?, ?)", records)
    rows = [(row.id, row.channel, _ROW.dump_json(row).decode()) for row in change.rows.values()]
    db.executemany("INSERT OR REPLACE INTO outbox VALUES (?, ?, ?)", rows)
    gone = change.dropped | {done.row.id for done in change.done}
    db.executemany("DELETE FROM outbox WHERE id = ?", [(number,) for number in gone])
    db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(change.facts.items()))
    db.executemany("INSERT OR REPLACE INTO refs VALUES (?, ?, ?, ?)", [(*place, ref) for place, ref in change.refs.items()])
    if change.done:
        _write_receipts(db, change)
    if change.refs:
        db.execute("DELETE FROM refs WHERE rowid <= (SELECT max(rowid) FROM refs) - ?", (REFS_KEPT,))
    if change.transitions:
        steps = [(step.at, _TRANSITION.dump_json(step).decode()) for step in change.transitions]
        db.executemany("INSERT INTO transitions (at, document) VALUES (?, ?)", steps)
        db.execute(f"DELETE FROM transitions WHERE at < ({_NEWEST}) - ?", (_TRANSITIONS_KEPT_S,))  # noqa: S608 - our own text


def _write_receipts(db: sqlite3.Connection, change: Change) -> None:
    receipts = [(d.row.id, d.row.channel, json.dumps(d.row.keys), d.row.text.subject, d.at, d.text) for d in change.done]
    db.executemany("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?)", receipts)
    db.execute("DELETE FROM receipts WHERE id <= ?", (max(done.row.id for done in change.done) - _RECEIPTS_KEPT,))


def waiting(db: sqlite3.Connection) -> list[Row]:
    """The messages of the outbox, oldest first."""
    return _readable(_ROW, db.execute("SELECT id, document FROM outbox ORDER BY id"), lambda row: row.id)


def _readable(
    kind: TypeAdapter[T], rows: Iterable[tuple[str | int, str]], name_of: Callable[[T], str | int] | None = None
) -> list[T]:
    """One that cannot be read, of another version perhaps, must not silence the others. It may name a person; no log does."""
    found = []
    for name, document in rows:
        try:
            one = kind.validate_json(document)
        except ValidationError as error:
            why = error.errors(include_url=False, include_context=False, include_input=False)[0]["type"]
        else:
            if name_of is None or name_of(one) == name:
                found.append(one)
                continue
            why = "another's name"
        log.error("alerts.db holds a document that cannot be read and is passed over: %.80r (%s)", name, why)
    return found


def lenient_text(raw: bytes) -> str:
    """For SQLite: a flipped bit in a text must not hide all of it."""
    return raw.decode("utf-8", "replace")
