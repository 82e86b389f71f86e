"""Whether the calendar may be believed. Ages and dwell never use it; planned events and control hours do.

A calendar that jumps against the monotonic clock of the same boot is doubtful. While in doubt the old line is reckoned on by
the monotonic clock: something may begin by it, nothing ends by it. Daylight saving moves no Unix second, so it is no jump.
"""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from services.controller.core.memory import Calendar, State
from services.controller.core.moments import Now, Stamp

_JUMP_S = 60.0
_BELIEVED_AFTER_S = 43_200.0  # longer than any event: a wrong time server must not end one
_DRIFT_S = 1.0  # the line follows slow corrections, written down only now and then


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The calendar as far as it is known: Unix seconds, None where nothing tells them; `certain`: something may end by it."""

    wall_s: float | None
    certain: bool


def trusted(state: State, now: Now) -> bool:
    """Whether the clock is trusted and stands on its old line, or has stood on a new one for 12 hours."""
    calendar = _of_this_boot(state, now)
    if not now.wall_trusted or calendar is None or _apart_s(calendar.line, now) <= _JUMP_S:
        return now.wall_trusted
    other = calendar.other
    return other is not None and _apart_s(other, now) <= _JUMP_S and now.mono_s - other.mono_s >= _BELIEVED_AFTER_S


def reckon(state: State, now: Now) -> Reckoned:
    """The calendar now: the clock where it is trusted, else the old line of this boot, else unknown."""
    if trusted(state, now):
        return Reckoned(now.wall_s, True)
    calendar = _of_this_boot(state, now)
    return Reckoned(calendar.line.wall_s + now.mono_s - calendar.line.mono_s if calendar else None, False)


def remember(state: State, now: Now) -> Calendar | None:
    """What is kept of the calendar for the next decision; None until the clock was trusted once in this boot."""
    calendar = _of_this_boot(state, now)
    if not now.wall_trusted:
        return calendar and replace(calendar, other=None)
    if calendar is None:
        return Calendar(now)
    if trusted(state, now):
        is_steady = calendar.other is None and _apart_s(calendar.line, now) <= _DRIFT_S
        return calendar if is_steady else Calendar(now)
    if calendar.other is not None and _apart_s(calendar.other, now) <= _JUMP_S:
        return calendar
    return Calendar(calendar.line, now)


def local(wall_s: float, zone: tzinfo) -> datetime | None:
    """Unix seconds as the contract's local time; None for what is no date."""
    try:
        return datetime.fromtimestamp(wall_s, zone)
    except (ValueError, OverflowError, OSError):
        return None


def told(wall_s: float, zone: tzinfo) -> str:
    """Unix seconds in words, such as "Sun 22 Nov 14:00"."""
    moment = local(wall_s, zone)
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}" if moment else "a time that is none"


def _of_this_boot(state: State, now: Now) -> Calendar | None:
    calendar = state.calendar
    return calendar if calendar is not None and calendar.line.host_boot == now.host_boot else None


def _apart_s(line: Stamp, now: Now) -> float:
    return abs((now.wall_s - now.mono_s) - (line.wall_s - line.mono_s))
