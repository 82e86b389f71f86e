"""Control hours known in advance, in the contract's local time: the utility's control, told beforehand.

On the days when clocks change: hours begin when their local time is reached for the first time and end when it is reached for
the last time, so they never begin twice; a local time that is skipped is reckoned as if the clocks had not changed yet, so
they are never lost (01:30 to 02:30 lasts two hours in November and one in March). While the calendar is in doubt what is in
force stays and what is due begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from services.controller.core import calendar
from services.controller.core.memory import Cause, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits, Schedule
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import RuleKind

_UNKNOWN_HOURS = Ceiling(RuleKind.SCHEDULE, "schedule", 0.0, "the clock is not trusted, control hours cannot be known")


@dataclass(frozen=True, slots=True)
class ScheduleVerdict:
    """The schedules in force by name, what they limit and hold, and the moment the next one begins or ends."""

    in_force: frozenset[str]
    ceilings: tuple[Ceiling, ...]
    holding: tuple[Ceiling, ...]
    next_due: float


def judge_schedules(state: State, limits: Limits, now: Now) -> ScheduleVerdict:
    """Judge every schedule. Without a trusted clock those in force stay, and a site that has schedules raises nothing."""
    when = calendar.reckon(state, now)
    names = frozenset(one.name for one in limits.schedules)
    in_force = _in_force(when.wall_s, limits)
    if not when.certain:
        in_force |= state.scheduled & names
    if now.wall_trusted and not when.certain:
        in_force |= _in_force(now.wall_s, limits)
    holding = (_UNKNOWN_HOURS,) if limits.schedules and not now.wall_trusted else ()
    ceilings = tuple(_ceiling(one) for one in limits.schedules if one.name in in_force)
    return ScheduleVerdict(in_force, ceilings, holding, _next_due(when.wall_s, limits, now))


def _ceiling(schedule: Schedule) -> Ceiling:
    reason = f"schedule {schedule.name}: at most {schedule.kw:.0f} kW"
    return Ceiling(RuleKind.SCHEDULE, f"schedule {schedule.name}", schedule.kw, reason, Cause.UTILITY)


def _in_force(wall_s: float | None, limits: Limits) -> frozenset[str]:
    if wall_s is None:
        return frozenset()
    return frozenset(
        one.name
        for one in limits.schedules
        if any(begins <= wall_s < ends for begins, ends in _windows(one, wall_s, limits.timezone))
    )


def _next_due(wall_s: float | None, limits: Limits, now: Now) -> float:
    if wall_s is None:
        return float("inf")
    turns = (turn for one in limits.schedules for window in _windows(one, wall_s, limits.timezone) for turn in window)
    return min((now.mono_s + turn - wall_s for turn in turns if turn > wall_s), default=float("inf"))


def _windows(schedule: Schedule, wall_s: float, zone: tzinfo) -> Iterator[tuple[float, float]]:
    """Begin and end, Unix seconds, of the hours that began yesterday, begin today, and begin tomorrow."""
    moment = calendar.local(wall_s, zone)
    for offset in (-1, 0, 1) if moment else ():
        assert moment is not None
        day = moment.date() + timedelta(days=offset)
        if day.weekday() in schedule.weekdays:
            last = day if schedule.until_minute > schedule.from_minute else day + timedelta(days=1)
            begins, earlier = _reached(day, schedule.from_minute, zone)
            ends = max(_reached(last, schedule.until_minute, zone))
            yield begins if begins < ends else earlier, ends  # hours that end with the skipped hour begin before it


def _reached(day: date, minute: int, zone: tzinfo) -> tuple[float, float]:
    """When a local time is reached, Unix seconds: with the offset before the clocks change, and with the one after."""
    moment = datetime.combine(day, time(minute // 60, minute % 60), zone)
    return moment.timestamp(), moment.replace(fold=1).timestamp()
