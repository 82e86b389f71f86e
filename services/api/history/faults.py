"""What can go wrong with `mine_data.db`, told apart: the disk or the file, a row that no table takes, a query that takes long."""

import sqlite3

from sqlalchemy.exc import DBAPIError, StatementError

from services.shared import sqlite_care

_UNFIT = (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, sqlite3.DataError)


class Trouble(Exception):
    """The database did not do what was asked; the text says why, for a person."""


class Unfit(Trouble):
    """What was to be stored is not what the table takes. The disk is well, and to try it again is of no use."""


class TooMuch(Exception):
    """A query took longer than its deadline."""


class Shut(Exception):
    """The file is not open for reading, or another lies in its place."""


class Damage(Exception):
    """A reader met damage in the file with this inode."""

    def __init__(self, inode: int) -> None:
        super().__init__(f"inode {inode}")
        self.inode = inode


def code(error: Exception) -> int:
    """SQLite's primary result code; 0 when there is none."""
    return sqlite_care.code(_origin(error))


def is_damage(error: Exception) -> bool:
    """Whether the file itself is broken."""
    return sqlite_care.is_damage(_origin(error))


def words(error: Exception) -> str:
    """The error itself, without the statement and the values that SQLAlchemy adds."""
    return str(_origin(error)) or "the database gives no reason"


def is_unfit(error: Exception) -> bool:
    """Whether the row is at fault and not the disk."""
    return isinstance(_origin(error), (*_UNFIT, StatementError))


def _origin(error: Exception) -> BaseException:
    return error.orig or error if isinstance(error, DBAPIError) else error
