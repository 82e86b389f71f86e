"""What was commanded because of it, and what a measurement said of it: the second half of an answer; in the database thread."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.api.why import Calendar, Why, WhyCommand
from services.api.why_past import off_times

_BEFORE_MS, _AFTER_MS = 3_600_000, 900_000
_LONGEST_MS = 86_400_000
_COMMANDS = sa.text(
    "SELECT device, act, min(happened_ms) FILTER (WHERE phase = 'sent') AS first_ms,"
    " count(DISTINCT command_id) FILTER (WHERE phase = 'sent') AS sent,"
    " count(DISTINCT command_id) FILTER (WHERE phase = 'acknowledged') AS acknowledged,"
    " count(DISTINCT command_id) FILTER (WHERE phase = 'confirmed') AS confirmed,"
    " count(DISTINCT command_id) FILTER (WHERE phase IN ('refused', 'failed', 'expired')) AS failed,"
    " max(seconds) FILTER (WHERE phase = 'confirmed') AS confirmed_s,"
    " max(id) FILTER (WHERE phase IN ('refused', 'failed', 'expired')) AS failure_id"
    " FROM (SELECT * FROM events WHERE kind = 'command' AND happened_ms >= :start AND happened_ms <= :end"
    " AND phase IS NOT NULL AND command_id <> '' ORDER BY happened_ms DESC LIMIT 100000)"
    " GROUP BY device, act HAVING sent > 0 ORDER BY first_ms, device, act LIMIT 20"
)
_FAILURE = sa.text("SELECT target, phase, detail, title FROM events WHERE id = :id")


def with_commands(connection: sa.Connection, why: Why, calendar: Calendar, now_at: float) -> Why:
    """The answer with the commands since the site left normal running, or of the hour before, until 15 min after the moment."""
    at_ms = _ms(why.at) or 0
    left_ms = None if why.mode == "normal" else off_times(connection, at_ms)[0] or _ms(why.since)
    began_ms = _ms(why.off_since) or left_ms or at_ms - _BEFORE_MS
    window = {"start": max(min(began_ms, at_ms), at_ms - _LONGEST_MS), "end": min(at_ms + _AFTER_MS, int(now_at * 1000))}
    found = connection.execute(_COMMANDS, window).all()
    return why.model_copy(update={"commands": [_told(row, _failure(connection, row.failure_id), calendar) for row in found]})


def _told(row: Any, failure: str | None, calendar: Calendar) -> WhyCommand:
    return WhyCommand(
        first_at=calendar.iso(row.first_ms / 1000) or "",
        device=row.device,
        act=row.act,
        sent=row.sent,
        acknowledged=row.acknowledged,
        confirmed=row.confirmed,
        failed=row.failed,
        confirmed_within_s=row.confirmed_s,
        last_failure=failure,
    )


def _failure(connection: sa.Connection, number: int | None) -> str | None:
    row = None if number is None else connection.execute(_FAILURE, {"id": number}).one_or_none()
    return None if row is None else f"{row.target} {row.phase}: {row.detail or row.title}"


def _ms(iso: str | None) -> int | None:
    return None if iso is None else int(datetime.fromisoformat(iso).timestamp() * 1000)
