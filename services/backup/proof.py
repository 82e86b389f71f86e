"""Whether the databases of a backup would come back: each opened, all its pages checked, brought to this version, compared.

On a copy that is thrown away: bringing it to this version changes it.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from services.backup import measure
from services.backup.manifest import Manifest, Member
from services.backup.measure import Table
from services.backup.places import ALERTS, DATABASES, LEDGER, RECORDS
from services.backup.trouble import Trouble

_CHANGES_IN_MIGRATION = ("alembic_version",)
_SCHEMAS = {LEDGER: "0", ALERTS: "0"}
"""`user_version` as the controller and the notifier leave it (https://www.sqlite.org/pragma.html#pragma_user_version)."""
_ALWAYS = ("phase", "started", "trips", "lockouts", "holds")
"""Parts of the state that every version of the controller wrote."""


@dataclass(frozen=True, slots=True)
class MemberVerdict:
    """On one file. `fault` is empty where nothing was found; `rows` None of what is no database."""

    name: str
    size: int
    rows: int | None
    fault: str = ""

    @property
    def words(self) -> str:
        """What was found, for people."""
        return self.fault or ("opened, whole, brought to this version, compared" if self.rows is not None else "its sum is right")


def prove(manifest: Manifest, folder: Path) -> Iterator[MemberVerdict]:
    """Each member that lies in the folder. The databases are changed by it."""
    for member in manifest.members:
        rows = measure.rows(member.tables) if member.name in DATABASES else None
        yield MemberVerdict(member.name, member.size, rows, _fault(member, folder / member.name) if rows is not None else "")


def schema(name: str, path: Path) -> str:
    """The number of a database's schema. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path)) as db:
        if name == RECORDS:
            row = db.execute("SELECT version_num FROM alembic_version").fetchone()
            return str(row[0]) if row else ""
        return str(db.execute("PRAGMA user_version").fetchone()[0])


def _fault(member: Member, path: Path) -> str:
    try:
        found = _measured(path)
        if different := measure.differences(member.tables, found):
            return "; ".join(different[:3])
        _readable(member, path)
        _MIGRATE[member.name](path)
        after = _measured(path)
    except (sqlite3.Error, OSError, Trouble) as error:
        return str(error)
    counted = {name: Table(table.rows, "") for name, table in found.items() if name not in _CHANGES_IN_MIGRATION}
    lost = measure.differences(counted, {name: Table(table.rows, "") for name, table in after.items()})
    return f"in this version {'; '.join(lost[:3])}" if lost else ""


def _readable(member: Member, path: Path) -> None:
    """Of the records Alembic tells it; the others have had one schema alone. Raises Trouble."""
    there = schema(member.name, path)
    if member.name in _SCHEMAS and there != _SCHEMAS[member.name]:
        raise Trouble(f"its schema is {there[:20]}, and this program reads {_SCHEMAS[member.name]}: it is of a newer version")
    if there != member.schema:
        raise Trouble(f"its schema is {there[:20]}, and the manifest tells of {member.schema[:20]!r}")


def _measured(path: Path) -> dict[str, Table]:
    with closing(sqlite3.connect(path)) as db:
        (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise Trouble(f"it is damaged: {verdict[:200]}")
        return measure.measure(db)


def _ledger(path: Path) -> None:
    from services.controller import documents, ledger_file  # noqa: PLC0415 - what a backup does not hold it need not load

    with closing(ledger_file.opened(path)) as db:
        row = db.execute("SELECT document FROM state").fetchone()
    try:
        lost = _absent(str(row[0])) or documents.read_state(str(row[0]))[1] if row else ()
    except (ValueError, RecursionError):
        raise Trouble("its state cannot be read") from None
    if lost:
        raise Trouble(f"of its state could not be read: {', '.join(lost)}")


def _absent(state: str) -> tuple[str, ...]:
    """What is not told of there: without a word of its trips a tripped site would come back as one that is not."""
    told = json.loads(state)
    return tuple(name for name in _ALWAYS if name not in told) if isinstance(told, dict) else _ALWAYS


def _alerts(path: Path) -> None:
    from services.notifier import opening  # noqa: PLC0415

    opened = opening.open_file(path)
    opened.db.close()
    if opened.damage or opened.unopened:
        raise Trouble(opened.damage or opened.unopened or "")


def _records(path: Path) -> None:
    from services.api.history import care, faults  # noqa: PLC0415 - 40 MB that an hourly one spares

    try:
        care.init(path)
    except faults.Trouble as error:
        raise Trouble(str(error)) from None
    found = care.check(path)
    if not found.ok:
        raise Trouble("; ".join(found.faults[:3]))


_MIGRATE: dict[str, Callable[[Path], None]] = {LEDGER: _ledger, ALERTS: _alerts, RECORDS: _records}
