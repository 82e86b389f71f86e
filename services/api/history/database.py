"""The connection that writes `mine_data.db`, used in the one database thread. It opens itself, and again after any trouble."""

import sqlite3
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from services.api.history import audit, engines, faults, migrating
from services.api.history.aside import set_aside
from services.api.history.ends import Ends
from services.api.history.faults import TooMuch, Trouble
from services.api.history.window import Window, inode
from services.shared import sqlite_care
from services.shared.sqlite_files import TAILS, log_of

__all__ = ["Database", "TooMuch", "Trouble"]

T = TypeVar("T")


class Database:
    """Not for several threads, but for `window`, which it opens and shuts. Every failure of the file closes both, and the next
    call opens them anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.window = Window(path)
        self._ends = Ends(path)
        self._engine: sa.Engine | None = None
        self._inode = 0
        self._examined = 0
        self._migrated = False

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        """`work` in one transaction. Raises Trouble, of a row that no table takes Unfit; then nothing of it is stored."""
        done, head = self._run(lambda connection: (work(connection), audit.head(connection)), "BEGIN IMMEDIATE")
        self._ends.see(*head)
        return done

    def read(self, work: Callable[[sa.Connection], T]) -> T:
        """`work` on a steady view, in this thread. Raises Trouble, or TooMuch after READ_DEADLINE_S seconds."""
        return self._run(work, "BEGIN")

    def tend(self, work: Callable[[sa.Connection], T]) -> T:
        """`work` outside of any transaction: checkpoints, and room given back to the card. Raises Trouble."""
        return self._run(work, "")

    def show(self) -> None:
        """Open the window. Raises Trouble."""
        self._run(lambda _: self.window.open(self._inode), "")

    def condemn(self, met: int) -> NoReturn:
        """Set the file with this inode aside, for damage that the window met. Raises Trouble that says so."""
        if inode(self.path) != met:
            raise Trouble("it was damaged and another lies in its place")
        self.close()
        raise Trouble(f"it was damaged and {self._set_aside()}")

    def close(self) -> None:
        """Give the file back; SQLite folds its log into it. May be called twice."""
        self.window.close()  # first: only a connection that writes can fold the log in as the last one
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        self._ends.keep()

    def damaged_files(self) -> list[Path]:
        """Databases that were set aside and still lie in the folder, oldest first."""
        return sorted(p for p in self.path.parent.glob(f"{self.path.name}.damaged-*") if not p.name.endswith(TAILS))

    def left_aside(self) -> list[Path]:
        """What lies beside it until a person has taken note: the ends of audits before this one, then damaged files."""
        return self._ends.ended() + self.damaged_files()

    def _run(self, work: Callable[[sa.Connection], T], begin: str) -> T:
        try:
            with (
                self._opened().connect().execution_options(begin=begin) as connection,
                connection.begin(),
                engines.deadline(connection) if begin == "BEGIN" else nullcontext(),
            ):
                return work(connection)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            self._fail(error)

    def _fail(self, error: Exception) -> NoReturn:
        if faults.code(error) == sqlite3.SQLITE_INTERRUPT:
            raise TooMuch(f"no answer within {engines.READ_DEADLINE_S:g} s") from None
        if faults.is_unfit(error):
            raise faults.Unfit(faults.words(error)) from None
        self.close()
        if faults.is_damage(error):
            raise Trouble(f"it was damaged and {self._set_aside()}") from None
        raise Trouble(faults.words(error)) from None

    def _opened(self) -> sa.Engine:
        # SQLite would go on writing into a file that was deleted, and nobody would ever see it.
        if self._engine is not None and inode(self.path) == self._inode:
            return self._engine
        self.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unclean = log_of(self.path).exists()
        self._engine = engines.writing(self.path)
        with self._engine.connect() as connection:
            self._look(connection.execution_options(begin="BEGIN IMMEDIATE"), unclean)
        self._inode = self.path.stat().st_ino
        return self._engine

    def _look(self, connection: sa.Connection, unclean: bool) -> None:
        with connection.begin():
            _examine(connection, unclean and inode(self.path) != self._examined)
            found = migrating.version(connection)
        self._examined = inode(self.path)
        if found == migrating.HEAD and not self._migrated:
            migrating.remove_copy(self.path)
        if found != migrating.HEAD:
            self._migrate(connection, found)
        with connection.execution_options(begin="BEGIN IMMEDIATE").begin():
            ended = self._ends.bind(connection)
            head = audit.head(connection)
        self._ends.see(*head, ended)

    def _migrate(self, connection: sa.Connection, found: str | None) -> None:
        if found is not None and found < migrating.HEAD:
            migrating.keep_copy(connection.execution_options(begin=""), self.path)
        with connection.execution_options(begin="BEGIN IMMEDIATE").begin():
            migrating.migrate(connection)
        self._migrated = True

    def _set_aside(self) -> str:
        self._examined = 0
        try:
            aside = set_aside(self.path, "damaged")
        except OSError as error:
            return f"cannot be moved aside ({error.strerror})"
        return f"moved to {aside.name}"


def _examine(connection: sa.Connection, unclean: bool) -> None:
    # A full look takes long on an SD card, so it is for the first opening after a power cut; other damage shows when the page
    # is touched.
    connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() if unclean else "ok"
    if verdict != "ok":
        raise sqlite_care.corrupt(str(verdict))
