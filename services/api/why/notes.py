"""What to know of the records behind an answer: how old they were, what changed just after, whether the clock was trusted."""

import sqlalchemy as sa

from services.api.history.moments import Recorded
from services.api.history.rows import timestamp
from services.api.losses.recalled import Absence, absent
from services.api.why.gaps import Gap
from services.api.why.model import Calendar
from services.shared.spans import span

_OLD_MS = 15 * 60_000  # a row is written every `loop_interval_minutes` and at every change of mode
_MINUTE_MS = 60_000
_MOST = 5
_MOST_ABSENT = 3
_WITHIN = sa.text(
    "SELECT happened_ms, mode FROM events WHERE kind IN ('transition', 'decision') AND +kind = 'transition' AND mode <> ''"
    " AND happened_ms > :at AND happened_ms < :end ORDER BY happened_ms, id LIMIT :most"
)


def of_records(found: Recorded, at_ms: int) -> list[str]:
    """Rows that are old, and a clock that was not trusted."""
    notes, row, turn = [], found.state, found.transition
    if row is None or row["timestamp"] < timestamp(max(0, at_ms - _OLD_MS)):
        notes.append("no row of mine_states lies close before that moment: kW and temperature are older, or unknown")
    if (row is not None and not row["clock_trusted"]) or (turn is not None and not turn.clock_trusted):
        notes.append("the clock was not trusted then: the times may be wrong")
    return notes


def of_losses(connection: sa.Connection, at_ms: int, calendar: Calendar, now_at: float) -> list[str]:
    """Of a moment at which services or devices were lost: which, and from when until when; services first."""
    found = sorted(absent(connection, at_ms), key=lambda one: (one.is_device, one.from_at))
    told = [_absence(one, calendar, now_at) for one in found[:_MOST_ABSENT]]
    more = len(found) - _MOST_ABSENT
    return [*told, *([f"{more} more were lost at that moment"] if more > 0 else [])]


def _absence(one: Absence, calendar: Calendar, now_at: float) -> str:
    began = calendar.exact(one.from_at, now_at)
    until = "until now" if one.until_at is None else f"until {calendar.exact(one.until_at, now_at)}"
    what = f"{one.name} did not answer" if one.is_device else f"the {one.name} was lost"
    return f"{what} from {began} {until}" + (f": {one.reason}" if one.reason else "")


def of_the_minute(connection: sa.Connection, at_ms: int, calendar: Calendar, now_at: float) -> list[str]:
    """Of a moment named to the minute: the changes of mode that came within it."""
    if at_ms % _MINUTE_MS:
        return []
    turns = connection.execute(_WITHIN, {"at": at_ms, "end": at_ms + _MINUTE_MS, "most": _MOST})
    return [f"changed at {calendar.exact(ms / 1000, now_at)} to {mode.replace('_', ' ')}" for ms, mode in turns]


def of_a_start(gap: Gap | None, calendar: Calendar, now_at: float) -> list[str]:
    """Of a moment before which the controller had its last word, and after which it started: it was away for a part of that."""
    if gap is None or gap.until_ms is None:
        return []
    last = "" if gap.from_ms is None else f"; its last word before that is of {calendar.exact(gap.from_ms / 1000, now_at)}"
    return [f"the controller started at {calendar.exact(gap.until_ms / 1000, now_at)}{last}: in between it was away for a while"]


def of_unread(gap: Gap | None, calendar: Calendar, now_at: float) -> list[str]:
    """Of a moment at which nothing was read."""
    return [f"nothing was read {gap.words(calendar, now_at)}: what stands here of inputs is older"] if gap else []


def of_ages(decided_at: float | None, at_ms: int, calendar: Calendar, now_at: float) -> list[str]:
    """Inputs are kept with the decision: what was heard between it and the moment is not among them."""
    passed_s = 0.0 if decided_at is None else at_ms / 1000 - decided_at
    if decided_at is None or passed_s < 1.0:
        return []
    decided = f"at the decision at {calendar.exact(decided_at, now_at)}, {span(passed_s)} before the moment"
    return [f"inputs and signal are those {decided}: what was heard in between led to no other one, and is not told here"]
