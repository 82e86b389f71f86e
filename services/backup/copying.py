"""A database copied while its owner writes it: SQLite's own backup, from one steady view, with a connection that only reads.

In WAL mode a reader holds up no writer (https://www.sqlite.org/wal.html), and a backup that takes all pages in one step from
within a transaction sees no later commit (https://www.sqlite.org/backup.html).
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from services.backup.measure import Table, measure
from services.backup.trouble import Trouble
from services.shared import sqlite_care


def copy(source: Path, target: Path) -> dict[str, Table]:
    """Copy a live database into a new file and say what it held at that moment. Raises Trouble."""
    try:
        with closing(sqlite_care.reading(source)) as live, closing(sqlite3.connect(target, isolation_level=None)) as still:
            still.execute("PRAGMA synchronous=OFF")  # the archive is synced; this copy is thrown away
            live.execute("BEGIN")
            held = measure(live)
            live.backup(still)
            still.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    except (sqlite3.Error, OSError) as error:
        raise Trouble(f"{source.name} cannot be copied: {error}") from None
    return held
