"""A database copied while its owner writes it: SQLite's own backup, from one steady view, with a connection that only reads.

In WAL mode a reader holds up no writer (https://www.sqlite.org/wal.html), and a backup that takes all pages in one step from
within a transaction sees no later commit (https://www.sqlite.org/backup.html).
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from services.backup.measure import Table, measure
from services.backup.trouble import Trouble

_PATIENCE_S = 10.0


def copy(source: Path, target: Path) -> dict[str, Table]:
    """Copy a live database into a new file and say what it held at that moment. Raises Trouble."""
    try:
        with closing(reading(source)) as live, closing(sqlite3.connect(target, isolation_level=None)) as still:
            still.execute("PRAGMA synchronous=OFF")  # the archive is synced; this copy is thrown away
            live.execute("BEGIN")
            held = measure(live)
            live.backup(still)
            still.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    except (sqlite3.Error, OSError) as error:
        raise Trouble(f"{source.name} cannot be copied: {error}") from None
    return held


def reading(path: Path) -> sqlite3.Connection:
    """A connection that only reads, also in a folder mounted read-only while nobody has the file open. Raises sqlite3.Error."""
    try:
        return _opened(path, "ro")
    except sqlite3.OperationalError:
        if path.with_name(f"{path.name}-wal").exists() or not path.exists():
            raise
    return _opened(path, "ro&immutable=1")


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    name = str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    db = sqlite3.connect(f"file:{name}?mode={mode}", uri=True, isolation_level=None, timeout=_PATIENCE_S)
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        db.close()
        raise
    return db
