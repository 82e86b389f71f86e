"""What the history tells of losses: all of it for a new process, and what was away at a moment; in the database thread."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import sqlalchemy as sa

from services.api.history.own_events import SOURCE
from services.api.losses.happening import Happening
from services.api.losses.life import Act

_MOST = 2_000
_ACTS = ", ".join(f"'{act}'" for act in get_args(Act))
_OURS = f"SELECT id, act, device, happened_ms, seconds, reasons, detail FROM events WHERE source = '{SOURCE}'"  # noqa: S608
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


def told(connection: sa.Connection, until_ms: int = _EVER_MS) -> list[Happening]:
    """What was told last, up to a moment (Unix milliseconds), the oldest first."""
    return list(_happenings(connection, _BEFORE, until_ms))


def absent(connection: sa.Connection, at_ms: int) -> list[Absence]:
    """What was lost, or was just beginning anew, at a moment (Unix milliseconds)."""
    last = {name: one for one in told(connection, at_ms) for name in one.names}
    later = list(_happenings(connection, _AFTER, at_ms))
    ended = {name: one.at for one in reversed(later) for name in one.names}
    lost = [Absence(name, one.is_device, one.at, ended.get(name), one.reason) for name, one in last.items() if one.act == "lost"]
    begun = [one for one in later if one.act == "began" and one.seconds and one.at - one.seconds <= at_ms / 1000]
    return lost + [Absence(name, False, one.at - (one.seconds or 0.0), one.at) for one in begun for name in one.names]


def _happenings(connection: sa.Connection, query: sa.TextClause, at_ms: int) -> Iterator[Happening]:
    for row in connection.execute(query, {"at": at_ms}):
        boots = json.loads(row.detail)["boots"] if row.detail else {}
        reasons = json.loads(row.reasons)
        yield Happening(
            row.act, tuple(boots) or (row.device,), row.happened_ms / 1000, row.seconds, next(iter(reasons), ""), boots=boots
        )
