"""What is recorded of one moment: the state of the plant, what decided it, what came next, and who had done what just before."""

import json
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, Field

from services.api.history.rows import timestamp

ACTS_BEFORE_MS = 3_600_000
MOST_ACTS = 50
_TOLD = "SELECT id, happened_ms, timestamp, clock_trusted, kind, source, title, reasons, mode, who, detail FROM events"
_TURN = "kind IN ('transition', 'decision')"
_STATE = sa.text("SELECT * FROM mine_states WHERE timestamp <= :at ORDER BY timestamp DESC, id DESC LIMIT 1")
_BEFORE = sa.text(f"{_TOLD} WHERE {_TURN} AND happened_ms <= :ms ORDER BY happened_ms DESC, id DESC LIMIT 1")
_TRANSITION = sa.text(
    f"{_TOLD} WHERE {_TURN} AND +kind = 'transition' AND happened_ms <= :ms ORDER BY happened_ms DESC, id DESC LIMIT 1"
)
_AFTER = sa.text(f"{_TOLD} WHERE {_TURN} AND happened_ms > :ms ORDER BY happened_ms, id LIMIT 1")
_LAST_ACT = sa.text(f"{_TOLD} WHERE kind = 'audit' AND happened_ms <= :ms ORDER BY happened_ms DESC, id DESC LIMIT 1")
_ACTS = sa.text(
    f"SELECT * FROM ({_TOLD} WHERE kind = 'audit' AND happened_ms > :from_ms AND happened_ms <= :ms"  # noqa: S608 - no input
    " ORDER BY happened_ms DESC, id DESC LIMIT :most) ORDER BY happened_ms, id"
)


class Told(BaseModel):
    """An event as it was recorded."""

    id: int
    at: float = Field(description="Unix seconds")
    timestamp: str
    clock_trusted: bool
    kind: str
    source: str
    title: str
    reasons: tuple[str, ...]
    mode: str
    who: str
    detail: str


class Recorded(BaseModel):
    """A moment of the past. `state` is the last row of `mine_states` up to it; `deciding` the decision or transition that held
    then, `transition` the last change of mode; `next_change` what came after; `acts` what people did in the hour before."""

    at: float
    timestamp: str
    state: dict[str, Any] | None
    deciding: Told | None
    transition: Told | None
    next_change: Told | None
    last_act: Told | None
    acts: tuple[Told, ...]


def moment(connection: sa.Connection, at_ms: int) -> Recorded | None:
    """What is recorded of a moment (Unix milliseconds); None when nothing is recorded of it or before it."""
    state = connection.execute(_STATE, {"at": timestamp(at_ms)}).mappings().one_or_none()
    deciding = _one(connection, _BEFORE, at_ms)
    last_act = _one(connection, _LAST_ACT, at_ms)
    if state is None and deciding is None and last_act is None:
        return None
    acts = connection.execute(_ACTS, {"from_ms": at_ms - ACTS_BEFORE_MS, "ms": at_ms, "most": MOST_ACTS})
    return Recorded(
        at=at_ms / 1000,
        timestamp=timestamp(at_ms),
        state=None if state is None else {**state, "reasons": json.loads(state["reasons"])},
        deciding=deciding,
        transition=_one(connection, _TRANSITION, at_ms),
        next_change=_one(connection, _AFTER, at_ms),
        last_act=last_act,
        acts=tuple(_told(row) for row in acts.mappings()),
    )


def _one(connection: sa.Connection, query: sa.TextClause, at_ms: int) -> Told | None:
    row = connection.execute(query, {"ms": at_ms}).mappings().one_or_none()
    return None if row is None else _told(row)


def _told(row: Any) -> Told:
    return Told(**{**row, "at": row["happened_ms"] / 1000, "reasons": json.loads(row["reasons"])})
