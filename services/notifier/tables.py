"""`alerts.db` on the card: how it is opened, written in one piece and read. On the store's thread alone.

WAL with FULL, so that an acknowledged commit is on the card. A damaged file is laid aside, and what can be read of it goes on in
a new one.
"""

import contextlib
import itertools
import json
import logging
import sqlite3
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from services.notifier.change import Change, Place
from services.notifier.message import Row
from services.notifier.record import Record, Transition

log = logging.getLogger(__name__)
T = TypeVar("T")

REFS_KEPT = 10_000
_RECEIPTS_KEPT = 10_000
_TRANSITIONS_KEPT_S = 400 * 86_400.0
_NEWEST = "SELECT min(at) FROM (SELECT at FROM transitions ORDER BY id DESC LIMIT 50)"
"""The present, for what is forgotten: a calendar that jumped ahead for a while does not take the year with it."""
_LAST_ID = 2**62
"""Nobody gives so many; what is above was not written by us, and leaves no number to go on with."""
_SALVAGED = 1_000_000
"""Rows of one table: damaged pages may lead in circles."""
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PASSING = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_PROTOCOL,
)  # fmt: skip
"""What the card or another process does; the file may be whole."""
_COLUMNS = {
    "alarms": ("key", "phase", "document"),
    "outbox": ("id", "channel", "document"),
    "receipts": ("id", "channel", "keys", "subject", "at", "text"),
    "facts": ("name", "value"),
    "refs": ("thread", "channel", "recipient", "ref"),
    "transitions": ("id", "at", "document"),
}
_RECORD, _ROW, _TRANSITION = TypeAdapter(Record), TypeAdapter(Row), TypeAdapter(Transition)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS alarms (key TEXT PRIMARY KEY, phase TEXT NOT NULL, document TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, document TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS receipts (
  id INTEGER PRIMARY KEY, channel TEXT NOT NULL, keys TEXT NOT NULL, subject TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refs (
  thread TEXT NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL, ref TEXT, PRIMARY KEY (thread, channel, recipient)
) STRICT;
CREATE TABLE IF NOT EXISTS transitions (id INTEGER PRIMARY KEY, at REAL NOT NULL, document TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS transitions_by_time ON transitions (at);
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What the file held when it was opened. `last_id` is the highest number of a row or a receipt."""

    records: dict[str, Record]
    rows: list[Row]
    facts: dict[str, str]
    refs: dict[Place, str | None]
    last_id: int


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
            if _code(error) in _PASSING:
                raise
            return _anew(path, str(error))
    except (sqlite3.Error, OSError) as error:
        return _in_memory({}, error)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken; full, locked or read-only is no damage."""
    return _code(error) in _DAMAGE


def renewed(path: Path, old: sqlite3.Connection, known: Change) -> sqlite3.Connection:
    """A new file in place of one that is open and found damaged, with all that is known, and of the rest what can be read.

    Raises sqlite3.Error; where there is no room for a new one, the old one is open as before.
    """
    try:
        _make_new(path, _salvaged(path), known)
        old.close()
        _lay_aside(path)
        return _connect(path)
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error


def damage_words(why: str, path: Path) -> str:
    """For people and the log."""
    aside = f"{path.name}.damaged"
    return f"alerts.db was damaged ({why}) and lies aside as {aside}; what could be read of it goes on in a new one"


def write(db: sqlite3.Connection, change: Change) -> None:
    """In one commit. Raises sqlite3.Error, and then nothing of it is written."""
    db.execute("BEGIN IMMEDIATE")
    try:
        _write(db, change)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def load(db: sqlite3.Connection) -> Held:
    """All but the transitions. Raises sqlite3.Error."""
    records = _readable(_RECORD, db.execute("SELECT key, document FROM alarms"), lambda record: record.key)
    rows = _waiting(db)
    facts = dict(db.execute("SELECT name, value FROM facts").fetchall())
    refs = {(thread, way, to): ref for thread, way, to, ref in db.execute("SELECT * FROM refs ORDER BY rowid")}
    last = db.execute("SELECT max((SELECT coalesce(max(id), 0) FROM outbox), (SELECT coalesce(max(id), 0) FROM receipts))")
    last_id = int(last.fetchone()[0])
    if last_id > _LAST_ID:
        raise sqlite3.DatabaseError(f"a message has the number {last_id}")
    return Held({record.key: record for record in records}, rows, facts, refs, last_id)


def transitions(db: sqlite3.Connection, since_at: float) -> list[Transition]:
    """Those since then, in the order in which they happened. Raises sqlite3.Error."""
    return _readable(_TRANSITION, db.execute("SELECT id, document FROM transitions WHERE at >= ? ORDER BY id", (since_at,)))


def _write(db: sqlite3.Connection, change: Change) -> None:
    records = [(r.key, r.phase.value, _RECORD.dump_json(r).decode()) for r in change.records.values()]
    db.executemany("INSERT OR REPLACE INTO alarms VALUES (?, ?, ?)", records)
    rows = [(row.id, row.channel, _ROW.dump_json(row).decode()) for row in change.rows.values()]
    db.executemany("INSERT OR REPLACE INTO outbox VALUES (?, ?, ?)", rows)
    gone = change.dropped | {done.row.id for done in change.done}
    db.executemany("DELETE FROM outbox WHERE id = ?", [(number,) for number in gone])
    db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", list(change.facts.items()))
    db.executemany("INSERT OR REPLACE INTO refs VALUES (?, ?, ?, ?)", [(*place, ref) for place, ref in change.refs.items()])
    if change.done:
        _write_receipts(db, change)
    if change.refs:
        db.execute("DELETE FROM refs WHERE rowid <= (SELECT max(rowid) FROM refs) - ?", (REFS_KEPT,))
    if change.transitions:
        steps = [(step.at, _TRANSITION.dump_json(step).decode()) for step in change.transitions]
        db.executemany("INSERT INTO transitions (at, document) VALUES (?, ?)", steps)
        db.execute(f"DELETE FROM transitions WHERE at < ({_NEWEST}) - ?", (_TRANSITIONS_KEPT_S,))  # noqa: S608 - our own text


def _write_receipts(db: sqlite3.Connection, change: Change) -> None:
    receipts = [(d.row.id, d.row.channel, json.dumps(d.row.keys), d.row.text.subject, d.at, d.text) for d in change.done]
    db.executemany("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?)", receipts)
    db.execute("DELETE FROM receipts WHERE id <= ?", (max(done.row.id for done in change.done) - _RECEIPTS_KEPT,))


def _waiting(db: sqlite3.Connection) -> list[Row]:
    return _readable(_ROW, db.execute("SELECT id, document FROM outbox ORDER BY id"), lambda row: row.id)


def _readable(
    kind: TypeAdapter[T], rows: Iterable[tuple[str | int, str]], name_of: Callable[[T], str | int] | None = None
) -> list[T]:
    """One that cannot be read, of another version perhaps, must not silence the others. It may name a person; no log does."""
    found = []
    for name, document in rows:
        try:
            one = kind.validate_json(document)
        except ValidationError as error:
            why = error.errors(include_url=False, include_context=False, include_input=False)[0]["type"]
        else:
            if name_of is None or name_of(one) == name:
                found.append(one)
                continue
            why = "another's name"
        log.error("alerts.db holds a document that cannot be read and is passed over: %.80r (%s)", name, why)
    return found


def _whole(path: Path) -> Opened:
    db = _connect(path)
    try:
        (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()  # with the indexes: a broken one refuses all writes
        if verdict != "ok":
            raise sqlite3.DatabaseError(str(verdict))
        with contextlib.closing(_memory()) as ours:
            strange = [table for table in _COLUMNS if _shape(db, table) != _shape(ours, table)]
        if strange:
            raise sqlite3.DatabaseError(f"the table {strange[0]} is not ours")
        return Opened(db, load(db))
    except BaseException:
        db.close()
        raise


def _anew(path: Path, why: str) -> Opened:
    found = _salvaged(path)
    words = damage_words(why, path)
    log.error("%s", words)
    try:
        _make_new(path, found)
        _lay_aside(path)
        new = _whole(path)
    except (sqlite3.Error, OSError) as error:
        return _in_memory(found, error)
    return Opened(new.db, new.held, damage=words)


def _in_memory(found: dict[str, list[tuple[object, ...]]], error: Exception) -> Opened:
    log.error("alerts.db cannot be opened, what is told is forgotten at a restart: %s", error)
    db = _memory()
    _fill(db, found)
    return Opened(db, load(db), unopened=f"alerts.db cannot be opened: {error}")


def _make_new(path: Path, found: dict[str, list[tuple[object, ...]]], known: Change | None = None) -> None:
    """Killed before it lies at its place, it is made again; after the old one was laid aside, `_end_renewal` puts it there."""
    for end in ("", "-wal", "-shm"):
        _new(path, end).unlink(missing_ok=True)
    db = _connect(_new(path))
    try:
        _fill(db, found, known)
    finally:
        db.close()  # the last connection leaves no WAL behind


def _fill(db: sqlite3.Connection, found: dict[str, list[tuple[object, ...]]], known: Change | None = None) -> None:
    """What is known stands over what was found. Else nobody can tell which of the messages had gone out."""
    db.execute("BEGIN IMMEDIATE")
    for table, rows in found.items():
        if not (table == "outbox" and known):
            _insert(db, table, rows)
    if known is None:
        known = Change(rows={row.id: row.again(maybe_taken=True) for row in _waiting(db)})
    _write(db, known)
    db.execute("COMMIT")


def _insert(db: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    text = f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(_COLUMNS[table]))})"  # noqa: S608 - our own names
    for row in rows:
        if isinstance(row[0], int) and row[0] > _LAST_ID:
            continue
        with contextlib.suppress(sqlite3.IntegrityError):  # of another type than its column
            db.execute(text, row)


def _salvaged(path: Path) -> dict[str, list[tuple[object, ...]]]:
    db = sqlite3.connect(path)
    db.text_factory = _text
    try:
        return {table: list(_rows(db, table, columns)) for table, columns in _COLUMNS.items()}
    finally:
        db.close()


def _rows(db: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """From the first to the first that cannot be read; if there is one, from the last back too, in their order."""
    text = f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED ORDER BY rowid"  # noqa: S608 - our own names
    if (yield from _until_damage(db, text)):
        rest = list(_until_damage(db, f"{text} DESC"))
        yield from reversed(rest)


def _until_damage(db: sqlite3.Connection, text: str) -> Generator[tuple[object, ...], None, bool]:
    """Returns whether damage was met. Raises sqlite3.Error for what passes."""
    try:
        yield from itertools.islice(db.execute(text), _SALVAGED)
    except sqlite3.DatabaseError as error:
        if _code(error) in _PASSING:
            raise
        return True
    return False


def _shape(db: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    return db.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,)).fetchall()


def _code(error: sqlite3.Error) -> int | None:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")  # a flipped bit in a text must not hide all of it


def _lay_aside(path: Path) -> None:
    """The file first: from then on the new one is what goes on."""
    path.replace(_aside(path))
    _end_renewal(path)


def _end_renewal(path: Path) -> None:
    if _new(path).exists() and not path.exists():
        for end in ("-wal", "-shm"):  # or SQLite would play the old file's last writes into the new one
            _aside(path, end).unlink(missing_ok=True)
            if (file := path.with_name(path.name + end)).exists():
                file.replace(_aside(path, end))
        _new(path).replace(path)


def _new(path: Path, end: str = "") -> Path:
    return path.with_name(f"{path.name}.new{end}")


def _aside(path: Path, end: str = "") -> Path:
    return path.with_name(f"{path.name}{end}.damaged")


def _memory() -> sqlite3.Connection:
    return _connect(Path(":memory:"))


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=5.0)
    db.text_factory = _text
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA journal_size_limit=8388608")
        db.executescript(_SCHEMA)
    except BaseException:
        db.close()
        raise
    return db
