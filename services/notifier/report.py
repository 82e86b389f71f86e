"""How the alarms themselves do, by the measures of ISA-18.2 and EEMUA 191. Pure: the steps of their lives and the time come as
arguments."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from services.notifier.record import Record, Transition
from services.notifier.report_figures import WINDOW_S, Raising, flood_s, raisings, worst
from services.shared.messages import AlarmCount, AlarmReport
from services.shared.vocabulary import Priority

DAYS = 30.0
DAY_S = 86_400.0
LOOK_BACK_S = DAYS * DAY_S
"""The steps of so long before the window are looked at too: what was raised then and is told anew in it is not counted again."""
STALE_S = DAY_S
"""What stands for longer is stale (ISA-18.2): it tells nothing any more."""
_LONGEST_S = 400 * DAY_S
_FREQUENT, _LISTED = 10, 100


@dataclass(frozen=True, slots=True)
class Window:
    """From and until, in Unix seconds; the end is not in it."""

    from_at: float
    until_at: float

    def holds(self, at: float) -> bool:
        """Whether a moment lies in it."""
        return self.from_at <= at < self.until_at


def report_of(steps: Sequence[Transition], records: Iterable[Record], window: Window, now_at: float) -> AlarmReport:
    """The figures of a window. Alarms are counted as `raisings` says.

    - average: alarms per ten minutes of the window, which counts as ten minutes at least; worst: the most in any ten minutes
    - flood: see `flood_s`
    - chattering: keys by how often they began to chatter (three begins within an hour)
    - most frequent: the ten keys that were raised most often
    - standing: what people were told of and holds at `now_at`, the longest first, without what is shelved; stale: over 24 h
    - acknowledged and never acknowledged: together all that were raised. To shelve is not to acknowledge
    """
    every = [one for one in raisings(steps) if window.holds(one.at)]
    times = sorted(one.at for one in every)
    length_s = max(window.until_at - window.from_at, 0.0)
    standing = _standing(records, now_at)
    answered = sum(one.acknowledged_at is not None for one in every)
    return AlarmReport(
        from_at=window.from_at, until_at=window.until_at, days=length_s / DAY_S, raised=len(every),
        per_10_minutes=len(every) * WINDOW_S / max(length_s, WINDOW_S), worst_10_minutes=worst(times),
        flood_minutes=flood_s(times, window.until_at) / 60.0,
        chattering=_counted((one.key for one in steps if one.what == "chattering" and window.holds(one.at)), _LISTED),
        most_frequent=_counted((one.key for one in every), _FREQUENT), standing=tuple(standing[:_LISTED]),
        stale=tuple(one for one in standing if one.seconds is not None and one.seconds > STALE_S)[:_LISTED],
        acknowledged=answered, never_acknowledged=len(every) - answered, acknowledged_within_s=_median_s(every),
        priorities=tuple(AlarmCount(key=name, count=sum(one.priority is name for one in every)) for name in Priority),
    )  # fmt: skip


def _standing(records: Iterable[Record], now_at: float) -> list[AlarmCount]:
    open_ = [one for one in records if one.is_open and one.active and not one.is_shelved]
    counts = [AlarmCount(key=one.key, count=1, seconds=_stood_s(one.since_at, now_at)) for one in open_]
    return sorted(counts, key=lambda one: (-(one.seconds or 0.0), one.key))


def _stood_s(since_at: float, now_at: float) -> float | None:
    """A calendar that was set meanwhile tells no duration."""
    return now_at - since_at if 0 <= now_at - since_at <= _LONGEST_S else None


def _counted(keys: Iterable[str], most: int) -> tuple[AlarmCount, ...]:
    ranked = sorted(Counter(keys).items(), key=lambda item: (-item[1], item[0]))
    return tuple(AlarmCount(key=key, count=count) for key, count in ranked[:most])


def _median_s(every: Iterable[Raising]) -> float | None:
    return median(found) if (found := [one.answered_s for one in every if one.answered_s is not None]) else None
