"""The site's load over time in buckets, with the target beside it: from the site's meter, else the sum of the PDUs.

In the database thread. A bucket in which a meter is silent is `partial`: its sum is of the others, and less than the load.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import floor
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from services.api.curtailments.meters import By, Meters, meters_of
from services.api.history import chart
from services.api.history.rows import Flag, timestamp
from services.api.history.tiers import DAY_S, ROLLED
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


@dataclass(slots=True)
class _Meter:
    """One meter while its buckets are walked through: from which bucket on it is expected, and what it said last."""

    begins: float
    scale: float
    rows: dict[int, Any]
    last: tuple[int, float] | None = None


def load_series(connection: sa.Connection, settings: Settings, start_at: float, end_at: float, buckets: int) -> LoadSeries:
    """From one moment to another (Unix seconds) in at most so many buckets, each a whole number of rows of the table read."""
    meters = meters_of(connection, settings.meter)
    plan = _plan(connection, meters, int(start_at * 1000), int(end_at * 1000), buckets)
    known = end_at - start_at <= _LONGEST_TARGET_S
    targets = _targets(connection, plan, end_at, settings.general.loop_interval_minutes * 60) if known else {}
    walked = _meters(connection, meters, plan, settings)
    keep = floor(settings.power.meter_max_age_seconds * 1000 / plan.width_ms)
    count = -(-(int(end_at * 1000) - plan.origin_ms) // plan.width_ms)
    told = [_bucket(n, walked, keep, plan, meters.base_kw, targets.get(n)) for n in range(count)]
    if told and told[-1].partial:
        told.pop()  # it has only begun: not every meter has spoken yet
    return LoadSeries(
        measured_by=meters.by,
        meters=tuple(meters.names.values()),
        bucket_s=plan.width_ms / 1000,
        target_known=known,
        buckets=tuple(one for one in told if one.kw is not None or one.target_kw is not None),
    )


def _meters(connection: sa.Connection, meters: Meters, plan: chart.Plan, settings: Settings) -> list[_Meter]:
    """Those that said something in this time, and those that should have."""
    found: list[_Meter] = []
    for sensor, name in meters.names.items():
        rows = {row.bucket: row for row in chart.rows(connection, sensor, plan)}
        if rows or _is_configured(name, meters.by, settings):
            found.append(_Meter(_begins(connection, sensor, plan), meters.scales[sensor], rows))
    return found


def _plan(connection: sa.Connection, meters: Meters, start_ms: int, end_ms: int, buckets: int) -> chart.Plan:
    """One for all meters, so that they can be added up: that of the one that needs the widest buckets."""
    plans = [chart.plan(connection, sensor, start_ms, end_ms, buckets) for sensor in meters.names]
    width_ms = max(1, -(-(end_ms - start_ms) // buckets))
    return max(plans, key=lambda one: one.width_ms, default=chart.Plan(start_ms, width_ms, (), "reading"))


def _begins(connection: sa.Connection, sensor: int, plan: chart.Plan) -> float:
    """The bucket with the oldest that is kept of a meter; before, it was not there."""
    seeks = (sa.text(f"SELECT min(ts_s) FROM {tier.table} WHERE sensor_id = :s") for tier in ROLLED)  # noqa: S608 - our own names
    found = [first for first in (connection.execute(seek, {"s": sensor}).scalar() for seek in seeks) if first is not None]
    return (min(found) * 1000 - plan.origin_ms) / plan.width_ms if found else 0.0


def _is_configured(name: str, by: By, settings: Settings) -> bool:
    device = name.partition("/")[0]
    return by == "site meter" or device in {f"pdu-{number}" for number, _ in enumerate(settings.apis.pdu_ip, 1)}


def _bucket(n: int, meters: list[_Meter], keep: int, plan: chart.Plan, base_kw: float, target_kw: float | None) -> LoadBucket:
    """A meter's word counts until it is too old, so that buckets narrower than its polls have no holes."""
    ends: list[tuple[float, float, float]] = []
    for meter in meters:
        row = meter.rows.get(n)
        if row is not None:
            meter.last = (n, row.total / row.n * meter.scale) if row.n else None
        if row is not None and row.n:
            ends.append((row.total / row.n * meter.scale, row.lowest * meter.scale, row.highest * meter.scale))
        elif meter.last is not None and n - meter.last[0] <= keep:
            ends.append((meter.last[1],) * 3)
    return LoadBucket(
        at=(plan.origin_ms + n * plan.width_ms) / 1000,
        kw=_sum((mean for mean, _, _ in ends), base_kw),
        lowest_kw=_sum((lowest for _, lowest, _ in ends), base_kw),
        highest_kw=_sum((highest for _, _, highest in ends), base_kw),
        partial=bool(ends) and len(ends) < sum(meter.begins <= n for meter in meters),
        forced=any(meter.rows[n].flags & Flag.FORCED for meter in meters if n in meter.rows),
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


def _sum(parts: Iterable[float], base_kw: float) -> float | None:
    """Null of no part at all. A site's meter shows what is no load too."""
    known = list(parts)
    return round(max(0.0, sum(known) - base_kw), 2) if known else None
