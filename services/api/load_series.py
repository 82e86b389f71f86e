"""The site's load over time for a chart, with the target beside it. In the database thread."""

from itertools import pairwise

import sqlalchemy as sa
from pydantic import BaseModel

from services.api.history import chart
from services.api.history.rows import timestamp
from services.api.history.tiers import DAY_S
from services.api.load_meters import By, meters_of
from services.api.load_over_time import Metered, Stretch, measured, stored_by
from services.shared.settings.tree import Settings

_LONGEST_TARGET_S = 32 * DAY_S
"""Each row of the records is read for it: more than a month takes too long on a card."""
_ROWS_KEPT = 2.5
"""A row of the records counts for so many of their intervals."""
_TARGETS = sa.text(
    "SELECT (unixepoch(timestamp) * 1000 - :first) / :width AS bucket, min(target_kw) AS kw"
    " FROM mine_states WHERE timestamp >= :start AND timestamp < :end GROUP BY 1 ORDER BY 1"
)


class LoadBucket(BaseModel):
    """One stretch of time from `at` (Unix seconds) on; null is unknown. `target_kw` is the lowest target of it."""

    at: float
    kw: float | None
    lowest_kw: float | None
    highest_kw: float | None
    partial: bool
    forced: bool
    target_kw: float | None


class LoadSeries(BaseModel):
    """The load over time. `measured_by`: what it is added up from; `target_known` is false for more than 32 days."""

    measured_by: By
    meters: tuple[str, ...]
    bucket_s: float
    target_known: bool
    buckets: tuple[LoadBucket, ...]


def load_series(connection: sa.Connection, settings: Settings, start_at: float, end_at: float, buckets: int) -> LoadSeries:
    """From one moment to another (Unix seconds) in at most so many buckets, each a whole number of rows of the table read."""
    meters = meters_of(connection, settings)
    ((plan, told),) = measured(connection, meters, [Stretch(start_at, end_at, buckets)], settings.power.meter_max_age_seconds)
    known = end_at - start_at <= _LONGEST_TARGET_S
    targets = _targets(connection, plan, end_at, settings.general.loop_interval_minutes * 60) if known else {}
    stored_at = stored_by(connection)  # what is newer waits for the card: it is not unknown
    drawn = (_bucket(one, targets.get(n)) for n, one in enumerate(told) if one.at <= stored_at)
    return LoadSeries(
        measured_by=meters.by,
        meters=tuple(meters.names.values()),
        bucket_s=plan.width_ms / 1000,
        target_known=known,
        buckets=tuple(one for one in drawn if one.kw is not None or one.target_kw is not None),
    )


def _bucket(one: Metered, target_kw: float | None) -> LoadBucket:
    return LoadBucket(
        at=one.at,
        kw=one.kw,
        lowest_kw=one.lowest_kw,
        highest_kw=one.highest_kw,
        partial=one.partial,
        forced=one.forced,
        target_kw=target_kw,
    )


def _targets(connection: sa.Connection, plan: chart.Plan, end_at: float, interval_s: float) -> dict[int, float | None]:
    """The lowest target of each bucket; each row holds until the next, or until it is too old."""
    held_ms = int(interval_s * _ROWS_KEPT * 1000)
    before = -(-held_ms // plan.width_ms)
    first_ms = max(0, plan.origin_ms - before * plan.width_ms)
    asked = {"first": first_ms, "width": plan.width_ms, "start": timestamp(first_ms), "end": timestamp(int(end_at * 1000))}
    found = [(bucket - before, kw) for bucket, kw in connection.execute(_TARGETS, asked)]
    keep = max(1, held_ms // plan.width_ms)
    told: dict[int, float | None] = {}
    for (begin, kw), following in pairwise([*found, (None, None)]):
        until = begin + keep if following[0] is None else min(begin + keep, following[0])
        told |= dict.fromkeys(range(begin, max(begin + 1, until)), kw)
    return told
