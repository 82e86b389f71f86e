"""A database that nobody else has open, its log folded into it; and how another one takes its place."""

import contextlib
import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from services.backup.trouble import Trouble
from services.shared.sqlite_files import TAILS
from services.shared.whole_file import sync

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def fold(path: Path) -> bool:
    """Whether the file that lies there can be read; its log is part of it then. Raises Trouble while somebody has it open."""
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


def replace(new: Path, path: Path, aside: Path) -> Path | None:
    """A file takes a place; where what lay there is now, None if nothing did. Killed at any moment one of both is at the place.

    Of a damaged database its log goes aside first: SQLite would play the old one's last writes into the new one. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = _kept(path, aside) if path.exists() else None
    if kept is not None:
        for tail in TAILS:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + tail).replace(kept.with_name(kept.name + tail))
    new = _near(new, path)
    new.chmod(path.stat().st_mode & 0o777 if kept else 0o600)
    _own_like(new, path if kept else path.parent)
    sync(new)
    new.replace(path)
    sync(path.parent)
    return kept


def _near(new: Path, path: Path) -> Path:
    """The new file beside its place, from where it can take it at one stroke: two mounts may be one file system, and yet two."""
    near = path.with_name(f".{path.name}.half")
    try:
        new.replace(near)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copyfile(new, near)
    return near


def _kept(path: Path, aside: Path) -> Path:
    """The same file by a second name; never over another one, and none more if one that died did it already."""
    for name in (aside, *(aside.with_name(f"{aside.name}.{number}") for number in range(2, 1000))):
        if not name.exists():
            break
        if name.samefile(path):
            return name
    try:
        os.link(path, name)
    except OSError:  # a file system without links
        shutil.copy2(path, name)
        sync(name)
    return name


def _own_like(new: Path, other: Path) -> None:
    """The services must be able to read what root brought back."""
    if os.geteuid() == 0:
        owner = other.stat()
        os.chown(new, owner.st_uid, owner.st_gid)
