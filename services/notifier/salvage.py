"""What can still be read of a damaged `alerts.db`, table by table, and what only passes."""

import itertools
import sqlite3
from collections.abc import Generator, Iterator
from pathlib import Path

from services.notifier.tables import COLUMNS, lenient_text
from services.shared.sqlite_care import code

_SALVAGED = 1_000_000
"""Rows of one table: damaged pages may lead in circles."""
_PASSING = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_PROTOCOL,
)  # fmt: skip
"""What the card or another process does; the file may be whole."""


def is_passing(error: sqlite3.Error) -> bool:
    """Whether the card or another process is the cause; the file may be whole."""
    return code(error) in _PASSING


def salvaged(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each table that can be read. Raises sqlite3.Error for what passes."""
    db = sqlite3.connect(path)
    db.text_factory = lenient_text
    try:
        return {table: list(_rows(db, table, columns)) for table, columns in COLUMNS.items()}
    finally:
        db.close()


def _rows(db: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """From the first to the first that cannot be read; if there is one, from the last back too, in their order."""
    text = f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED ORDER BY rowid"  # noqa: S608 - our own names
    if (yield from _until_damage(db, text)):
        rest = list(_until_damage(db, f"{text} DESC"))
        yield from reversed(rest)


def _until_damage(db: sqlite3.Connection, text: str) -> Generator[tuple[object, ...], None, bool]:
    """Returns whether damage was met. Raises sqlite3.Error for what passes."""
    try:
        yield from itertools.islice(db.execute(text), _SALVAGED)
    except sqlite3.DatabaseError as error:
        if is_passing(error):
            raise
        return True
    return False
