"""The confirmation curve of a curtailment: fine around its begin and its return, coarse between. In the database thread."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import sqlalchemy as sa

from services.api.curtailments.model_load import Curve, HeldFrom, Point
from services.api.curtailments.records import Row
from services.api.load_meters import meters_of
from services.api.load_over_time import Metered, Stretch, measured, stored_by
from services.shared.settings.tree import Settings

_BEFORE_S, _AFTER_S = 300.0, 300.0
_FINE_S = 900.0
"""So long after its begin, and of its return, it is drawn finely."""
_LONGEST_RETURN_S = 2700.0
_POINTS = 150
_COARSE_S, _FINEST_S = 60.0, 2.0
_LONGEST_STEP_S = 900.0
_STORED_BY_S = 60.0
"""Readings wait for the disk for 30 s, and a moment more when it is slow: what is missing for longer was not measured."""


@dataclass(frozen=True, slots=True)
class Span:
    """When it began, when nobody asked any more (None: somebody does), until when it is told, and now; Unix seconds."""

    from_at: float
    released_at: float | None
    until_at: float
    now_at: float


def curve(connection: sa.Connection, settings: Settings, rows: Sequence[Row], span: Span) -> Curve:
    """Of what was measured; from the rows of the records where no meter's readings are kept."""
    meters = meters_of(connection, settings)
    told = measured(connection, meters, list(_stretches(span)), settings.power.meter_max_age_seconds)
    known_at = max(stored_by(connection), span.now_at - _STORED_BY_S)
    points = tuple(_kept(_joined(part for _, part in told), span, known_at))
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


def _stretches(span: Span) -> Iterator[Stretch]:
    """They follow each other, cut at whole minutes, so that rows of minutes are not cut in two."""
    start, until_at = span.from_at - _BEFORE_S, span.until_at
    end = _minute(max(until_at, min(until_at + _AFTER_S, span.now_at)))  # the clock may have been set back
    fine_end = min(_minute(span.from_at + _FINE_S), end)
    again = max(fine_end, _minute((span.released_at or end) - 60.0))
    last = min(end, again + _LONGEST_RETURN_S)
    for begin, ends, finest_s in (
        (start, fine_end, _FINEST_S), (fine_end, again, _COARSE_S), (again, last, _FINEST_S), (last, end, _COARSE_S),
    ):  # fmt: skip
        if ends > begin:
            width_s = max(finest_s, -(-(ends - begin) // _POINTS))
            yield Stretch(begin, ends, max(1, int((ends - begin) // width_s)))


def _minute(at: float) -> float:
    return ceil(at / 60) * 60.0


def _joined(parts: Iterable[Sequence[Metered]]) -> Iterator[Point]:
    """Stretches of different fineness one after the other, none over another: a bucket that begins too early is cut."""
    end = 0.0
    for one in (one for part in parts for one in part):
        at, until = max(one.at, end), one.at + one.width_s
        if until - at > 0.001:
            figures = {"kw": one.kw, "lowest_kw": one.lowest_kw, "highest_kw": one.highest_kw}
            yield Point(at=at, width_s=until - at, partial=one.partial, **figures)
            end = until


def _kept(points: Iterable[Point], span: Span, known_at: float) -> Iterator[Point]:
    """Without what is missing outside of it, and at its end without what may only not be stored yet."""
    for one in points:
        if one.kw is not None or (span.from_at < one.at + one.width_s <= span.until_at and one.at < known_at):
            yield one


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
