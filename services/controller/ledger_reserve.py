"""Room on the card that is kept for trips and lock-outs: given up piece by piece when it is full, and made again."""

import os
from contextlib import suppress
from pathlib import Path

from services.controller.ledger_file import size

NAME = "controller.reserve"
PIECE = 256 * 1024
"""Bytes given up for one change of what is latched: the pages that it changes, and a log and its index where there is none."""
FULL = 4 * PIECE
_SPARE = 4 * FULL
"""It is made only where so much is free: it must not be what fills a card."""


class Reserve:
    """A file that holds nothing but its place."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def keep(self) -> None:
        """Make it, or make it whole again, where there is room. Never raises."""
        with suppress(OSError):
            if size(self._path) < FULL and _free(self._path.parent) >= _SPARE:
                file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    os.posix_fallocate(file, 0, FULL)
                finally:
                    os.close(file)

    def give(self) -> None:
        """A piece of it is free for whoever writes next: that must be the ledger, at once. Never raises."""
        with suppress(OSError):
            os.truncate(self._path, max(0, size(self._path) - PIECE))


def _free(folder: Path) -> int:
    room = os.statvfs(folder)
    return room.f_bavail * room.f_frsize
