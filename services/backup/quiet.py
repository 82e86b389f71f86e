"""A database that nobody else has open, its log folded into it; and how another one takes its place."""

import contextlib
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from services.backup.disk import sync
from services.backup.trouble import Trouble

_TAILS = ("-wal", "-shm")
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def fold(path: Path) -> bool:
    """Whether the file that lies there can be read. Its log is part of it afterwards. Raises Trouble while somebody has it open."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0.5)) as db:
            db.execute("PRAGMA journal_mode=DELETE")  # only who is alone may
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _BUSY:
            raise Trouble(f"{path.name} is in use: stop the services first") from None
        return False
    except sqlite3.DatabaseError:
        return False
    return True


def replace(new: Path, path: Path, aside: Path) -> bool:
    """A file takes a place, and what lay there stays beside it, whether there was any. Killed at any moment there is one or the other.

    Of a damaged database its log goes aside first: SQLite would play the old one's last writes into the new one. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = path.exists()
    if there:
        _keep(path, aside)
        for tail in _TAILS:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + tail).replace(aside.with_name(aside.name + tail))
    _own_like(new, path if there else path.parent)
    sync(new)
    new.replace(path)
    sync(path.parent)
    return there


def _keep(path: Path, aside: Path) -> None:
    try:
        os.link(path, aside)
    except OSError:  # a file system without links
        shutil.copy2(path, aside)
        sync(aside)


def _own_like(new: Path, other: Path) -> None:
    """The services must be able to read what root brought back."""
    if os.geteuid() == 0:
        owner = other.stat()
        os.chown(new, owner.st_uid, owner.st_gid)
