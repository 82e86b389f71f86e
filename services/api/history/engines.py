"""The two connections to `mine_data.db`: the one that writes, and the one that only reads beside it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import sqlalchemy as sa

READ_DEADLINE_S = 5.0  # a chart over too long a time must not hold up the records, nor keep their log from being folded in
_CACHE = "cache_size=-512"  # KiB; by itself it is 2 MB, which fills within hours and makes neither commit nor chart faster
_WRITING = (
    "auto_vacuum=INCREMENTAL",  # of a new file alone: what is given up can be given back to the card
    "journal_mode=WAL",
    "synchronous=FULL",  # what is said to be stored its owner and the broker forget: it must outlive a power cut
    "busy_timeout=5000",
    "foreign_keys=ON",
    "wal_autocheckpoint=1000",
    "journal_size_limit=8388608",
    _CACHE,
    "mmap_size=0",  # a read error of an SD card must be an error, not a signal
)
_READING = ("query_only=ON", "busy_timeout=5000", _CACHE, "mmap_size=0")


def writing(path: Path) -> sa.Engine:
    """Makes the file when it is not there."""
    return _engine(path, lambda: _connect(str(path)), _WRITING)


def reading(path: Path) -> sa.Engine:
    """Of a file that the writing one has open."""
    return _engine(path, lambda: _connect(f"{path.absolute().as_uri()}?mode=ro"), _READING)


@contextmanager
def deadline(connection: sa.Connection) -> Iterator[None]:
    """Interrupt what takes longer than READ_DEADLINE_S seconds."""
    raw: Any = connection.connection.dbapi_connection
    end = monotonic() + READ_DEADLINE_S
    raw.set_progress_handler(lambda: int(monotonic() > end), 10_000)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


def _connect(name: str) -> sqlite3.Connection:
    return sqlite3.connect(name, isolation_level=None, check_same_thread=False, uri=name.startswith("file:"))


def _engine(path: Path, connect: Callable[[], sqlite3.Connection], pragmas: tuple[str, ...]) -> sa.Engine:
    url = sa.URL.create("sqlite", database=str(path))
    engine = sa.create_engine(url, creator=connect, pool_size=1, max_overflow=0)

    def prepare(connection: Any, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    sa.event.listen(engine, "connect", prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: sa.Connection) -> None:
    if begin := connection.get_execution_options()["begin"]:
        connection.exec_driver_sql(begin)
