"""The load over time as meters had it: one way for charts and for the stories of curtailments. In the database thread.

Which meters are expected is decided once for all the stretches that are asked for together, so that one which falls silent in
the first is missed in the last. Where one is missing the sum is `partial`: it is of the others, and less than the load.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import sqlalchemy as sa

from services.api.history import chart
from services.api.history.rows import SENSOR_BITS, Flag
from services.api.load_meters import Meters

_FORCED = int(Flag.FORCED)
_Rows = dict[int, dict[int, Any]]
"""By bucket, then by sensor."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment to another (Unix seconds) in at most so many buckets."""

    start_at: float
    end_at: float
    buckets: int


@dataclass(frozen=True, slots=True)
class Metered:
    """One bucket from `at` on; null is unknown. `partial`: a meter that is expected is missing in the sum."""

    at: float
    width_s: float
    kw: float | None
    lowest_kw: float | None
    highest_kw: float | None
    partial: bool
    forced: bool


@dataclass(slots=True)
class _Meter:
    """One that is expected from `begins_at` on, and what it said last: when, kW."""

    sensor: int
    begins_at: float
    scale: float
    last: tuple[float, float] | None = None


@dataclass(slots=True)
class _Walk:
    """The expected meters while the buckets are walked through in the order of time."""

    meters: list[_Meter]
    base_kw: float
    max_age_s: float
    stored_by: float

    def bucket(self, at: float, width_s: float, rows: dict[int, Any]) -> Metered:
        ends = [self._end(one, at, rows.get(one.sensor)) for one in self.meters]
        known = [end for end in ends if end is not None]
        is_missing = any(end is None and one.begins_at <= at for one, end in zip(self.meters, ends, strict=True))
        mean, lowest, highest = map(self._less_base, zip(*known, strict=True)) if known else (None, None, None)
        is_forced = any(row.flags & _FORCED for row in rows.values())
        return Metered(at, width_s, mean, lowest, highest, partial=bool(known) and is_missing, forced=is_forced)

    def _end(self, meter: _Meter, at: float, row: Any) -> tuple[float, float, float] | None:
        """Its mean, lowest and highest. A word counts until it is too old or a bad one follows, and not after what is stored."""
        if row is not None:
            mean = row.total / row.n * meter.scale if row.n else None
            meter.last = None if mean is None else (at, mean)
            return None if mean is None else (mean, row.lowest * meter.scale, row.highest * meter.scale)
        if meter.last is None or at > self.stored_by or at - meter.last[0] > self.max_age_s:
            return None
        return (meter.last[1],) * 3

    def _less_base(self, parts: Iterable[float]) -> float:
        """A site's meter shows what is no load too."""
        return round(max(0.0, sum(parts) - self.base_kw), 2)


def measured(
    connection: sa.Connection, meters: Meters, stretches: Sequence[Stretch], max_age_s: float
) -> list[tuple[chart.Plan, list[Metered]]]:
    """Each stretch with its plan, in the order of time. A meter's word counts for `max_age_s` seconds."""
    plans = [_plan(connection, meters, one) for one in stretches]
    found = [_rows(connection, meters, plan) for plan in plans]
    spoke = {sensor for rows in found for bucket in rows.values() for sensor in bucket}
    expected = [sensor for sensor in meters.names if sensor in spoke or sensor in meters.configured]
    oldest = chart.oldest(connection, expected)
    walked = [_Meter(sensor, _begins_at(oldest[sensor]), meters.scales[sensor]) for sensor in expected]
    walk = _Walk(walked, meters.base_kw, max_age_s, stored_by(connection))
    return [
        (plan, _without_begun(list(_buckets(walk, plan, rows, one.end_at)), walk.stored_by))
        for one, plan, rows in zip(stretches, plans, found, strict=True)
    ]


def stored_by(connection: sa.Connection) -> float:
    """When the newest reading that is stored was measured, whatever its sensor: Unix seconds. Without any all that is, is."""
    newest = connection.execute(sa.text("SELECT max(key) FROM readings")).scalar()
    return inf if newest is None else (newest >> SENSOR_BITS) / 1000


def _plan(connection: sa.Connection, meters: Meters, one: Stretch) -> chart.Plan:
    return chart.plan(connection, tuple(meters.names), int(one.start_at * 1000), int(one.end_at * 1000), one.buckets)


def _rows(connection: sa.Connection, meters: Meters, plan: chart.Plan) -> _Rows:
    found: _Rows = {}
    for row in chart.rows(connection, tuple(meters.names), plan):
        found.setdefault(row.bucket, {})[row.sensor] = row
    return found


def _begins_at(oldest: dict[str, int]) -> float:
    """The oldest that is kept of a meter, Unix seconds; before, it was not there. One that is not rolled up yet always was."""
    return min(oldest.values(), default=-inf)


def _buckets(walk: _Walk, plan: chart.Plan, rows: _Rows, end_at: float) -> Iterator[Metered]:
    for n in range(max(0, -(-(int(end_at * 1000) - plan.origin_ms) // plan.width_ms))):
        yield walk.bucket((plan.origin_ms + n * plan.width_ms) / 1000, plan.width_ms / 1000, rows.get(n, {}))


def _without_begun(buckets: list[Metered], stored_by_at: float) -> list[Metered]:
    """Without a last one that has only begun: not every meter has spoken in it yet."""
    is_begun = bool(buckets) and buckets[-1].partial and buckets[-1].at + buckets[-1].width_s > stored_by_at
    return buckets[:-1] if is_begun else buckets
