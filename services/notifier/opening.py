"""How `alerts.db` is opened: a damaged file is laid aside, and what can be read of it goes on in a new one."""

import contextlib
import logging
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from services.notifier.change import Change
from services.notifier.salvage import is_passing, salvaged
from services.notifier.tables import COLUMNS, LAST_ID, Held, connect, load, memory, put, waiting
from services.shared.sqlite_files import PARTS, TAILS

log = logging.getLogger(__name__)

Found = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection and what it holds. `unopened`: why it is memory alone; `damage`: of the file that lies aside now."""

    db: sqlite3.Connection
    held: Held
    unopened: str | None = None
    damage: str | None = None


def open_file(path: Path) -> Opened:
    """The file; a new one in place of a damaged one; memory alone where there is none to be had. Never raises for a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _end_renewal(path)
        try:
            return _whole(path)
        except sqlite3.DatabaseError as error:
            if is_passing(error):
                raise
            return _anew(path, str(error))
    except (sqlite3.Error, OSError) as error:
        return _in_memory({}, error)


def renewed(path: Path, old: sqlite3.Connection, known: Change) -> sqlite3.Connection:
    """A new file in place of one that is open and found damaged, with all that is known, and of the rest what can be read.

    Raises sqlite3.Error; where there is no room for a new one, the old one is open as before.
    """
    try:
        _make_new(path, salvaged(path), known)
        old.close()
        _lay_aside(path)
        return connect(path)
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error


def opened_at_last(path: Path, in_memory: sqlite3.Connection, known: Change) -> sqlite3.Connection:
    """The file in place of memory alone, with what is known, and what was written in memory. Raises sqlite3.Error, OSError."""
    found = {table: in_memory.execute(f"SELECT * FROM {table}").fetchall() for table in COLUMNS}  # noqa: S608 - our own names
    path.parent.mkdir(parents=True, exist_ok=True)
    db = _whole(path).db
    try:
        _fill(db, found, known)
    except BaseException:
        db.close()
        raise
    in_memory.close()
    return db


def damage_words(why: str, path: Path) -> str:
    """For people and the log."""
    aside = f"{path.name}.damaged"
    return f"alerts.db was damaged ({why}) and lies aside as {aside}; what could be read of it goes on in a new one"


def _whole(path: Path) -> Opened:
    db = connect(path)
    try:
        (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()  # with the indexes: a broken one refuses all writes
        if verdict != "ok":
            raise sqlite3.DatabaseError(str(verdict))
        with contextlib.closing(memory()) as ours:
            strange = [table for table in COLUMNS if _shape(db, table) != _shape(ours, table)]
        if strange:
            raise sqlite3.DatabaseError(f"the table {strange[0]} is not ours")
        return Opened(db, load(db))
    except BaseException:
        db.close()
        raise


def _anew(path: Path, why: str) -> Opened:
    found = salvaged(path)
    words = damage_words(why, path)
    log.error("%s", words)
    try:
        _make_new(path, found)
        _lay_aside(path)
        new = _whole(path)
    except (sqlite3.Error, OSError) as error:
        return _in_memory(found, error)
    return Opened(new.db, new.held, damage=words)


def _in_memory(found: Found, error: Exception) -> Opened:
    log.error("alerts.db cannot be opened, what is told is forgotten at a restart: %s", error)
    db = memory()
    _fill(db, found)
    return Opened(db, load(db), unopened=f"alerts.db cannot be opened: {error}")


def _make_new(path: Path, found: Found, known: Change | None = None) -> None:
    """Killed before it lies at its place, it is made again; after the old one was laid aside, `_end_renewal` puts it there."""
    for end in PARTS:
        _new(path, end).unlink(missing_ok=True)
    db = connect(_new(path))
    try:
        _fill(db, found, known)
    finally:
        db.close()  # the last connection leaves no WAL behind


def _fill(db: sqlite3.Connection, found: Found, known: Change | None = None) -> None:
    """What is known stands over what was found. Else nobody can tell which of the messages had gone out."""
    db.execute("BEGIN IMMEDIATE")
    for table, rows in found.items():
        if not (table == "outbox" and known):
            _insert(db, table, rows)
    if known is None:
        known = Change(rows={row.id: row.again(maybe_taken=True) for row in waiting(db)})
    put(db, known)
    db.execute("COMMIT")


def _insert(db: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    text = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(COLUMNS[table]))})"  # noqa: S608 - our own names
    for row in rows:
        if isinstance(row[0], int) and row[0] > LAST_ID:
            continue
        with contextlib.suppress(sqlite3.IntegrityError):  # of another type than its column
            db.execute(text, row)


def _shape(db: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    return db.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,)).fetchall()


def _lay_aside(path: Path) -> None:
    """The file first: from then on the new one is what goes on."""
    path.replace(_aside(path))
    _end_renewal(path)


def _end_renewal(path: Path) -> None:
    if _new(path).exists() and not path.exists():
        for end in TAILS:  # or SQLite would play the old file's last writes into the new one
            _aside(path, end).unlink(missing_ok=True)
            if (file := path.with_name(path.name + end)).exists():
                file.replace(_aside(path, end))
        _new(path).replace(path)


def _new(path: Path, end: str = "") -> Path:
    return path.with_name(f"{path.name}.new{end}")


def _aside(path: Path, end: str = "") -> Path:
    return path.with_name(f"{path.name}{end}.damaged")
