"""The file of the ledger: opened whole, by one process alone; a damaged one is laid aside and what can be read of it goes on.

One writer with one connection is also what keeps SQLite's WAL-reset bug away (3.7.0 to 3.51.2, two connections that write and
checkpoint at once): https://www.sqlite.org/wal.html.
"""

import contextlib
import fcntl
import os
import sqlite3
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS answered (id TEXT PRIMARY KEY, digest TEXT NOT NULL, reply TEXT NOT NULL, at REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS orders (target TEXT, path TEXT, document TEXT NOT NULL, PRIMARY KEY (target, path)) STRICT;
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL) STRICT;
"""
_NUMBERS_APART = 10**12
"""The n-th renewed ledger numbers its events from n times this: above any number that an earlier one gave."""
_CARRIED_OVER = (
    ("SELECT id, document FROM state", "INSERT OR IGNORE INTO state VALUES (?, ?)"),
    ("SELECT target, path, document FROM orders", "INSERT OR IGNORE INTO orders VALUES (?, ?, ?)"),
    ("SELECT id, digest, reply, at FROM answered", "INSERT OR IGNORE INTO answered VALUES (?, ?, ?, ?)"),
)
_UNREAD = "INSERT OR IGNORE INTO state VALUES (1, ?)"
_TAILS = ("", "-wal", "-shm")
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class LedgerTaken(RuntimeError):
    """Another process writes this ledger: two controllers must never command one site."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken; full, locked or read-only is no damage."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _DAMAGE


def is_read_only(error: sqlite3.Error) -> bool:
    """Whether it is only this connection that cannot write: one that is opened later may."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_READONLY


def taken(path: Path) -> contextlib.ExitStack:
    """The ledger as ours until what is returned is closed; the kernel gives it back however we end. Raises LedgerTaken.

    It is of the folder: a file to lock could not be made on a card that is full or read-only.
    """
    lock = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise LedgerTaken(f"{path.name} is in use by another controller") from None
    held = contextlib.ExitStack()
    held.callback(os.close, lock)
    return held


def opened(path: Path) -> sqlite3.Connection:
    """A connection to a whole file, made if there is none. Raises sqlite3.Error; see `is_damage`."""
    _end_renewal(path)
    if not path.exists():
        _begin(path)
    if not _size(path):
        raise _damaged("the file is empty")  # SQLite would begin anew without a word
    db = _connected(path)
    try:
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise _damaged(str(verdict))
    except BaseException:
        db.close()
        raise
    return db


def renewed(path: Path, unread: str) -> tuple[sqlite3.Connection, str]:
    """A new file in place of a damaged one, with the state and the orders that could still be read; and where the old one lies.

    `unread` is the state where none could be read. At whatever step this is killed, the next `opened` finds the old file or ends
    the renewal.
    """
    number = next(n for n in range(1, 1000) if not _aside(path, n).exists())
    new = _new(path)
    new.unlink(missing_ok=True)
    db = _connected(new)
    db.execute("BEGIN IMMEDIATE")
    for query, insert in _CARRIED_OVER:
        db.executemany(insert, _readable(path, query))
    db.execute(_UNREAD, (unread,))
    db.execute("INSERT INTO sqlite_sequence VALUES ('events', ?)", (number * _NUMBERS_APART,))
    db.execute("COMMIT")
    db.close()  # the last connection leaves no WAL behind
    path.rename(_aside(path, number))
    _end_renewal(path)
    return opened(path), _aside(path, number).name


def read_copy(path: Path, unread: str) -> sqlite3.Connection:
    """What can be read of a file that the card lets nobody open for writing; it takes nothing. Without a file it is empty.

    `unread` is the state where there is a file, and none could be read.

    Raises sqlite3.Error where there is one that cannot be read: what it forbids must not be forgotten.
    """
    db = refusing()
    db.execute("PRAGMA query_only=OFF")
    path = path if path.exists() else _new(path)  # a renewal that the card did not let end
    if path.exists():
        for query, insert in _CARRIED_OVER:
            db.executemany(insert, _readable(path, query, as_it_lies=not _size(path.with_name(path.name + "-wal"))))
        db.execute(_UNREAD, (unread,))
    db.execute("PRAGMA query_only=ON")
    return db


def refusing() -> sqlite3.Connection:
    """An empty ledger in memory that takes nothing."""
    db = _with_schema(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
    db.execute("PRAGMA query_only=ON")
    return db


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=0.1, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA wal_autocheckpoint=1000")
        db.execute("PRAGMA journal_size_limit=8388608")
    except BaseException:
        db.close()
        raise
    return _with_schema(db)


def _with_schema(db: sqlite3.Connection) -> sqlite3.Connection:
    db.text_factory = _text
    try:
        db.executescript(SCHEMA)
    except BaseException:
        db.close()
        raise
    return db


def _readable(path: Path, query: str, *, as_it_lies: bool = False) -> list[tuple[object, ...]]:
    """The rows before the first that cannot be read. Raises sqlite3.Error for what is no damage.

    `as_it_lies`: nobody writes it and it has no log, so that no file needs to be made beside it.
    """
    rows: list[tuple[object, ...]] = []
    db = sqlite3.connect(path.absolute().as_uri() + ("?immutable=1" if as_it_lies else ""), uri=True)
    db.text_factory = _text
    db.execute("PRAGMA writable_schema=ON")  # or SQLite reads nothing of a file that is shorter than its header says
    try:
        rows.extend(db.execute(query))
    except sqlite3.DatabaseError as error:
        if not is_damage(error) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # a table that is not found
            raise
    finally:
        db.close()
    return [row for row in rows if all(isinstance(value, (str, int, float)) for value in row)]


def _begin(path: Path) -> None:
    """A first file, under its name only once it is whole: an empty one is damage, and no power cut in a first start."""
    begun = path.with_name(path.name + ".begun")
    for tail in _TAILS:  # an earlier start was cut off; a log without its file is of no ledger
        begun.with_name(begun.name + tail).unlink(missing_ok=True)
    _connected(begun).close()
    begun.rename(path)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")  # a flipped bit in a text must not hide all of it


def _end_renewal(path: Path) -> None:
    new = _new(path)
    if new.exists() and not path.exists():
        for suffix in _TAILS[1:]:  # or SQLite would play the old file's last writes into the new one
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        new.rename(path)


def _new(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.damaged-{number}")


def _damaged(why: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(why)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
