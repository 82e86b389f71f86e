"""The newest commands, each with its whole life: sent, acknowledged, and how it ended."""

from itertools import groupby
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

MOST_LIVES = 200
_STEPS = 6  # no command tells more: sent, acknowledged, an end, a late answer, what its device says became of it
_ENDS = ("confirmed", "expired", "failed", "refused")

_NEWEST = sa.text(
    "SELECT source, command_id FROM (SELECT source, command_id, happened_ms FROM events WHERE kind = 'command'"
    " AND command_id <> '' AND (:device = '' OR device = :device) ORDER BY happened_ms DESC LIMIT :most)"
    " GROUP BY source, command_id ORDER BY max(happened_ms) DESC LIMIT :limit"
)
_LIFE = sa.text(
    "SELECT source, command_id, device, act, target, phase, timestamp, seconds, detail, title FROM events"
    " WHERE kind = 'command' AND command_id IN :ids ORDER BY source, command_id, id"
).bindparams(sa.bindparam("ids", expanding=True))


class Step(BaseModel):
    """One step. `seconds` count from the sending; `phase` is null for what the device said of it later."""

    phase: str | None
    at: str
    seconds: float | None
    detail: str


class Life(BaseModel):
    """One command. `state` is its end, or `open`; `sent_at` is null when its sending is not recorded: a renewal that failed."""

    command_id: str
    device: str
    act: str
    target: str
    sent_at: str | None
    state: Literal["open", "confirmed", "refused", "failed", "expired"]
    seconds: float | None
    life: tuple[Step, ...]


class Lives(BaseModel):
    """The newest first."""

    commands: tuple[Life, ...]


def newest(connection: sa.Connection, limit: int, device: str = "") -> Lives:
    """The newest `limit` commands, of one device or of all (empty), by their last event."""
    asked = {"limit": limit, "most": limit * _STEPS, "device": device}
    order = [(row.source, row.command_id) for row in connection.execute(_NEWEST, asked)]
    rows = connection.execute(_LIFE, {"ids": [command_id for _, command_id in order]}).all()
    lives = {key: _life(list(steps)) for key, steps in groupby(rows, lambda row: (row.source, row.command_id))}
    return Lives(commands=tuple(lives[key] for key in order if key in lives))


def _life(rows: list[Any]) -> Life:
    first = rows[0]
    by_phase = {row.phase: row for row in rows}
    end = next((by_phase[phase] for phase in _ENDS if phase in by_phase), None)
    return Life(
        command_id=first.command_id,
        device=first.device,
        act=first.act,
        target=first.target,
        sent_at=by_phase["sent"].timestamp if "sent" in by_phase else None,
        state=end.phase if end else "open",
        seconds=end.seconds if end else None,
        life=tuple(_step(row) for row in rows),
    )


def _step(row: Any) -> Step:
    told = row.detail or (row.title if row.phase is None else "")
    return Step(phase=row.phase, at=row.timestamp, seconds=row.seconds, detail=told)
