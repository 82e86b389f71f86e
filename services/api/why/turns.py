"""When the mode of a moment began and ended, and when the site left normal running and was back. In the database thread."""

from typing import Any

import sqlalchemy as sa

from services.api.decision_inputs import texts
from services.api.history.moments import Recorded
from services.api.why.model import Calendar
from services.api.why.words import tidy
from services.shared.vocabulary import Mode

_TURNS = "kind IN ('transition', 'decision') AND +kind = 'transition' AND mode <> ''"
_NEXT = sa.text(
    f"SELECT happened_ms, title, reasons FROM events WHERE {_TURNS} AND happened_ms > :at ORDER BY happened_ms, id LIMIT 1"  # noqa: S608
)
_LAST_NORMAL = sa.text(
    f"SELECT max(happened_ms) FROM events WHERE {_TURNS} AND mode = 'normal' AND happened_ms <= :at"  # noqa: S608
)
_LEFT = sa.text(f"SELECT min(happened_ms) FROM events WHERE {_TURNS} AND happened_ms > :normal AND happened_ms <= :at")  # noqa: S608
_NORMAL_AGAIN = sa.text(f"SELECT min(happened_ms) FROM events WHERE {_TURNS} AND mode = 'normal' AND happened_ms > :at")  # noqa: S608


def times(connection: sa.Connection, found: Recorded, mode: str, at_ms: int, calendar: Calendar) -> dict[str, Any]:
    """Of a moment in this mode, the parts of the answer: since, until, off_since, off_until, ended_because."""
    following = connection.execute(_NEXT, {"at": at_ms}).mappings().one_or_none()
    off_ms, again_ms = (None, None) if mode == Mode.NORMAL else off_times(connection, at_ms)
    return {
        "since": calendar.iso(found.transition.at if found.transition else None),
        "until": _iso(calendar, following["happened_ms"] if following else None),
        "off_since": _iso(calendar, off_ms),
        "off_until": _iso(calendar, again_ms),
        "ended_because": [following["title"], *map(tidy, texts(following["reasons"]))] if following else [],
    }


def off_times(connection: sa.Connection, at_ms: int) -> tuple[int | None, int | None]:
    """When the site last left normal running before a moment, and when it was back; None where that is not recorded."""
    normal_ms = connection.execute(_LAST_NORMAL, {"at": at_ms}).scalar()
    left_ms = connection.execute(_LEFT, {"normal": -1 if normal_ms is None else normal_ms, "at": at_ms}).scalar()
    return left_ms, connection.execute(_NORMAL_AGAIN, {"at": at_ms}).scalar()


def _iso(calendar: Calendar, ms: int | None) -> str | None:
    return None if ms is None else calendar.iso(ms / 1000)
