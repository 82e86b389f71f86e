"""`alerts.db`: the alarms, the messages that wait, the receipts. What is written together stands together after any kill.

One thread owns the connection; WAL with FULL. A card that refuses stops nobody from being told: the change stays in memory and is
written with the next one, and `fault` says so meanwhile.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from services.notifier.alarms import Record
from services.notifier.database import open_file
from services.notifier.message import Row

log = logging.getLogger(__name__)
T = TypeVar("T")

_RECEIPTS_KEPT = 10_000
_RECORD, _ROW = TypeAdapter(Record), TypeAdapter(Row)


@dataclass(frozen=True, slots=True)
class Done:
    """A message that waits no more: taken, or given up with the reason."""

    row: Row
    at: float
    text: str


@dataclass
class Change:
    """What is to be written, all or nothing."""

    records: dict[str, Record] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    done: list[Done] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)

    def then(self, later: "Change") -> None:
        """Add a later change to this one."""
        self.records |= later.records
        self.rows |= later.rows
        self.dropped |= later.dropped
        self.done += later.done
        self.facts |= later.facts


class Store:
    """`records`, `rows` and `facts` are what the file held when it was opened. `last_id` is the highest number ever given."""

    def __init__(self, path: Path) -> None:
        self.fault: str | None = None
        self._pending = Change()
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="alerts")
        self._db, self._unopened = self._thread.submit(open_file, path).result()
        self.fault = self._unopened
        self.records, self.rows, self.facts, self.last_id = self._thread.submit(_load, self._db).result()

    async def save(self, change: Change) -> None:
        """Write a change, with whatever could not be written before. Never raises: see `fault`."""
        self._pending.then(change)
        async with self._lock:
            pending, self._pending = self._pending, Change()
            if pending == Change():
                return
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, _write, self._db, pending)
            except sqlite3.Error as error:
                pending.then(self._pending)
                self._pending = pending
                self._tell(f"alerts.db cannot be written: {error}")
            else:
                self._tell(self._unopened)

    def close(self) -> None:
        """Checkpoint and close; once."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()

    def _tell(self, fault: str | None) -> None:
        if fault != self.fault:
            log.log(logging.ERROR if fault else logging.INFO, "%s", fault or "alerts.db is written again")
        self.fault = fault


def _write(db: sqlite3.Connection, change: Change) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        records = [(r.key, r.phase.value, _RECORD.dump_json(r).decode()) for r in change.records.values()]
        db.executemany("INSERT OR REPLACE INTO alarms VALUES (?, ?, ?)", records)
        rows = [(row.id, row.channel, _ROW.dump_json(row).decode()) for row in change.rows.values()]
        db.executemany("INSERT OR REPLACE INTO outbox VALUES (?, ?, ?)", rows)
        gone = change.dropped | {done.row.id for done in change.done}
        db.executemany("DELETE FROM outbox WHERE id = ?", [(number,) for number in gone])
        receipts = [(d.row.id, d.row.channel, json.dumps(d.row.keys), d.row.text.subject, d.at, d.text) for d in change.done]
        db.executemany("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?)", receipts)
        if change.done:
            db.execute("DELETE FROM receipts WHERE id <= ?", (max(gone) - _RECEIPTS_KEPT,))
        db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(change.facts.items()))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _load(db: sqlite3.Connection) -> tuple[dict[str, Record], list[Row], dict[str, str], int]:
    records = _readable(_RECORD, db.execute("SELECT document FROM alarms"))
    rows = _readable(_ROW, db.execute("SELECT document FROM outbox ORDER BY id"))
    facts = dict(db.execute("SELECT name, value FROM facts").fetchall())
    last = db.execute("SELECT max((SELECT coalesce(max(id), 0) FROM outbox), (SELECT coalesce(max(id), 0) FROM receipts))")
    return {record.key: record for record in records}, rows, facts, int(last.fetchone()[0])


def _readable(kind: TypeAdapter[T], documents: Iterable[tuple[str]]) -> list[T]:
    """One that cannot be read, of another version perhaps, must not silence the others."""
    found = []
    for (document,) in documents:
        try:
            found.append(kind.validate_json(document))
        except ValidationError:
            log.error("alerts.db holds what cannot be read and is passed over: %.200s", document)
    return found
