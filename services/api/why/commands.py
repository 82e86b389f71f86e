"""What was commanded because of it, and what a measurement said of it: the second half of an answer; in the database thread."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.api.why.model import Calendar, Why, WhyCommand
from services.api.why.turns import off_times

_BEFORE_MS, _AFTER_MS = 3_600_000, 900_000
_LONGEST_MS = 86_400_000
_COMMANDS = sa.text(
    "WITH sent AS (SELECT source, command_id, device, act, happened_ms FROM events WHERE kind = 'command' AND phase = 'sent'"
    " AND happened_ms >= :start AND happened_ms <= :at AND command_id <> '' ORDER BY happened_ms DESC LIMIT 30000),"
    " steps AS (SELECT id, source, command_id, phase, seconds, happened_ms FROM events WHERE kind = 'command'"
    " AND happened_ms >= :start AND happened_ms <= :end AND phase IS NOT NULL AND command_id <> '')"
    " SELECT sent.device, sent.act, min(sent.happened_ms) AS first_ms, count(DISTINCT sent.command_id) AS sent,"
    " count(DISTINCT sent.command_id) FILTER (WHERE phase = 'acknowledged') AS acknowledged,"
    " count(DISTINCT sent.command_id) FILTER (WHERE phase = 'confirmed') AS confirmed,"
    " count(DISTINCT sent.command_id) FILTER (WHERE phase = 'confirmed' AND steps.happened_ms > :at) AS confirmed_later,"
    " count(DISTINCT sent.command_id) FILTER (WHERE phase IN ('refused', 'failed', 'expired')) AS failed,"
    " max(seconds) FILTER (WHERE phase = 'confirmed') AS confirmed_s,"
    " max(id) FILTER (WHERE phase IN ('refused', 'failed', 'expired')) AS failure_id"
    " FROM sent LEFT JOIN steps ON steps.source = sent.source AND steps.command_id = sent.command_id"
    " GROUP BY sent.device, sent.act ORDER BY first_ms, sent.device, sent.act LIMIT 20"
)
_FAILURE = sa.text("SELECT target, phase, detail, title FROM events WHERE id = :id")


def with_commands(connection: sa.Connection, why: Why, calendar: Calendar, now_at: float) -> Why:
    """The answer with the commands that had been sent by the moment, since the site left normal running; of a normal site
    those since it was normal. What came of them counts until 15 min after the moment."""
    now_ms = int(now_at * 1000)
    at_ms = now_ms if why.now else _ms(why.at) or 0
    if why.mode == "normal":
        began_ms = max(_ms(why.since) or 0, at_ms - _BEFORE_MS)
    else:
        left_ms = off_times(connection, at_ms)[0] or _ms(why.since)
        began_ms = _ms(why.off_since) or left_ms or at_ms - _BEFORE_MS
    start_ms = max(min(began_ms, at_ms), at_ms - _LONGEST_MS)
    window = {"start": start_ms, "at": at_ms, "end": min(at_ms + _AFTER_MS, now_ms)}
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
        confirmed_later=row.confirmed_later,
        failed=row.failed,
        confirmed_within_s=row.confirmed_s,
        last_failure=failure,
    )


def _failure(connection: sa.Connection, number: int | None) -> str | None:
    row = None if number is None else connection.execute(_FAILURE, {"id": number}).one_or_none()
    return None if row is None else f"{row.target} {row.phase}: {row.detail or row.title}"


def _ms(iso: str | None) -> int | None:
    return None if iso is None else int(datetime.fromisoformat(iso).timestamp() * 1000)
