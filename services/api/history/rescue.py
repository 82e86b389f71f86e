"""Copies what can be read of a damaged database into a new one, row by row along each table's key, leaping over what cannot.

A leap doubles until something is found, so at most as many rows are lost beside a hole as the hole is wide. Where the newest
events were lost, an event says so, with a number above all that the audit has: no number is given twice.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from services.api.history.rows import timestamp

_AT_ONCE = 1_000
_LARGEST_KEY = 2**62
_KEYS = {"minutes": "sensor_id, ts_s", "quarters": "sensor_id, ts_s", "hours": "sensor_id, ts_s"}
"""Tables without a rowid, by their keys."""
_LATEST_S = 4_102_444_800
_OLD_READINGS = ("ts_ms, sensor_id", ["ts_ms << 14 | sensor_id", "value", "flags"])
"""How the readings of a file of before version 0003 are walked along, and how they are read."""
_NOT_COPIED = ("alembic_version",)
_MARK = """
INSERT INTO events (id, source, boot, ledger, ledger_seq, happened_ms, timestamp, clock_trusted, kind, title, reasons, mode,
  device, target, command_id, who, detail, act)
SELECT last + 1, 'api', '', 1, (SELECT coalesce(max(ledger_seq), 0) + 1 FROM events WHERE source = 'api'), ?, ?, 0,
  'service', 'the newest events were lost in a repair', '[]', '', '', '', '', '', '', ''
FROM (SELECT max(event_id) AS last FROM audit) WHERE last > (SELECT coalesce(max(id), 0) FROM events)
"""


def copy(damaged: Path, fresh: Path) -> tuple[dict[str, int], tuple[str, ...]]:
    """Rows saved by table, and the tables in which damage was met. `fresh` has the tables already, and none of its rows."""
    rows: dict[str, int] = {}
    met: list[str] = []
    with closing(sqlite3.connect(damaged)) as old, closing(sqlite3.connect(fresh, isolation_level=None)) as new:
        old.text_factory = lambda raw: raw.decode("utf-8", "replace")
        old.execute("PRAGMA writable_schema=ON")  # or SQLite reads nothing of a file that is shorter than its header says
        triggers = new.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            new.execute(f"DROP TRIGGER {name}")
        for (table,) in new.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall():
            if table not in _NOT_COPIED:
                rows[table], hole = _copy_table(old, new, table)
                met += [table] if hole else []
        now_ms = int(time.time() * 1000)
        new.execute(_MARK, (now_ms, timestamp(now_ms)))
        for _, sql in triggers:
            new.execute(sql)
    return rows, tuple(met)


def _copy_table(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> tuple[int, bool]:
    columns = _shared_columns(old, new, table)
    if columns is None:
        return 0, True
    if not columns:
        return 0, False  # a table that the old version did not have
    walk = _Walk(old, table, _KEYS.get(table, "rowid"), columns)
    if table == "readings" and "key" not in columns:
        walk = _Walk(old, table, *_OLD_READINGS)
        columns = ["key", "value", "flags"]
    put = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    source, saved = iter(walk), 0
    while part := list(islice(source, _AT_ONCE)):
        new.execute("BEGIN")
        for row in part:
            try:
                saved += new.execute(put, row).rowcount
            except sqlite3.Error:  # a value that no column of this kind can hold is damage, too
                walk.hole = True
        new.execute("COMMIT")
    return saved, walk.hole


def _shared_columns(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> list[str] | None:
    """None when the old file cannot even say what it has."""
    try:
        there = {row[1] for row in old.execute(f"PRAGMA table_info({table})")}
    except sqlite3.DatabaseError:
        return None
    return [row[1] for row in new.execute(f"PRAGMA table_info({table})") if row[1] in there]


class _Walk:
    """All readable rows of a table by its key. `hole` says whether some could not be read."""

    def __init__(self, connection: sqlite3.Connection, table: str, key: str, columns: list[str]) -> None:
        self.hole = False
        self._sensors = 1
        self._connection = connection
        self._key = key
        self._width = self._key.count(",") + 1
        named = f"SELECT {self._key}, {', '.join(columns)} FROM {table} WHERE"  # noqa: S608
        marks = ", ".join("?" * self._width)
        self._query = f"{named} ({self._key}) > ({marks}) ORDER BY {self._key}"

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        key: tuple[int, ...] = (-_LARGEST_KEY,) * self._width
        start, leap = key, 1
        while start[0] < _LARGEST_KEY:
            try:
                for row in self._connection.execute(self._query, start):
                    key, leap, self._sensors = row[: self._width], 1, 1
                    yield row[self._width :]
                return
            except sqlite3.DatabaseError:
                self.hole = True
                key, start, leap = self._leap(key, leap)

    def _leap(self, key: tuple[int, ...], leap: int) -> tuple[tuple[int, ...], tuple[int, ...], int]:
        """Over the hole: onwards in time, and when a sensor's time is over, to a later sensor."""
        if self._key.startswith("sensor_id") and leap > _LATEST_S:
            sensor, self._sensors = max(key[0], 0) + self._sensors, self._sensors * 2
            return (sensor, 0), (sensor, -_LARGEST_KEY), 1
        if self._key.startswith("sensor_id"):
            return key, (max(key[0], 0), max(key[1], 0) + leap), leap * 2
        return key, (max(key[0], 0) + leap, *(-_LARGEST_KEY,) * (self._width - 1)), leap * 2
