"""Runs in a container, while all is stopped: a line `<folder>/<file> <fingerprint of its tables>` for each database under FOLDER.

Another fingerprint means that a version has changed the tables, and that the one before cannot read them.
"""

import hashlib
import sqlite3
import sys
from contextlib import closing
from pathlib import Path


def fingerprint(path: Path) -> str:
    """Of the tables, not of the rows; `unreadable` where SQLite cannot say."""
    try:
        with closing(sqlite3.connect(path)) as database:
            tables = database.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
            version = database.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error:
        return "unreadable"
    return hashlib.sha256(repr((tables, version)).encode()).hexdigest()[:16]


root = Path(sys.argv[1])
for found in sorted(root.glob("*/*.db")):
    print(found.relative_to(root), fingerprint(found))  # noqa: T201
