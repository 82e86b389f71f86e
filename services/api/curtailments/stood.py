"""Alarms of a stretch: those that were open in it, and the one that had announced it. In the database thread."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.api.curtailments.model_story import AlarmStood, Notice
from services.shared.catalogue import class_of

MOST = 60
_BEFORE_MS = 30 * 86_400_000
_FELL = (
    "(SELECT f.timestamp FROM alarms AS f WHERE f.source = a.source AND f.key = a.key AND f.active = 0"
    " AND f.since_ms >= a.since_ms AND f.id > a.id ORDER BY f.since_ms, f.id LIMIT 1)"
)
_OPEN = sa.text(
    f"SELECT * FROM (SELECT a.key, a.kind, a.since_ms, a.cause, a.action, {_FELL} AS ended FROM alarms AS a"  # noqa: S608
    " WHERE a.active = 1 AND a.since_ms <= :end AND a.since_ms >= :start - :back)"
    " WHERE ended IS NULL OR unixepoch(ended) * 1000 >= :start ORDER BY since_ms LIMIT :most"
)
_PLANNED = sa.text(
    "SELECT since_ms, cause FROM alarms WHERE source = 'controller' AND key = :key AND active = 1"
    " AND since_ms <= :at AND since_ms >= :at - :back ORDER BY since_ms DESC LIMIT 1"
)
_OTHER_ENDED = sa.text(
    "SELECT 1 FROM alarms WHERE source = 'controller' AND key = :key AND active = 0 AND since_ms >= :since"
    " AND unixepoch(timestamp) * 1000 < :at - 120000 LIMIT 1"
)


def open_in(connection: sa.Connection, start_ms: int, end_ms: int) -> tuple[AlarmStood, ...]:
    """The alarms that stood at some time between two moments (Unix milliseconds), in the order in which they rose."""
    asked = {"start": start_ms, "end": end_ms, "back": _BEFORE_MS, "most": MOST}
    return tuple(_stood(row) for row in connection.execute(_OPEN, asked))


def notice(connection: sa.Connection, source: str | None, at_ms: int) -> Notice | None:
    """What announced the ask of a source that began at `at_ms`: the plan's alarm, if it stood until then."""
    if source is None:
        return None
    key = f"signal_planned_{source}"
    row = connection.execute(_PLANNED, {"key": key, "at": at_ms, "back": _BEFORE_MS}).one_or_none()
    if row is None or connection.execute(_OTHER_ENDED, {"key": key, "since": row.since_ms, "at": at_ms}).scalar():
        return None
    return Notice(seen_at=row.since_ms / 1000, source=source, words=row.cause)


def _stood(row: Any) -> AlarmStood:
    ended = datetime.fromisoformat(row.ended).timestamp() if row.ended else None
    return AlarmStood(
        key=row.key,
        kind=row.kind,
        priority=class_of(row.key).priority,
        since_at=row.since_ms / 1000,
        ended_at=ended,
        cause=row.cause,
        action=row.action,
    )
