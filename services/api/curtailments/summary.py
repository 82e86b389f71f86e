"""A curtailment in one line: what asked, when, how low, when it was shown, and what was not used. In the database thread."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.api.curtailments import records
from services.api.curtailments.asks import asks
from services.api.curtailments.kinds import UTILITY
from services.api.curtailments.model import CurtailmentRow
from services.api.curtailments.records import Row
from services.api.curtailments.turns import Stretch, Turn
from services.api.decision_inputs import read
from services.api.why.leases import holders, is_exercise
from services.shared.vocabulary import Mode

_DETAIL = sa.text("SELECT detail FROM events WHERE id = :id")
_DRILL = sa.text(
    "SELECT 1 FROM events WHERE kind = 'audit' AND happened_ms > :start AND happened_ms <= :end AND title LIKE 'drill by %'"
    " AND title NOT LIKE '%: refused%' LIMIT 1"
)
_DRILL_MS = 600_000
_SLACK_MS = 2_000  # a lease and what follows from it are recorded at about the same moment


@dataclass(frozen=True, slots=True)
class Known:
    """A curtailment with what it was told from. `confirmed_at` Unix seconds; `before` the last row of the hour before it."""

    told: CurtailmentRow
    stretch: Stretch
    inputs: dict[str, Any]
    rows: list[Row]
    before: Row | None
    confirmed_at: float | None


def known(connection: sa.Connection, stretch: Stretch, now_ms: int, tolerance: float) -> Known | None:
    """None for what only a lock-out or the drill of a device brought: it asks nothing of the site.

    `tolerance` is a share of the site's kW, 0 to 1.
    """
    begin, end_ms = stretch.begin, stretch.end_ms(now_ms)
    inputs = _inputs(connection, begin)
    if stretch.is_held and not holders(connection, begin.ms + _SLACK_MS, begin.mode):
        return None
    rows, before = records.between(connection, begin.ms, end_ms), records.before(connection, begin.ms)
    asked = asks(connection, stretch, end_ms, rows, tolerance * ((before.target_kw or 0.0) if before else 0.0))
    first = min(asked, key=lambda one: one.from_at)
    by_hand = first.kind == "lease"
    is_held = by_hand and bool(holders(connection, begin.ms + _SLACK_MS, begin.mode))
    is_drill = by_hand and not is_held and _drilled(connection, begin.ms)
    is_forced = by_hand and is_exercise(connection, begin.ms + _SLACK_MS, begin.mode)
    if is_drill:
        asked = tuple(one.model_copy(update={"kind": "drill"}) if one is first else one for one in asked)
    ask = asked[0]
    confirmed = None if ask.confirmed_s is None else ask.from_at + ask.confirmed_s
    kwh = records.not_used_kwh(rows, before.whole_kw if before else None, end_ms / 1000)
    told = CurtailmentRow(
        id=begin.id,
        kind=ask.kind,
        kinds=tuple(dict.fromkeys(one.kind for one in asked)),
        asks=asked,
        source=ask.source,
        from_at=begin.ms / 1000,
        released_at=stretch.released.ms / 1000 if stretch.released else None,
        until_at=stretch.until.ms / 1000 if stretch.until else None,
        asked_anew=stretch.until is not None and stretch.until.mode != Mode.NORMAL,
        reason=ask.reason,
        level=ask.level,
        event_id=ask.event_id,
        target_kw=ask.target_kw,
        lowest_kw=records.lowest_kw(rows),
        confirmed_s=None if ask.confirmed_s is None else round(ask.confirmed_s, 1),
        proven=confirmed is not None,
        energy_not_used_kwh=None if kwh is None else round(kwh, 1),
        forced=by_hand or any(row.forced for row in rows),
        exercised=ask.kind not in UTILITY and (is_drill or is_forced),
        clock_trusted=all(turn.clock_trusted for turn in stretch.turns),
    )
    return Known(told, stretch, inputs, rows, before, confirmed)


def _drilled(connection: sa.Connection, at_ms: int) -> bool:
    return connection.execute(_DRILL, {"start": at_ms - _DRILL_MS, "end": at_ms + _SLACK_MS}).scalar() is not None


def _inputs(connection: sa.Connection, turn: Turn) -> dict[str, Any]:
    return read(str(connection.execute(_DETAIL, {"id": turn.id}).scalar() or ""))
