"""The one connection to `mine_data.db`, used in the one database thread. It opens itself, and again after any trouble."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from services.api.history.schema import HEAD

T = TypeVar("T")
READ_DEADLINE_S = 5.0  # a chart over too long a time must not hold up the records
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",  # a power cut may cost the last commits, which the owners of events send again
    "busy_timeout=5000",
    "foreign_keys=ON",
    "wal_autocheckpoint=1000",
    "journal_size_limit=8388608",
    "mmap_size=0",  # a read error of an SD card must be an error, not a signal
)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Trouble(Exception):
    """The database did not do what was asked; the text says why, for a person."""


class TooMuch(Exception):
    """A query took longer than its deadline."""


class Database:
    """Not for several threads. Every failure closes it, and the next call opens it anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine: sa.Engine | None = None
        self._inode = 0

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        """`work` in one transaction. Raises Trouble; then nothing of it is stored."""
        return self._run(work, "BEGIN IMMEDIATE")

    def read(self, work: Callable[[sa.Connection], T]) -> T:
        """`work` on a steady view. Raises Trouble, or TooMuch after READ_DEADLINE_S seconds."""
        return self._run(work, "BEGIN")

    def close(self) -> None:
        """Give the file back; SQLite folds its log into it. May be called twice."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def damaged_files(self) -> list[Path]:
        """Databases that were set aside and still lie in the folder, oldest first."""
        return sorted(p for p in self.path.parent.glob(f"{self.path.name}.damaged-*") if not p.name.endswith(("-wal", "-shm")))

    def _run(self, work: Callable[[sa.Connection], T], begin: str) -> T:
        try:
            with (
                self._opened().connect().execution_options(begin=begin) as connection,
                connection.begin(),
                _deadline(connection, begin),
            ):
                return work(connection)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            code = _code(error)
            if code == sqlite3.SQLITE_INTERRUPT:
                raise TooMuch(f"no answer within {READ_DEADLINE_S:g} s") from None
            self.close()
            if code in _DAMAGED:
                raise Trouble(f"it was damaged and {self._set_aside()}") from None
            raise Trouble(_text(error)) from None

    def _opened(self) -> sa.Engine:
        if self._engine is not None and not self._vanished():
            return self._engine
        self.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unclean = self.path.with_name(self.path.name + "-wal").exists()
        self._engine = _engine(self.path)
        with self._engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
            _examine(connection, unclean)
            _migrate(connection)
        self._inode = self.path.stat().st_ino
        return self._engine

    def _vanished(self) -> bool:
        # SQLite would go on writing into a file that was deleted, and nobody would ever see it.
        try:
            return self.path.stat().st_ino != self._inode
        except FileNotFoundError:
            return True

    def _set_aside(self) -> str:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        for tail in ("", "-wal", "-shm"):
            part = self.path.with_name(self.path.name + tail)
            try:
                part.replace(f"{aside}{tail}")
            except FileNotFoundError:
                continue
            except OSError as error:
                return f"cannot be moved aside ({error.strerror})"
        return f"moved to {aside.name}"


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        pool_size=1,
        max_overflow=0,
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(connection.get_execution_options()["begin"]))
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _examine(connection: sa.Connection, unclean: bool) -> None:
    # A full look takes long on an SD card, so it is for after a power cut; other damage shows when the page is touched.
    connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() if unclean else "ok"
    if verdict != "ok":
        error = sqlite3.DatabaseError(str(verdict))
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _migrate(connection: sa.Connection) -> None:
    if sa.inspect(connection).has_table("alembic_version"):
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if version == HEAD:
            return  # the usual start: Alembic costs 10 MB of memory, so it is imported only to migrate
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)
    from alembic import command, config, util  # noqa: PLC0415

    migration = config.Config()
    migration.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    migration.attributes["connection"] = connection
    try:
        command.upgrade(migration, "head")
    except util.CommandError as error:
        raise OSError(f"its tables are of another version of this program ({error})") from None


@contextmanager
def _deadline(connection: sa.Connection, begin: str) -> Iterator[None]:
    raw: Any = connection.connection.dbapi_connection
    end = monotonic() + READ_DEADLINE_S
    if begin == "BEGIN":
        raw.set_progress_handler(lambda: int(monotonic() > end), 10_000)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


def _code(error: Exception) -> int:
    origin = error.orig if isinstance(error, DBAPIError) else error
    return int(getattr(origin, "sqlite_errorcode", 0)) & 0xFF


def _text(error: Exception) -> str:
    origin = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(origin).__name__}: {origin}"
