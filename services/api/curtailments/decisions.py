"""The decisions of a curtailment with what each went by. In the database thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.api.curtailments.kinds import limit_kw
from services.api.curtailments.model_load import HeldFrom
from services.api.curtailments.records import is_proven
from services.api.decision_inputs import dicts, number, read, texts

MOST = 600
_TURNS = sa.text(
    "SELECT id, happened_ms, kind, title, mode, reasons, detail FROM events WHERE kind IN ('transition', 'decision')"
    " AND happened_ms >= :start AND happened_ms <= :end ORDER BY happened_ms, id LIMIT :most"
)
_ACTS = sa.text(
    "SELECT happened_ms, title, who, reasons FROM events WHERE kind = 'audit' AND happened_ms >= :start AND happened_ms <= :end"
    " ORDER BY happened_ms, id LIMIT 60"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """One, or a change of mode. `limit_kw`: what the utility's ask leaves, None while it asks nothing."""

    id: int
    at: float
    kind: str
    title: str
    mode: str
    reasons: tuple[str, ...]
    inputs: dict[str, Any]
    is_proven: bool
    limit_kw: float | None
    setpoint_kw: float | None


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did, or what ended by itself."""

    at: float
    what: str
    who: str
    why: str


def decisions(connection: sa.Connection, start_ms: int, end_ms: int) -> list[Decision]:
    """In the order of time."""
    return [_decision(row) for row in connection.execute(_TURNS, {"start": start_ms, "end": end_ms, "most": MOST})]


def acts(connection: sa.Connection, start_ms: int, end_ms: int) -> list[Act]:
    """In the order of time."""
    found = connection.execute(_ACTS, {"start": start_ms, "end": end_ms})
    return [Act(row.happened_ms / 1000, row.title, row.who, "; ".join(texts(row.reasons))) for row in found]


def asked(found: Sequence[Decision]) -> tuple[HeldFrom, ...]:
    """What the utility asked over time."""
    steps: list[HeldFrom] = []
    for one in found:
        if one.inputs and (not steps or steps[-1].kw != one.limit_kw):
            steps.append(HeldFrom(at=one.at, kw=one.limit_kw))
    return tuple(steps)


def meters_of(one: Decision) -> tuple[str, ...]:
    """The readings that a decision knew, with their ages."""
    return tuple(
        f"{meter.get('name')}: {kw:.1f} kW, read {age_s:.0f} s before"
        for meter in dicts(one.inputs, "meters")
        if (kw := number(meter.get("kw"))) is not None and (age_s := number(meter.get("age_s"))) is not None
    )


def _decision(row: Any) -> Decision:
    inputs = read(row.detail)
    load = inputs.get("load")
    return Decision(
        id=row.id,
        at=row.happened_ms / 1000,
        kind=row.kind,
        title=row.title,
        mode=row.mode,
        reasons=tuple(texts(row.reasons)),
        inputs=inputs,
        is_proven=is_proven(row.mode, inputs),
        limit_kw=limit_kw(inputs),
        setpoint_kw=number(load.get("setpoint_kw")) if isinstance(load, dict) else None,
    )
