"""Whether what was recorded is flat: the slope of each figure after the warm-up, and whether it went on all the while."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import fmean, median

from tests.proof.soak_figures import Sample

LIMITS = {"own": 0.5, "files": 4.0, "threads": 1.0, "children": 1.0}
"""What each figure of a service may grow by in an hour: MB, and counts. What only fills up grows slower and slower, and the
allocator takes its memory in steps, such as at a start of the broker, with rest between them. A leak does not rest: so every
quarter of the time must have grown by as much over the one before it."""
QUARTERS = 4
GRAIN = 0.4
"""MB of such a step: a rise of less in all says nothing. In a run of an hour that is 0.5 MB an hour, in one of 20 minutes 1.8."""
_HOUR_S = 3600.0
_TOLD = ("pss", "rss", "own", "files", "threads", "children")


@dataclass(frozen=True, slots=True)
class Course:
    """One figure of one process: the first and the last value, the growth in an hour, the least from one quarter to the next, and
    how far values lie off the line."""

    process: str
    figure: str
    first: float
    last: float
    per_hour: float
    least_per_hour: float
    noise: float
    hours: float

    @property
    def grows(self) -> bool:
        """By more than its limit, all the while, and by more than its noise over the time that was watched."""
        limit, risen = LIMITS.get(self.figure), self.per_hour * self.hours
        return limit is not None and min(self.per_hour, self.least_per_hour) > limit and risen > max(2 * self.noise, GRAIN)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes of all pairs (Theil 1950, Sen 1968): a few wild values do not move it."""
    return median([(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2)])


def least(points: Sequence[tuple[float, float]]) -> float:
    """The least growth in a second from one quarter of the time to the next, by the means of each."""
    count = len(points) // QUARTERS
    quarters = [points[len(points) - count * back :][:count] for back in range(QUARTERS, 0, -1)]
    means = [(fmean(x for x, _ in quarter), fmean(y for _, y in quarter)) for quarter in quarters]
    return min((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairwise(means))


def course(process: str, figure: str, points: Sequence[tuple[float, float]]) -> Course:
    """Of (seconds, value), four or more. The noise is the median distance from the line."""
    per_s = slope(points)
    level = median([y - per_s * x for x, y in points])
    noise = median([abs(y - per_s * x - level) for x, y in points])
    hours = (points[-1][0] - points[0][0]) / _HOUR_S
    return Course(process, figure, points[0][1], points[-1][1], per_s * _HOUR_S, least(points) * _HOUR_S, noise, hours)


def courses(samples: Sequence[Sample]) -> Iterator[Course]:
    """Of every process that was there all the while."""
    for process in samples[0].processes:
        if all(process in one.processes for one in samples):
            for figure in _TOLD:
                points = [(one.at_s, float(getattr(one.processes[process], figure))) for one in samples]
                yield course(process, figure, points)


def table(found: Sequence[Course]) -> str:
    """One line per figure."""
    lines = [f"{'':12}{'figure':10}{'first':>9}{'last':>9}{'per hour':>10}{'least':>8}{'noise':>8}{'limit':>7}"]
    for one in found:
        limit = f"{LIMITS[one.figure]:7g}" if one.figure in LIMITS else f"{'':7}"
        lines.append(
            f"{one.process:12}{one.figure:10}{one.first:9.2f}{one.last:9.2f}{one.per_hour:+10.2f}{one.least_per_hour:+8.2f}{one.noise:8.2f}{limit}"
            + ("  grows" if one.grows else "")
        )
    return "\n".join(lines)


def sees(samples: Sequence[Sample]) -> str:
    """From which leak on a run of this length can tell it."""
    hours = (samples[-1].at_s - samples[0].at_s) / _HOUR_S
    return f"a leak of memory is seen from {max(LIMITS['own'], GRAIN / hours):.1f} MB an hour on"


def disk(samples: Sequence[Sample]) -> str:
    """What grew on the disk, in MB per hour; no limit is set here, for the life is a hundred times livelier than a site's."""
    first, last = samples[0], samples[-1]
    hours = (last.at_s - first.at_s) / _HOUR_S
    grown = {name: (last.databases[name] - first.databases[name]) / hours for name in last.databases}
    grown["logs"] = (last.logs - first.logs) / hours
    return "MB per hour on the disk: " + ", ".join(f"{name} {mb:.1f}" for name, mb in grown.items())
