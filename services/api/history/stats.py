"""What is in `mine_data.db`: rows and bytes of each table, oldest and newest row, the size of its files."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from services.shared import sqlite_care

_SPAN = {
    "readings": "ts_ms / 1000.0", "minutes": "ts_s", "quarters": "ts_s", "hours": "ts_s", "events": "happened_ms / 1000.0",
    "audit": "happened_ms / 1000.0", "alarms": "since_ms / 1000.0", "mine_states": "strftime('%s', timestamp)",
}  # fmt: skip
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
_BYTES = (
    "SELECT m.tbl_name, sum(d.pgsize) FROM (SELECT name, pgsize FROM dbstat WHERE aggregate = TRUE) AS d"
    " JOIN sqlite_master AS m ON m.name = d.name GROUP BY 1"
)


@dataclass(frozen=True, slots=True)
class TableStats:
    """One table with its indexes. Times in Unix seconds; None where a table is empty or has no time. `size` None: not known."""

    name: str
    rows: int
    size: int | None
    oldest_at: float | None
    newest_at: float | None


@dataclass(frozen=True, slots=True)
class Stats:
    """All tables; the bytes of each file of the database; the bytes that are free inside it."""

    tables: tuple[TableStats, ...]
    files: dict[str, int]
    unused: int


def stats(path: Path) -> Stats:
    """Count everything. Reads the whole file, with a connection of its own. Raises sqlite3.Error."""
    files = {part.name: part.stat().st_size for part in sorted(path.parent.glob(f"{path.name}*"))}
    with closing(sqlite_care.reading(path)) as connection:
        names = [name for (name,) in connection.execute(_TABLES)]
        sizes = _bytes(connection)
        tables = tuple(_table(connection, name, sizes.get(name)) for name in names)
        (free,), (size,) = (
            connection.execute("PRAGMA freelist_count").fetchone(),
            connection.execute("PRAGMA page_size").fetchone(),
        )
    return Stats(tables, files, free * size)


def _table(connection: sqlite3.Connection, name: str, size: int | None) -> TableStats:
    span = _SPAN.get(name)
    ends = f"min({span}), max({span})" if span else "NULL, NULL"
    rows, oldest, newest = connection.execute(f"SELECT count(*), {ends} FROM {name}").fetchone()  # noqa: S608 - names of ours
    return TableStats(name, rows, size, _number(oldest), _number(newest))


def _bytes(connection: sqlite3.Connection) -> dict[str, int]:
    try:
        return {str(name): int(size) for name, size in connection.execute(_BYTES)}
    except sqlite3.OperationalError:
        return {}  # SQLite was built without this table


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
