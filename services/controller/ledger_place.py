"""Where the ledger lies: whether its files are still those that were opened, and whether there was ever one in this folder.

A ledger that is missing where there was one is a loss of trips and lock-outs, no new site. That there was one is told by a file
beside it, under a name of its own: `rm ledger.db*` must not take the fact with it.
"""

from contextlib import suppress
from pathlib import Path

from services.shared import whole_file
from services.shared.sqlite_files import log_of

MARKER = "controller.past"
_WORDS = (
    "The controller has had a ledger.db in this folder. While this file is here, one that is missing is a loss: all load is held "
    "off until a person has looked and said `mine reset ledger`.\n"
)
_Inode = tuple[int, int] | None


class Place:
    """The file of a connection and its log. `is_gone`: they do not lie under their names any more, though they are written."""

    def __init__(self, path: Path) -> None:
        self.is_gone = False
        self._path = path
        self._opened: tuple[_Inode, _Inode] | None = None
        self._losses = 0

    @property
    def is_open(self) -> bool:
        """Whether a file is written at all."""
        return self._opened is not None

    @property
    def is_ours(self) -> bool:
        """Whether the file that lies there is that of the connection, so that at most its log is another one."""
        return self._opened is not None and self._opened[0] == _inode(self._path)

    def opened(self) -> None:
        """A connection to what lies there now was made."""
        self._opened = self._now()

    def closed(self) -> None:
        """There is no connection to any file."""
        self._opened, self.is_gone = None, False

    def look(self) -> str:
        """Words where the files are found gone, once for each time; empty where nothing is new."""
        was_gone, self.is_gone = self.is_gone, self._opened is not None and self._opened != self._now()
        if was_gone or not self.is_gone:
            return ""
        self._losses += 1
        return f"it was deleted or replaced while it was in use ({self._losses} since the start)"

    def _now(self) -> tuple[_Inode, _Inode]:
        return _inode(self._path), _inode(log_of(self._path))


def _inode(path: Path) -> _Inode:
    """Device and inode; None where nothing lies, or nobody can tell."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def had_one(path: Path) -> bool:
    """Whether this folder has had a ledger; what cannot be looked at is taken for a yes."""
    try:
        path.with_name(MARKER).stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def mark(path: Path) -> None:
    """From now on this folder has had one. A card that takes nothing is asked again at the next look."""
    if not had_one(path):
        with suppress(OSError):
            whole_file.write(path.with_name(MARKER), _WORDS.encode(), 0o644)
