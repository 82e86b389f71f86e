"""The confirmation curve of a curtailment: fine around its begin and its return, coarse between. In the database thread."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import sqlalchemy as sa

from services.api.curtailments.meters import Meters, joined, measured
from services.api.curtailments.model import Curve, HeldFrom, Point
from services.api.curtailments.records import Row

_BEFORE_S, _AFTER_S = 300.0, 300.0
_FINE_S = 900.0
"""So long after its begin, and of its return, it is drawn finely."""
_LONGEST_RETURN_S = 2700.0
_POINTS = 150
_COARSE_S = 60.0
_LONGEST_STEP_S = 900.0


def curve(
    connection: sa.Connection,
    meters: Meters,
    rows: Sequence[Row],
    from_at: float,
    released_at: float | None,
    until_at: float,
    max_age_s: float,
    now_at: float,
) -> Curve:
    """Of what was measured; from the rows of the records where no meter's readings are kept."""
    ends = _cuts(from_at, released_at, until_at, now_at)
    spans = [(start, end, _width_s(start, end, fine=fine)) for start, end, fine in ends]
    points = joined(measured(connection, meters, start, end, width, max_age_s) for start, end, width in spans)
    points = tuple(one for one in points if one.kw is not None or from_at < one.at + one.width_s <= until_at)
    is_metered = any(point.kw is not None for point in points)
    return Curve(
        measured_by=meters.by if is_metered else "records" if rows else "nothing",
        meters=tuple(meters.names.values()) if is_metered else (),
        points=points if is_metered else tuple(_of_rows(rows)),
        target=_steps((row.at, row.target_kw) for row in rows),
        setpoint=_steps((row.at, row.setpoint_kw) for row in rows),
        unknown=_steps((row.at, row.unknown_kw) for row in rows),
    )


def steps(told: Iterable[tuple[float, float | None]]) -> tuple[HeldFrom, ...]:
    """A figure over time without its repetitions, in the order of time."""
    return _steps(sorted(told, key=lambda one: one[0]))


def _cuts(from_at: float, released_at: float | None, until_at: float, now_at: float) -> Iterator[tuple[float, float, bool]]:
    """Stretches that follow each other, and whether each is fine."""
    start, end = from_at - _BEFORE_S, max(until_at, min(until_at + _AFTER_S, now_at))  # the clock may have been set back
    fine_end = min(from_at + _FINE_S, end)
    yield start, fine_end, True
    again = max(fine_end, (released_at or end) - 60.0)
    if again > fine_end:
        yield fine_end, again, False
    last = min(end, again + _LONGEST_RETURN_S)
    if last > again:
        yield again, last, True
    if end > last:
        yield last, end, False


def _width_s(start: float, end: float, *, fine: bool) -> float:
    wide = -(-(end - start) // _POINTS)
    return max(2.0, wide) if fine else max(_COARSE_S, wide)


def _of_rows(rows: Sequence[Row]) -> Iterator[Point]:
    for row, following in pairwise([*rows, None]):
        if row is None:
            return
        width = min(_LONGEST_STEP_S, following.at - row.at) if following else 1.0
        kw, partial = row.measured_kw, bool(row.unknown_kw)
        yield Point(at=row.at, width_s=max(1.0, width), kw=kw, lowest_kw=kw, highest_kw=kw, partial=partial and kw is not None)


def _steps(told: Iterable[tuple[float, float | None]]) -> tuple[HeldFrom, ...]:
    found: list[HeldFrom] = []
    for at, kw in told:
        if not found or found[-1].kw != kw:
            found.append(HeldFrom(at=at, kw=kw))
    return tuple(found)
