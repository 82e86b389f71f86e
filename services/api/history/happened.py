"""Queries of what happened: events by cursor in both directions, and what is chosen of them; for the database thread."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field

from services.api.history.schema import TABLES

_EVENTS = TABLES["events"]
EventKind = Literal["decision", "transition", "command", "audit", "service"]


class EventRow(BaseModel):
    """One event. `id` is the cursor: ask for what comes `after` it, or `before` it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 431, "source": "controller", "ledger_seq": 207, "timestamp": "2026-11-22T08:00:00.000Z",
                    "clock_trusted": True, "kind": "transition", "title": "normal to curtailing", "reasons": ["the utility asks"],
                    "mode": "curtailing", "device": "", "target": "", "act": "", "phase": None, "command_id": "",
                    "seconds": None, "who": "", "detail": "",
                }
            ]
        }
    )  # fmt: skip
    id: int
    source: str
    ledger_seq: int
    timestamp: str
    clock_trusted: bool
    kind: str
    title: str
    reasons: tuple[str, ...]
    mode: str
    device: str
    target: str
    act: str
    phase: str | None
    command_id: str
    seconds: float | None
    who: str
    detail: str


class Events(BaseModel):
    """A page of events in the order in which they were stored, and the cursors of the pages after and before it."""

    events: tuple[EventRow, ...]
    next_after: int
    next_before: int | None = Field(description="null on an empty page")


class Decision(BaseModel):
    """One decision: a transition changes the mode. `inputs` is what it went by, with the age of each; null where none is kept."""

    id: int
    timestamp: str
    clock_trusted: bool
    kind: str
    title: str
    mode: str
    reasons: tuple[str, ...]
    inputs: dict[str, Any] | None


class Decisions(BaseModel):
    """A page of decisions in the order in which they were stored, and the cursors of the pages after and before it."""

    decisions: tuple[Decision, ...]
    next_after: int
    next_before: int | None = Field(description="null on an empty page")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which events: empty and None choose all. Moments are Unix milliseconds, `end_ms` excluded."""

    kinds: Sequence[str] = ()
    device: str = ""
    source: str = ""
    who: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    commands: bool = True

    def clauses(self) -> list[sa.ColumnElement[bool]]:
        """As conditions; `who` is a part of the name, in any case."""
        c = _EVENTS.c
        found = [column == wanted for column, wanted in ((c.device, self.device), (c.source, self.source)) if wanted]
        found += [c.kind.in_(self.kinds)] if self.kinds else []
        found += [c.who.icontains(self.who, autoescape=True)] if self.who else []
        found += [c.happened_ms >= self.start_ms] if self.start_ms is not None else []
        found += [c.happened_ms < self.end_ms] if self.end_ms is not None else []
        return found if self.commands else [*found, c.kind != "command"]


def events(
    connection: sa.Connection, choice: Choice, *, after: int | None = None, before: int | None = None, limit: int
) -> list[EventRow]:
    """The first `limit` after a cursor, or the last before one; without a cursor the latest. In the order of storing."""
    query = sa.select(_EVENTS).where(*choice.clauses()).limit(limit)
    if after is not None:
        found = connection.execute(query.where(_EVENTS.c.id > after).order_by(_EVENTS.c.id)).mappings().all()
    else:
        older = query.where(_EVENTS.c.id < before) if before is not None else query
        found = list(reversed(connection.execute(older.order_by(_EVENTS.c.id.desc())).mappings().all()))
    return [_row(one) for one in found]


def newest_id(connection: sa.Connection) -> int:
    """The cursor of the last event stored; 0 when there is none."""
    return int(connection.execute(sa.select(sa.func.max(_EVENTS.c.id))).scalar() or 0)


def decision(row: EventRow) -> Decision:
    """An event of kind decision or transition with what it went by."""
    return Decision(**row.model_dump(include=set(Decision.model_fields)), inputs=_inputs(row.detail))


def _row(found: Mapping[Any, Any]) -> EventRow:
    return EventRow.model_validate({**found, "reasons": json.loads(found["reasons"])})


def _inputs(detail: str) -> dict[str, Any] | None:
    try:
        read = json.loads(detail)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None
