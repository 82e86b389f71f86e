"""Folders, room and locks for backups and restores."""

import fcntl
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.backup.trouble import Trouble

_PRIVATE = 0o700


def folder(path: Path) -> Path:
    """A folder of our own user's alone, made if it is not there; one that all share, as /tmp, stays as it is. Raises OSError."""
    path.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    mode = path.stat().st_mode
    if mode & 0o077 and not mode & stat.S_ISVTX:
        path.chmod(_PRIVATE)
    return path


def room(where: Path, needed: int, spare_mb: float) -> None:
    """Whether a folder has room for so many bytes beside what stays free. Raises Trouble."""
    free = shutil.disk_usage(where).free
    if free < needed + spare_mb * 1e6:
        beside = f"beside the {spare_mb:g} MB that stay free"
        raise Trouble(f"no room in {where}: {needed / 1e6:.0f} MB are needed {beside}, and {free / 1e6:.0f} MB are there")


@contextmanager
def alone(lock: Path, words: str) -> Iterator[None]:
    """The only one that holds this file's lock; the kernel gives it back however we end. Raises Trouble with these words."""
    with lock.open("a") as file:
        lock.chmod(0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(words) from None
        yield


@contextmanager
def scratch(path: Path) -> Iterator[Path]:
    """A folder for a while; what a killed one left in it is removed before."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=_PRIVATE)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
