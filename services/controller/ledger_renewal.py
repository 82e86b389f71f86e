"""What can be read of a damaged or lost ledger goes on in a new file; of one that the card lets nobody write, in memory."""

import sqlite3
from pathlib import Path

from services.controller import ledger_file
from services.controller.ledger_file import begun_of, end_renewal, new_of, opened, size, text, with_schema
from services.controller.ledger_place import had_one
from services.shared import whole_file
from services.shared.sqlite_care import is_damage
from services.shared.sqlite_files import log_of, parts_of

_NUMBERS_APART = 10**12
"""The n-th renewed ledger numbers its events from n times this: above any number that an earlier one gave."""
_CARRIED_OVER = (
    ("SELECT id, document FROM state", "INSERT OR IGNORE INTO state VALUES (?, ?)"),
    ("SELECT target, path, document FROM orders", "INSERT OR IGNORE INTO orders VALUES (?, ?, ?)"),
    ("SELECT id, digest, reply, at FROM answered", "INSERT OR IGNORE INTO answered VALUES (?, ?, ?, ?)"),
)
_UNREAD = "INSERT OR IGNORE INTO state VALUES (1, ?)"


def renewed(path: Path, unread: str) -> tuple[sqlite3.Connection, str]:
    """A new file in place of a damaged one, with the state and the orders that could still be read; and where the old one lies,
    empty if there was none.

    `unread` is the state where none could be read. At whatever step this is killed, the next `opened` finds the old file or ends
    the renewal.
    """
    number, there = _free(path), path.exists()
    begun = begun_of(path)
    db = ledger_file.connected(begun)
    db.execute("BEGIN IMMEDIATE")
    for query, insert in _CARRIED_OVER if there else ():
        db.executemany(insert, _readable(path, query))
    db.execute(_UNREAD, (unread,))
    db.execute("INSERT INTO sqlite_sequence VALUES ('events', ?)", (number * _NUMBERS_APART,))
    db.execute("COMMIT")
    db.close()  # the last connection leaves no WAL behind
    begun.rename(new_of(path))
    if there:
        path.rename(_aside(path, number))
    end_renewal(path)
    return opened(path), _aside(path, number).name if there else ""


def written_anew(db: sqlite3.Connection, path: Path, *, is_ours: bool) -> None:
    """All that a connection holds whose file nobody finds any more, in a new one that the next `opened` takes.

    `is_ours`: the file that lies there is that of the connection, and only its log is gone. Another one is laid aside. Raises
    sqlite3.Error or OSError, and then the connection holds it still.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = begun_of(path)
    try:
        db.execute("VACUUM INTO ?", (str(begun),))  # which flushes nothing itself
        whole_file.sync(begun)
        begun.rename(new_of(path))
    except BaseException:
        begun_of(path)  # a half would fill the card that had no room for the whole
        raise
    if is_ours:
        path.unlink(missing_ok=True)
    elif path.exists():
        for part, aside in zip(parts_of(path), parts_of(_aside(path, _free(path))), strict=True):
            if part.exists():
                part.rename(aside)


def read_copy(path: Path, unread: str) -> sqlite3.Connection:
    """What can be read of a file that the card lets nobody open for writing; it takes nothing. On a new site it is empty.

    `unread` is the state where there is a file, or was one, and none could be read.

    Raises sqlite3.Error where there is one that cannot be read: what it forbids must not be forgotten.
    """
    db = refusing()
    db.execute("PRAGMA query_only=OFF")
    path = path if path.exists() else new_of(path)  # a renewal that the card did not let end
    for query, insert in _CARRIED_OVER if path.exists() else ():
        db.executemany(insert, _readable(path, query, as_it_lies=not size(log_of(path))))
    if path.exists() or had_one(path):
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


def _free(path: Path) -> int:
    return next(n for n in range(1, 1000) if not _aside(path, n).exists())


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.damaged-{number}")
