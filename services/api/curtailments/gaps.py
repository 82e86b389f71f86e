"""What of a curtailment is not known: rows that are missing, a silent controller, meters that said nothing, kW unknown."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from services.api.curtailments.model_load import Gap, Point
from services.api.curtailments.records import Row

_APART = 2.5
"""Times the distance in which rows are written."""
_UNMEASURED_S = 60.0
_MOST = 30


def gaps(rows: Sequence[Row], points: Sequence[Point], from_at: float, until_at: float, interval_s: float) -> tuple[Gap, ...]:
    """In the order in which they begin."""
    missing = [*_unrecorded(rows, from_at, until_at, interval_s), *_unmeasured(points, from_at, until_at)]
    found = [*missing, *_unknown(rows, until_at)]
    return tuple(sorted(found, key=lambda gap: gap.from_at))[:_MOST]


def _unrecorded(rows: Sequence[Row], from_at: float, until_at: float, interval_s: float) -> Iterator[Gap]:
    known = [row.at for row in rows if row.mode is not None]
    for earlier, later in pairwise([from_at, *known, until_at]):
        if later - earlier > _APART * interval_s:
            yield Gap(from_at=earlier, until_at=later, what="no row of the records tells what the site did")


def _unmeasured(points: Sequence[Point], from_at: float, until_at: float) -> Iterator[Gap]:
    inside = [point for point in points if point.at + point.width_s > from_at and point.at < until_at]
    yield from runs(((point.at, point.at + point.width_s, point.kw is None) for point in inside), "no meter was read")
    some = ((point.at, point.at + point.width_s, point.partial) for point in inside)
    yield from runs(some, "only some of the meters were read: the sum is too low")


def _unknown(rows: Sequence[Row], until_at: float) -> Iterator[Gap]:
    ends = [*(row.at for row in rows[1:]), until_at]
    told = [(row.at, end, bool(row.unknown_kw)) for row, end in zip(rows, ends, strict=False)]
    most = max((row.unknown_kw or 0.0 for row in rows), default=0.0)
    for gap in runs(told, "", 1.0):
        yield gap.model_copy(update={"what": f"up to {most:.0f} kW of load that nothing measured"})


def runs(told: Iterable[tuple[float, float, bool]], what: str = "", least_s: float = _UNMEASURED_S) -> Iterator[Gap]:
    """Stretches (from, until, whether something is missing) that follow each other, as one gap where they last long enough."""
    began: float | None = None
    ended = 0.0
    for start, end, is_missing in told:
        if is_missing:
            began, ended = (start if began is None else began), end
        elif began is not None:
            if ended - began >= least_s:
                yield Gap(from_at=began, until_at=ended, what=what)
            began = None
    if began is not None and ended - began >= least_s:
        yield Gap(from_at=began, until_at=ended, what=what)
