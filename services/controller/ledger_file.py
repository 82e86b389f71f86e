"""The file of the ledger: opened whole, by one process alone.

One writer with one connection is also what keeps SQLite's WAL-reset bug away (3.7.0 to 3.51.2, two connections that write and
checkpoint at once): https://www.sqlite.org/wal.html.
"""

import contextlib
import fcntl
import os
import sqlite3
from pathlib import Path

from services.shared.sqlite_care import corrupt
from services.shared.sqlite_files import TAILS, parts_of

SCHEMA = """
CREATE TABLE IF NOT EXISTS answered (id TEXT PRIMARY KEY, digest TEXT NOT NULL, reply TEXT NOT NULL, at REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS orders (target TEXT, path TEXT, document TEXT NOT NULL, PRIMARY KEY (target, path)) STRICT;
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL) STRICT;
"""


class LedgerTaken(RuntimeError):
    """Another process writes this ledger: two controllers must never command one site."""


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
    """A connection to a whole file, made if there is none. Raises sqlite3.Error; see `sqlite_care.is_damage`."""
    end_renewal(path)
    if not path.exists():
        _begin(path)
    if not size(path):
        raise corrupt("the file is empty")  # SQLite would begin anew without a word
    db = connected(path)
    try:
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise corrupt(str(verdict))
    except BaseException:
        db.close()
        raise
    return db


def connected(path: Path) -> sqlite3.Connection:
    """A connection as the ledger needs it, not looked at yet. Raises sqlite3.Error."""
    db = sqlite3.connect(path, isolation_level=None, timeout=0.1, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA wal_autocheckpoint=1000")
        db.execute("PRAGMA journal_size_limit=8388608")
        db.execute("PRAGMA cache_size=-512")  # KiB; its reads are few and small
    except BaseException:
        db.close()
        raise
    return with_schema(db)


def with_schema(db: sqlite3.Connection) -> sqlite3.Connection:
    """The same, with the ledger's tables. Raises sqlite3.Error, and then it is closed."""
    db.text_factory = text
    try:
        db.executescript(SCHEMA)
    except BaseException:
        db.close()
        raise
    return db


def size(path: Path) -> int:
    """Bytes; 0 where there is no file."""
    return path.stat().st_size if path.exists() else 0


def text(raw: bytes) -> str:
    """A flipped bit in a text must not hide all of it."""
    return raw.decode("utf-8", "replace")


def end_renewal(path: Path) -> None:
    """The new file of a renewal takes its name, where the old one lies aside already."""
    new = new_of(path)
    if new.exists() and not path.exists():
        for suffix in TAILS:  # or SQLite would play the old file's last writes into the new one
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        new.rename(path)


def new_of(path: Path) -> Path:
    """Where a renewal makes its new file."""
    return path.with_name(path.name + ".new")


def begun_of(path: Path) -> Path:
    """Where a new file is made, that nobody takes for a ledger before it is whole; nothing lies there."""
    begun = path.with_name(path.name + ".begun")
    journal = begun.with_name(begun.name + "-journal")
    for part in (*parts_of(begun), journal):  # an earlier one was cut off; a log without its file is of no ledger
        part.unlink(missing_ok=True)
    return begun


def _begin(path: Path) -> None:
    """A first file, under its name only once it is whole: an empty one is damage, and no power cut in a first start."""
    begun = begun_of(path)
    connected(begun).close()
    begun.rename(path)
