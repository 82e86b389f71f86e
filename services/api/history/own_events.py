"""Events of the api itself. They have no ledger elsewhere, so their numbers are counted here; in the database thread."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from services.api.history.rows import timestamp
from services.api.history.schema import TABLES
from services.shared.clock import Moment

SOURCE = "api"
_EVENTS = TABLES["events"]


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """`when` it happened; `seconds`: how long something had lasted, None where it is unknown or nothing did."""

    when: Moment
    title: str
    reasons: tuple[str, ...] = ()
    device: str = ""
    act: str = ""
    seconds: float | None = None
    detail: str = ""


def store(connection: sa.Connection, event: OwnEvent) -> None:
    """Under the next number."""
    ms = max(0, int(event.when.wall_s * 1000))
    last = connection.execute(sa.select(sa.func.max(_EVENTS.c.ledger_seq)).where(_EVENTS.c.source == SOURCE)).scalar()
    row = dict.fromkeys(("boot", "mode", "target", "command_id", "who"), "") | {
        "source": SOURCE, "ledger": 1, "ledger_seq": (last or 0) + 1, "happened_ms": ms, "timestamp": timestamp(ms),
        "clock_trusted": int(event.when.wall_trusted), "kind": "service", "title": event.title,
        "reasons": json.dumps(event.reasons, ensure_ascii=False), "device": event.device, "act": event.act,
        "seconds": event.seconds, "detail": event.detail,
    }  # fmt: skip
    connection.execute(sa.insert(_EVENTS), row)
