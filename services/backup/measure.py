"""What a database holds, in a form that two copies can be compared by: rows of each table, and a hash of the newest ones."""

import hashlib
import sqlite3
from typing import NamedTuple

_NEWEST = 100
_TABLES = (
    "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    " AND (name NOT LIKE 'sqlite\\_%' ESCAPE '\\' OR name = 'sqlite_sequence') ORDER BY name"
)


class Table(NamedTuple):
    """How many rows there are, and the SHA-256 of the last hundred by their key."""

    rows: int
    newest: str


def measure(db: sqlite3.Connection) -> dict[str, Table]:
    """Every table; counts all rows. Within the caller's transaction, if it is to be one moment. Raises sqlite3.Error."""
    db.text_factory = bytes  # a text that is no UTF-8 any more is compared, not refused
    found = db.execute(_TABLES).fetchall()
    return {name.decode(): _table(db, name.decode(), bool(without_rowid)) for name, without_rowid in found}


def rows(tables: dict[str, Table]) -> int:
    """Rows of all tables together."""
    return sum(table.rows for table in tables.values())


def differences(expected: dict[str, Table], found: dict[str, Table]) -> list[str]:
    """In words, what of the expected tables is not found so; tables that came besides are not looked at."""
    told = []
    for name, table in expected.items():
        there = found.get(name)
        if there is None:
            told.append(f"the table {name} is gone")
        elif there.rows != table.rows:
            told.append(f"{name} has {there.rows} rows, not {table.rows}")
        elif there.newest != table.newest:
            told.append(f"the newest rows of {name} are others")
    return told


def _table(db: sqlite3.Connection, name: str, without_rowid: bool) -> Table:
    order = _key(db, name) if without_rowid else "rowid DESC"
    (count,) = db.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608 - a table of the file
    newest = hashlib.sha256()
    for row in db.execute(f'SELECT * FROM "{name}" ORDER BY {order} LIMIT {_NEWEST}'):  # noqa: S608
        newest.update(repr(row).encode("utf-8", "surrogatepass"))
    return Table(count, newest.hexdigest())


def _key(db: sqlite3.Connection, name: str) -> str:
    columns = db.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (name,)).fetchall()
    return ", ".join(f'"{column.decode()}" DESC' for (column,) in columns)
