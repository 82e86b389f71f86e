"""What is damage, and the daily care of a database in use: every page looked at, the planner's figures, the log folded in.

https://www.sqlite.org/pragma.html: `quick_check`, `optimize`, `wal_checkpoint(TRUNCATE)`. A look reads the file once and writes
nothing; the rest writes some pages.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from services.shared.sqlite_files import log_of

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""The primary result codes of a file that is broken, or is none (https://www.sqlite.org/rescode.html)."""
_MOST = 3
_WORDS = 300


def code(error: BaseException) -> int:
    """SQLite's primary result code; 0 when there is none."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def is_damage(error: BaseException) -> bool:
    """Whether the file itself is broken; full, locked or read-only is no damage."""
    return code(error) in DAMAGE


def is_read_only(error: BaseException) -> bool:
    """Whether it is only this connection that cannot write: one that is opened later may."""
    return code(error) == sqlite3.SQLITE_READONLY


def reading(path: Path, patience_s: float = 10.0) -> sqlite3.Connection:
    """A connection that only reads, also in a folder mounted read-only while nobody has the file open. Raises sqlite3.Error.

    It waits at most `patience_s` seconds for a lock.
    """
    try:
        return _opened(path, "mode=ro", patience_s)
    except sqlite3.OperationalError:
        if log_of(path).exists() or not path.exists():
            raise
    return _opened(path, "mode=ro&immutable=1", patience_s)


def damage(path: Path) -> str:
    """What a look at a file found; empty where it is whole. By a connection of its own, beside its owner's commits: the owner's
    would look at the pages that it still remembers, not at the card.

    Raises sqlite3.Error for what is no damage: not there, locked, a card that does not answer.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as db:
        return _verdict(db)


def _opened(path: Path, how: str, patience_s: float) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None, timeout=patience_s)
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        db.close()
        raise
    return db


def _verdict(db: sqlite3.Connection) -> str:
    try:
        found = [str(row[0]) for row in db.execute(f"PRAGMA quick_check({_MOST})")]
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return str(error)
    return "" if found == ["ok"] else "; ".join(found)[:_WORDS]


def tidy(db: sqlite3.Connection) -> None:
    """By the connection that writes. Where a reader holds the log it is folded in another day. Raises sqlite3.Error."""
    db.execute("PRAGMA analysis_limit=400")
    db.execute("PRAGMA optimize").fetchall()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def corrupt(words: str) -> sqlite3.DatabaseError:
    """Damage that a look found, as the library would raise it."""
    error = sqlite3.DatabaseError(words)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
