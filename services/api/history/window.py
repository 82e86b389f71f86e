"""Reads `mine_data.db` beside the writing of it: a query, however long, holds up no commit.

Opened and shut by the writing connection: two connections of a process to different files of one name share the file of SQLite's
index of the log, and the second would cut it under the first.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from services.api.history import engines, faults
from services.api.history.faults import Damage, Shut, TooMuch, Trouble

T = TypeVar("T")


class Window:
    """`read` is for the reading thread, the rest for the writing one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine: sa.Engine | None = None
        self._inode = 0
        self._lock = Lock()

    def open(self, inode: int) -> None:
        """Of the file with this inode, which the writing connection has open."""
        if self._engine is None:  # asked without the lock: a query that runs holds it, and has it open
            with self._lock:
                self._engine, self._inode = engines.reading(self._path), inode

    def close(self) -> None:
        """Once a query that runs is done. May be called twice."""
        with self._lock:
            self._close()

    def read(self, work: Callable[[sa.Connection], T]) -> T:
        """`work` on a steady view. Raises Shut, Damage, Trouble, or TooMuch after READ_DEADLINE_S seconds."""
        with self._lock:
            if self._engine is None or inode(self._path) != self._inode:
                raise Shut
            try:
                with (
                    self._engine.connect().execution_options(begin="BEGIN") as connection,
                    connection.begin(),
                    engines.deadline(connection),
                ):
                    return work(connection)
            except (SQLAlchemyError, sqlite3.Error, OSError) as error:
                if faults.code(error) == sqlite3.SQLITE_INTERRUPT:
                    raise TooMuch(f"no answer within {engines.READ_DEADLINE_S:g} s") from None
                self._close()
                if faults.is_damage(error):
                    raise Damage(self._inode) from None
                raise Trouble(faults.words(error)) from None

    def _close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def inode(path: Path) -> int:
    """Of the file that lies there now; 0 when there is none that could be asked."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0
