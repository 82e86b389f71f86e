"""What can be read of a damaged ledger goes on in a new file; of one that the card lets nobody write, in memory."""

import sqlite3
from pathlib import Path

from services.controller import ledger_file
from services.controller.ledger_file import end_renewal, is_damage, new_of, opened, size, text, with_schema

_NUMBERS_APART = 10**12
"""The n-th renewed ledger numbers its events from n times this: above any number that an earlier one gave."""
_CARRIED_OVER = (
    ("SELECT id, document FROM state", "INSERT OR IGNORE INTO state VALUES (?, ?)"),
    ("SELECT target, path, document FROM orders", "INSERT OR IGNORE INTO orders VALUES (?, ?, ?)"),
    ("SELECT id, digest, reply, at FROM answered", "INSERT OR IGNORE INTO answered VALUES (?, ?, ?, ?)"),
)
_UNREAD = "INSERT OR IGNORE INTO state VALUES (1, ?)"


def renewed(path: Path, unread: str) -> tuple[sqlite3.Connection, str]:
    """A new file in place of a damaged one, with the state and the orders that could still be read; and where the old one lies.

    `unread` is the state where none could be read. At whatever step this is killed, the next `opened` finds the old file or ends
    the renewal.
    """
    number = next(n for n in range(1, 1000) if not _aside(path, n).exists())
    new = new_of(path)
    new.unlink(missing_ok=True)
    db = ledger_file.connected(new)
    db.execute("BEGIN IMMEDIATE")
    for query, insert in _CARRIED_OVER:
        db.executemany(insert, _readable(path, query))
    db.execute(_UNREAD, (unread,))
    db.execute("INSERT INTO sqlite_sequence VALUES ('events', ?)", (number * _NUMBERS_APART,))
    db.execute("COMMIT")
    db.close()  # the last connection leaves no WAL behind
    path.rename(_aside(path, number))
    end_renewal(path)
    return opened(path), _aside(path, number).name


def read_copy(path: Path, unread: str) -> sqlite3.Connection:
    """What can be read of a file that the card lets nobody open for writing; it takes nothing. Without a file it is empty.

    `unread` is the state where there is a file, and none could be read.

    Raises sqlite3.Error where there is one that cannot be read: what it forbids must not be forgotten.
    """
    db = refusing()
    db.execute("PRAGMA query_only=OFF")
    path = path if path.exists() else new_of(path)  # a renewal that the card did not let end
    if path.exists():
        for query, insert in _CARRIED_OVER:
            db.executemany(insert, _readable(path, query, as_it_lies=not size(path.with_name(path.name + "-wal"))))
        db.execute(_UNREAD, (unread,))
    db.execute("PRAGMA query_only=ON")
    return db


def refusing() -> sqlite3.Connection:
    """An empty ledger in memory that takes nothing."""
    db = with_schema(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
    db.execute("PRAGMA query_only=ON")
    return db


def _readable(path: Path, query: str, *, as_it_lies: bool = False) -> list[tuple[object, ...]]:
    """The rows before the first that cannot be read. Raises sqlite3.Error for what is no damage.

    `as_it_lies`: nobody writes it and it has no log, so that no file needs to be made beside it.
    """
    rows: list[tuple[object, ...]] = []
    db = sqlite3.connect(path.absolute().as_uri() + ("?immutable=1" if as_it_lies else ""), uri=True)
    db.text_factory = text
    db.execute("PRAGMA writable_schema=ON")  # or SQLite reads nothing of a file that is shorter than its header says
    try:
        rows.extend(db.execute(query))
    except sqlite3.DatabaseError as error:
        if not is_damage(error) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # a table that is not found
            raise
    finally:
        db.close()
    return [row for row in rows if all(isinstance(value, (str, int, float)) for value in row)]


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.damaged-{number}")
