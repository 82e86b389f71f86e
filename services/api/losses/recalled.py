"""What the history tells of losses: all of it for a new process, and what was away at a moment; in the database thread."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import sqlalchemy as sa

from services.api.history.own_events import SOURCE
from services.api.losses.happening import Happening
from services.api.losses.life import Act

_MOST = 2_000
_ACTS = ", ".join(f"'{act}'" for act in get_args(Act))
_WORDS = ", ".join(f"CAST({name} AS BLOB) AS {name}" for name in ("device", "reasons", "detail"))
_OURS = f"SELECT id, act, happened_ms, seconds, {_WORDS} FROM events WHERE source = '{SOURCE}'"  # noqa: S608
_BEFORE = sa.text(
    f"SELECT * FROM ({_OURS} AND +happened_ms <= :at ORDER BY ledger DESC, ledger_seq DESC LIMIT {_MOST})"  # noqa: S608
    f" WHERE act IN ({_ACTS}) ORDER BY id"
)
_AFTER = sa.text(f"{_OURS} AND +happened_ms > :at AND act IN ({_ACTS}) ORDER BY ledger, ledger_seq LIMIT {_MOST}")
_EVER_MS = 2**53


@dataclass(frozen=True, slots=True)
class Absence:
    """Of a service or device. Unix seconds; `until_at` None while it lasts."""

    name: str
    is_device: bool
    from_at: float
    until_at: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """`happened`: the oldest first. `unreadable`: rows that nobody can make sense of, as a card in trouble leaves them."""

    happened: list[Happening]
    unreadable: int


def told(connection: sa.Connection, until_ms: int = _EVER_MS) -> Told:
    """What was told last, up to a moment (Unix milliseconds). A row that cannot be read is skipped."""
    return _read(connection, _BEFORE, until_ms)


def absent(connection: sa.Connection, at_ms: int) -> list[Absence]:
    """What was away at a moment (Unix milliseconds), by what is known now of its way through that time."""
    last = {name: one for one in told(connection, at_ms).happened for name in one.names}
    later = _read(connection, _AFTER, at_ms).happened
    following = {name: one for one in reversed(later) if one.act != "lost" for name in one.names}
    lost = {name: one for name, one in last.items() if one.act == "lost"}
    lasting = [
        Absence(name, one.is_device, one.at, following[name].at if name in following else None, one.reason)
        for name, one in lost.items()
        if name not in following or not following[name].spells.get(name)
    ]
    spells = [
        Absence(name, one.is_device, from_ms / 1000, until_ms / 1000, lost[name].reason if name in lost else "")
        for one in later
        for name in one.names
        for from_ms, until_ms in _spells(one, name)
        if from_ms <= at_ms < until_ms
    ]
    return lasting + spells


def _spells(one: Happening, name: str) -> Sequence[tuple[int, int]]:
    """Rows of earlier versions say only how long it had been away before it began anew."""
    if one.spells or one.act != "began" or not one.seconds:
        return one.spells.get(name, ())
    return [(int((one.at - one.seconds) * 1000), int(one.at * 1000))]


def _read(connection: sa.Connection, query: sa.TextClause, at_ms: int) -> Told:
    rows = connection.execute(query, {"at": at_ms}).all()
    found = [one for row in rows if (one := _happening(row)) is not None]
    return Told(found, len(rows) - len(found))


def _happening(row: sa.Row[Any]) -> Happening | None:
    try:
        known = json.loads(row.detail) if row.detail else {}
        boots = {str(name): str(boot) for name, boot in known.get("boots", {}).items()}
        away = {
            str(name): [(int(from_ms), int(until_ms)) for from_ms, until_ms in spells]
            for name, spells in known.get("away", {}).items()
        }
        names = tuple(boots) or (row.device.decode(),)
        reason = str(next(iter(json.loads(row.reasons)), ""))
        seconds = None if row.seconds is None else float(row.seconds)
        return (
            Happening(row.act, names, float(row.happened_ms) / 1000, seconds, reason, boots=boots, spells=away)
            if all(names)
            else None
        )
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
