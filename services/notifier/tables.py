"""What is in the tables of `alerts.db`: written in one piece, read when it is opened. On the store's thread alone."""

import json
import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from services.notifier.change import Change, Place
from services.notifier.message import Row
from services.notifier.record import Record, Transition

log = logging.getLogger(__name__)
T = TypeVar("T")

REFS_KEPT = 10_000
_RECEIPTS_KEPT = 10_000
_TRANSITIONS_KEPT_S = 400 * 86_400.0
_NEWEST = "SELECT min(at) FROM (SELECT at FROM transitions ORDER BY id DESC LIMIT 50)"
"""The present, for what is forgotten: a calendar that jumped ahead for a while does not take the year with it."""
_RECORD, _ROW, _TRANSITION = TypeAdapter(Record), TypeAdapter(Row), TypeAdapter(Transition)


@dataclass(frozen=True, slots=True)
class Held:
    """What the file held when it was opened. `last_id` is the highest number of a row or a receipt."""

    records: dict[str, Record]
    rows: list[Row]
    facts: dict[str, str]
    refs: dict[Place, str | None]
    last_id: int


def write(db: sqlite3.Connection, change: Change) -> None:
    """In one commit. Raises sqlite3.Error, and then nothing of it is written."""
    db.execute("BEGIN IMMEDIATE")
    try:
        _write(db, change)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def load(db: sqlite3.Connection) -> Held:
    """All but the transitions."""
    records = _readable(_RECORD, db.execute("SELECT document FROM alarms"))
    rows = _readable(_ROW, db.execute("SELECT document FROM outbox ORDER BY id"))
    facts = dict(db.execute("SELECT name, value FROM facts").fetchall())
    refs = {(thread, way, to): ref for thread, way, to, ref in db.execute("SELECT * FROM refs ORDER BY rowid")}
    last = db.execute("SELECT max((SELECT coalesce(max(id), 0) FROM outbox), (SELECT coalesce(max(id), 0) FROM receipts))")
    return Held({record.key: record for record in records}, rows, facts, refs, int(last.fetchone()[0]))


def transitions(db: sqlite3.Connection, since_at: float) -> list[Transition]:
    """Those since then, in the order in which they happened. Raises sqlite3.Error."""
    return _readable(_TRANSITION, db.execute("SELECT document FROM transitions WHERE at >= ? ORDER BY id", (since_at,)))


def _write(db: sqlite3.Connection, change: Change) -> None:
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


def _readable(kind: TypeAdapter[T], documents: Iterable[tuple[str]]) -> list[T]:
    """One that cannot be read, of another version perhaps, must not silence the others."""
    found = []
    for (document,) in documents:
        try:
            found.append(kind.validate_json(document))
        except ValidationError:
            log.error("alerts.db holds what cannot be read and is passed over: %.200s", document)
    return found
