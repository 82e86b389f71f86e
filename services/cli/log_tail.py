"""A service's log file followed as it grows, across the turns of the file."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from services.cli.log_files import PIECE_BYTES, Kept, regular
from services.cli.log_lines import Entries, Entry


class Tail:
    """What is added to a service's file after `kept`, or from its beginning where there is none; a turned file is read to its
    end first. It takes the file over and closes it.
    """

    def __init__(self, path: Path, kept: Kept | None) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._entries = Entries()
        if kept is not None:
            self._file = kept.file
            self._file.seek(kept.size)

    def more(self) -> list[Entry]:
        """Entries that are whole: another one followed, or nothing did since the last look. Raises OSError."""
        found, is_quiet = self._read()
        if self._is_another():
            found += self._read()[0] + self._entries.finish()  # what came between the look and the turn, and a torn line
            self.close()
            self._file = _open(self._path)
            found += self._read()[0]
        elif is_quiet:
            found += self._entries.settle()
        return found

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()

    def _read(self) -> tuple[list[Entry], bool]:
        found: list[Entry] = []
        is_quiet = True
        while self._file is not None and (piece := self._file.read(PIECE_BYTES)):
            found += self._entries.feed(piece)
            is_quiet = False
        return found, is_quiet

    def _is_another(self) -> bool:
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(now.st_mode):
            return False
        if self._file is None:
            return True
        here = os.fstat(self._file.fileno())
        return (now.st_dev, now.st_ino) != (here.st_dev, here.st_ino) or now.st_size < self._file.tell()


def _open(path: Path) -> BinaryIO | None:
    """The file; a pipe, which nobody may be writing, is not waited for."""
    with suppress(FileNotFoundError):
        return regular(path)
    return None
