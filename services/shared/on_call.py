"""When somebody is on call, in the operator's words: `always`, `never`, or hours such as `mon-fri 07:00-19:00; sat 09:00-12:00`.

Hours are the site's own wall clock. An end before its begin lies on the next day: `fri 22:00-06:00` ends on Saturday. Of the
night on which clocks change, the hour that is skipped holds nobody and the one that comes twice holds twice.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Never

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of `datetime.weekday`."""
_DAY_MIN = 24 * 60
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)
_LONGEST = 1_000
ALLOWED = "allowed: always, never, or hours such as mon-fri 07:00-19:00; sat,sun 09:00-12:00"


@dataclass(frozen=True, slots=True)
class Hours:
    """On `days` (0 is Monday), from `begin_min` to before `end_min` after midnight; what is over 1440 is of the next day."""

    days: frozenset[int]
    begin_min: int
    end_min: int

    def holds(self, weekday: int, minute: int) -> bool:
        """Whether that minute (0 to 1439) of that weekday lies in them."""
        today = weekday in self.days and self.begin_min <= minute < self.end_min
        return today or ((weekday - 1) % 7 in self.days and minute + _DAY_MIN < self.end_min)


@dataclass(frozen=True, slots=True)
class OnCall:
    """`hours` empty and `always` false: never."""

    always: bool = False
    hours: tuple[Hours, ...] = ()

    @property
    def never(self) -> bool:
        """Only when an emergency escalates."""
        return not self.always and not self.hours

    def holds(self, local: datetime) -> bool:
        """Whether it holds at a moment of the site's own wall clock."""
        minute = local.hour * 60 + local.minute
        return self.always or any(hours.holds(local.weekday(), minute) for hours in self.hours)


def parse_on_call(text: str) -> OnCall:
    """Read the operator's words. Raises ValueError with what was found and what is allowed."""
    words = re.sub(r" ?([-,;]) ?", r"\1", " ".join(text.lower().split()))
    if words in ("", "always"):
        return OnCall(always=True)
    if words == "never":
        return OnCall()
    if len(words) > _LONGEST:
        raise ValueError(f"longer than {_LONGEST} characters; {ALLOWED}")
    return OnCall(hours=tuple(_hours(part) for part in words.split(";") if part.strip()) or _refuse(text))


def _hours(part: str) -> Hours:
    days, _, times = part.strip().rpartition(" ")
    if not re.search(r"\d", times):
        days, times = part.strip(), "00:00-24:00"
    begin, separator, end = times.partition("-")
    begin_min, end_min = _minute(begin, part), _minute(end, part)
    if not separator or begin_min in {end_min, _DAY_MIN}:
        _refuse(part)
    return Hours(_days(days, part), begin_min, end_min if end_min > begin_min else end_min + _DAY_MIN)


def _days(text: str, part: str) -> frozenset[int]:
    if not text.strip():
        return frozenset(range(7))
    found: set[int] = set()
    for word in text.replace(" ", "").split(","):
        first, _, last = word.partition("-")
        last = last or first
        if first not in _DAYS or last not in _DAYS:
            _refuse(part)
        begin = _DAYS.index(first)
        found |= {(begin + step) % 7 for step in range((_DAYS.index(last) - begin) % 7 + 1)}
    return frozenset(found)


def _minute(text: str, part: str) -> int:
    time = _TIME.fullmatch(text)
    if time is None or (minute := int(time[1]) * 60 + int(time[2])) > _DAY_MIN:
        _refuse(part)
    return minute


def _refuse(text: str) -> Never:
    raise ValueError(f"found {text.strip()[:60]!r}; {ALLOWED}")
