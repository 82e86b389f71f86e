"""The list of curtailments, newest first. In the database thread."""

from collections.abc import Iterator

import sqlalchemy as sa

from services.api.curtailments.model import CurtailmentRow, Curtailments
from services.api.curtailments.summary import known
from services.api.curtailments.turns import newest
from services.shared.settings.tree import Settings


def listed(connection: sa.Connection, span_ms: tuple[int, int], limit: int, now_ms: int, settings: Settings) -> Curtailments:
    """At most `limit` that reach into a time, from and to in Unix milliseconds."""
    tolerance, timezone = settings.power.meter_tolerance_percent / 100, settings.general.timezone
    found: list[CurtailmentRow] = []
    for one in _told(connection, *span_ms, now_ms, tolerance):
        if len(found) == limit:
            return Curtailments(curtailments=tuple(found), more=True, timezone=timezone)
        found.append(one)
    return Curtailments(curtailments=tuple(found), more=False, timezone=timezone)


def _told(connection: sa.Connection, from_ms: int, to_ms: int, now_ms: int, tolerance: float) -> Iterator[CurtailmentRow]:
    for stretch in newest(connection, from_ms, to_ms):
        one = known(connection, stretch, now_ms, tolerance)
        if one is not None:
            yield one.told
