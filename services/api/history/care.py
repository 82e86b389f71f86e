"""Care for `mine_data.db` by hand: begin it, look at it, count it, repair it, set it aside. All calls are synchronous.

`check` opens the file read-only and may run beside the api, as `stats.stats` does; the others need it to themselves and raise
InUse otherwise.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from services.api.history import audit, later, rescue
from services.api.history.aside import set_aside
from services.api.history.database import Database, Trouble
from services.api.history.schema import HEAD
from services.shared import sqlite_care
from services.shared.sqlite_files import parts_of

MOST_FAULTS = 20


class InUse(Exception):
    """The api, or another program, has the database open."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a look at the file found. `faults` are in words; `version` is its migration, None when it cannot be read."""

    faults: tuple[str, ...]
    version: str | None

    @property
    def ok(self) -> bool:
        """Nothing was found."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class Repair:
    """What was saved into the new file: rows by table, the tables in which damage was met, and where the old file lies now."""

    rows: dict[str, int]
    damaged: tuple[str, ...]
    aside: Path

    @property
    def is_in_vain(self) -> bool:
        """Nothing could be saved of a file that held something."""
        return bool(self.damaged) and not any(self.rows.values())


def begin(path: Path) -> bool:
    """`init` by hand: a damaged file stays where it is, for `repair`. Raises InUse, Trouble or sqlite3.Error."""
    if path.exists():
        _alone(path)
        if found := sqlite_care.damage(path):
            raise Trouble(f"{path.name} is damaged ({found}): repair it")
    return init(path)


def init(path: Path) -> bool:
    """Make the database with all its tables, or bring it to this version. Whether it is new. Raises Trouble."""
    is_new = not path.exists()
    database = Database(path)
    try:
        database.write(lambda _: None)
    finally:
        database.close()
    return is_new


def check(path: Path) -> Check:
    """A full look: every page, the order of every row, the hashes of the audit. Reads the whole file."""
    if not path.exists():
        return Check((f"{path.name} does not exist",), None)
    try:
        with _reading(path) as connection:
            faults = [str(row[0]) for row in connection.exec_driver_sql(f"PRAGMA quick_check({MOST_FAULTS})") if row[0] != "ok"]
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            if version == HEAD:
                broken = audit.first_wrong(connection)
                faults += [] if broken is None else [f"the audit was changed at row {broken}"]
            faults += [later.told(version)] if version is not None and later.is_of_later(version) else []
            return Check(tuple(faults), version)
    except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        return Check((str(getattr(error, "orig", error)),), None)


def repair(path: Path) -> Repair:
    """Copy every row that can be read into a new file, and set the old one aside. Raises InUse, Trouble or OSError."""
    _alone(path)
    fresh = path.with_name(f"{path.name}.repairing")
    _remove(fresh)
    try:
        init(fresh)
        rows, damaged = rescue.copy(path, fresh)
    except BaseException:
        _remove(fresh)
        raise
    aside = set_aside(path, "before-repair")
    fresh.replace(path)
    return Repair(rows, damaged, aside)


def reset(path: Path) -> Path | None:
    """Set the database aside and begin a new one; where the old one lies, None when there was none. Raises InUse, Trouble."""
    aside = None
    if path.exists():
        _alone(path)
        aside = set_aside(path, "before-reset")
    init(path)
    return aside


def in_use(path: Path) -> bool:
    """Whether the api, or another program, has the file open. Raises FileNotFoundError."""
    try:
        _alone(path)
    except InUse:
        return True
    return False


def _alone(path: Path) -> None:
    if not path.exists():
        raise FileNotFoundError(path)
    try:
        # Everybody who has a database with a write-ahead log open holds a shared lock on it, and this mode wants the only one.
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0.5)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise InUse(f"{path.name} is in use; stop the api first") from None
    except sqlite3.DatabaseError:
        return  # too damaged to be locked: what can be read of it is found out by reading


def _remove(path: Path) -> None:
    for part in parts_of(path):
        part.unlink(missing_ok=True)


@contextmanager
def _reading(path: Path) -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://", creator=lambda: sqlite_care.reading(path), poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
