"""The records and the alarms after a restore: cursors of those who read on never go back, and no old message is sent again."""

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

_FAR = 10**9
"""So far above the archive the numbers go on where today's cannot be read."""
_CURSORS = ("alarms", "mine_states")
_MARK = """
INSERT INTO events (id, source, boot, ledger, ledger_seq, happened_ms, timestamp, clock_trusted, kind, title, reasons, mode,
  device, target, command_id, who, detail, act)
SELECT ?, 'api', '', 1, (SELECT coalesce(max(ledger_seq), 0) + 1 FROM events WHERE source = 'api'), ?,
  strftime('%Y-%m-%dT%H:%M:%S.000Z', ?, 'unixepoch'), 0, 'service', 'the records were restored from a backup', '[]', '', '', '',
  '', '', ?, ''
"""
_LIVING = ("alarms", "outbox")
_TODAYS = ("alarms", "outbox", "facts", "refs", "receipts")


def records_go_on(records: Path, present: Path | None, now_s: float, archive: str) -> None:
    """In the archive's records: an event that tells the restore, and numbers above all that were given. Raises sqlite3.Error."""
    above = {table: _above(records, present, table) for table in ("events", *_CURSORS)}
    with closing(sqlite3.connect(records, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute(_MARK, (above["events"], int(now_s * 1000), int(now_s), f"from {archive}"))
        for table in _CURSORS:
            newest = f"(SELECT max(id) FROM {table})"  # noqa: S608 - our own names
            db.execute(f"UPDATE {table} SET id = ? WHERE id = {newest} AND id < ?", (above[table], above[table]))  # noqa: S608
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode=DELETE")


def alerts_go_on(alerts: Path, present: Path | None, alarmed: Collection[str], now_s: float) -> None:
    """In the archive's alarms: its living alarms and waiting messages are past; today's stand, and of the controller's those that
    are `alarmed` by the ledger that goes on: another one is over until the controller says it again. Raises sqlite3.Error.
    """
    with closing(sqlite3.connect(alerts, isolation_level=None)) as db:
        if present is not None:
            db.execute("ATTACH ? AS today", (str(present),))
        db.execute("BEGIN IMMEDIATE")
        for table in _LIVING:
            db.execute(f"DELETE FROM main.{table}")  # noqa: S608 - our own names
        if present is not None:
            _take_todays(db)
            _end_others(db, alarmed, now_s)
        db.execute("COMMIT")
        db.execute("PRAGMA main.journal_mode=DELETE")


def _take_todays(db: sqlite3.Connection) -> None:
    there = {name for (name,) in db.execute("SELECT name FROM today.sqlite_master WHERE type = 'table'")}
    for table in _TODAYS:
        if table in there:
            db.execute(f"INSERT OR REPLACE INTO main.{table} SELECT * FROM today.{table}")  # noqa: S608
    if "transitions" in there:
        db.execute(
            "INSERT INTO main.transitions (at, document) SELECT at, document FROM today.transitions"
            " WHERE at > (SELECT coalesce(max(at), 0) FROM main.transitions) ORDER BY id"
        )


def _end_others(db: sqlite3.Connection, alarmed: Collection[str], now_s: float) -> None:
    standing = db.execute(
        "SELECT key FROM main.alarms WHERE CASE WHEN json_valid(document)"
        " THEN document ->> '$.source' = 'controller' AND document ->> '$.active' = 1 END"
    ).fetchall()
    over = [(now_s, key) for (key,) in standing if key not in alarmed]
    set_ = "json_set(document, '$.active', json('false'), '$.ended_at', ?)"
    db.executemany(f"UPDATE main.alarms SET document = {set_} WHERE key = ?", over)  # noqa: S608 - our own words


def _above(records: Path, present: Path | None, table: str) -> int:
    archived = _highest(records, table) or 0
    today = _highest(present, table) if present is not None else None
    return max(archived, today) + 1 if today is not None else archived + _FAR


def _highest(path: Path, table: str) -> int | None:
    """0 of an empty table; None of a file that cannot be read."""
    try:
        with closing(sqlite3.connect(path)) as db:
            audited = ", (SELECT coalesce(max(event_id), 0) FROM audit)" if table == "events" else ""
            (highest,) = db.execute(f"SELECT max((SELECT coalesce(max(id), 0) FROM {table}), 0{audited})").fetchone()  # noqa: S608
            return int(highest)
    except sqlite3.DatabaseError:
        return None
