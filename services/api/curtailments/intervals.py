"""The settlement intervals of a curtailment: the mean of each against what was asked, and the worst of them.

A contract counts the highest interval of an event. They run back to back from the moment the ask must have been met, as
services/controller/core/interval.py watches them.
"""

from collections.abc import Iterator, Sequence

from services.api.curtailments.gaps import runs
from services.api.curtailments.model_load import Gap, HeldFrom, Interval, Intervals, Point

_MOST = 400
_UNKNOWN_SHARE = 0.1
"""With more of an interval unmeasured nothing is said of whether it was within; nor where a meter was silent for a minute."""


def settled(
    points: Sequence[Point], asked: Sequence[HeldFrom], end_at: float, minutes: float, deadline_s: float, tolerance_kw: float
) -> Intervals:
    """The intervals until the ask ended. `asked`: the ceilings of the utility over time, null where it asked nothing."""
    began = next((step.at for step in asked if step.kw is not None), None)
    if began is None or minutes <= 0:
        return Intervals(minutes=minutes, begin_at=None, rows=(), worst=None)
    rows = tuple(_rows(points, asked, began + deadline_s, end_at, minutes * 60, tolerance_kw))
    means = [(row.mean_kw, -n) for n, row in enumerate(rows) if row.mean_kw is not None]
    return Intervals(minutes=minutes, begin_at=began + deadline_s, rows=rows, worst=-max(means)[1] if means else None)


def mean_kw(points: Sequence[Point], start: float, end: float) -> tuple[float | None, float]:
    """The mean of a stretch by time, kW, and how many seconds of it are not known. A sum of some of the meters is not known."""
    kw_s = known_s = 0.0
    for point in points:
        seconds = min(end, point.at + point.width_s) - max(start, point.at)
        if seconds > 0 and point.kw is not None and not point.partial:
            kw_s, known_s = kw_s + point.kw * seconds, known_s + seconds
    return (kw_s / known_s if known_s else None), max(0.0, end - start - known_s)


def _rows(
    points: Sequence[Point], asked: Sequence[HeldFrom], begin: float, end: float, length_s: float, tolerance_kw: float
) -> Iterator[Interval]:
    silent = list(runs((point.at, point.at + point.width_s, point.kw is None or point.partial) for point in points))
    for number in range(_MOST):
        start = begin + number * length_s
        until = min(end, start + length_s)
        if until - start < 1.0:
            return
        mean, unknown_s = mean_kw(points, start, until)
        limit = _limit_kw(asked, start, until)
        is_whole = unknown_s <= _UNKNOWN_SHARE * (until - start) and not _reach(silent, start, until)
        yield Interval(
            from_at=start,
            until_at=until,
            mean_kw=None if mean is None else round(mean, 2),
            limit_kw=None if limit is None else round(limit, 2),
            unknown_s=round(unknown_s, 1),
            complete=until - start >= length_s - 0.001,
            within=mean <= limit + tolerance_kw if is_whole and mean is not None and limit is not None else None,
        )


def _reach(silent: Sequence[Gap], start: float, end: float) -> bool:
    return any(gap.from_at < end and gap.until_at > start for gap in silent)


def _limit_kw(asked: Sequence[HeldFrom], start: float, end: float) -> float | None:
    """The mean of what was asked while it was."""
    kw_s = seconds = 0.0
    for step, following in zip(asked, [*asked[1:], None], strict=True):
        held = min(end, following.at if following else end) - max(start, step.at)
        if step.kw is not None and held > 0:
            kw_s, seconds = kw_s + step.kw * held, seconds + held
    return kw_s / seconds if seconds else None
