"""A day as a person writes it: power events, faults, and when it begins, one on each line.

`event control 14:00-18:00 to 200 kW`, `fault pdu lost on pdu-3 14:00-16:00`, `fault controller killed at 15:10`, `begins 12:00`,
`hours 8`, `seed 7`. A line that begins with # is a note.
"""

import re
from dataclasses import dataclass

from services.controller.core.plant import Limits
from services.shared.vocabulary import Level
from services.simulator.twin.day import Day, Placed, PowerEvent
from services.simulator.twin.faults import LIBRARY, named
from services.simulator.twin.premises import Premises
from services.simulator.twin.targets import chosen

_TIME = r"(?:day (\d+) )?(\d{1,2}):(\d{2})(?::(\d{2}))?"
_SPAN = re.compile(rf"{_TIME}\s*-\s*{_TIME}")
_AT = re.compile(rf"\bat {_TIME}")
_AIM = re.compile(r"\b(to|by) (\d+(?:\.\d+)?)\s*kW\b", re.IGNORECASE)
_FROM = re.compile(r"\bfrom (\S+)")
_ANNOUNCED = re.compile(r"\bannounced (\d+(?:\.\d+)?)\s*min\b", re.IGNORECASE)
_BEFORE_S, _AFTER_S = 3600.0, 3 * 3600.0
_MOST_HOURS = 14 * 24.0
_DAY_S = 86_400.0
_LEVELS = tuple(level.value for level in Level if level is not Level.UNKNOWN)


class DayWrong(ValueError):
    """A day that cannot be understood; the text names what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the words of a day for one site."""

    limits: Limits
    premises: Premises

    def day(self, text: str) -> Day:
        """A whole file. Raises DayWrong with the line's number."""
        words: dict[str, list[str]] = {"event": [], "fault": [], "begins": [], "hours": [], "seed": []}
        for number, line in enumerate(text.splitlines(), 1):
            key, _, rest = line.strip().partition(" ")
            if not key or key.startswith("#"):
                continue
            if key not in words:
                raise DayWrong(f"line {number}: found {key!r}; allowed: {', '.join(words)}")
            words[key].append(rest.strip())
        begins = _one(words, "begins")
        return self.made(
            words["event"],
            words["fault"],
            hours=_number(_one(words, "hours"), "hours"),
            seed=int(_number(_one(words, "seed") or "1", "seed") or 0),
            begins_s=_moment(begins) if begins else None,
        )

    def made(self, events: list[str], faults: list[str], *, hours: float | None, seed: int, begins_s: float | None = None) -> Day:
        """A day of these events and faults: by default from an hour before the first of them to three hours after the last."""
        said = tuple(sorted((self.event(text) for text in events), key=lambda one: one.begins_s))
        wrong = tuple(sorted((self.fault(text) for text in faults), key=lambda one: one.begins_s))
        if not said and not wrong:
            raise DayWrong("a day without any event or fault shows nothing: name one, such as control 14:00-18:00")
        spans = [(one.begins_s, one.ends_s) for one in said] + [(one.begins_s, one.ends_s) for one in wrong]
        first = min(spans)[0] - _BEFORE_S if begins_s is None else begins_s
        last = max(ends for _, ends in spans) + _AFTER_S if hours is None else first + hours * 3600.0
        if not 0 < last - first <= _MOST_HOURS * 3600.0:
            raise DayWrong(f"found {(last - first) / 3600:g} hours; allowed: more than 0 and at most {_MOST_HOURS:g}")
        return Day(seed, first, last, said, wrong)

    def event(self, text: str) -> PowerEvent:
        """Such as `control 14:00-18:00 to 200 kW from utility announced 30 min`. Raises DayWrong."""
        begins, ends, rest = _span(text)
        level = rest.partition(" ")[0].lower()
        if level not in _LEVELS:
            raise DayWrong(f"event {text!r}: found {level!r} as its level; allowed: {', '.join(_LEVELS)}")
        rest = rest[len(level) :]
        aim, rest = _take(_AIM, rest)
        source, rest = _take(_FROM, rest)
        announced, rest = _take(_ANNOUNCED, rest)
        names = [one.name for one in self.limits.sources]
        name = source[1] if source else next(iter(names), "")
        if name not in names:
            raise DayWrong(
                f"event {text!r}: found source {name!r}; allowed: {', '.join(names) or 'none, this site has no source'}"
            )
        if rest.strip():
            raise DayWrong(f"event {text!r}: found {rest.strip()!r}; allowed: to N kW, by N kW, from SOURCE, announced N min")
        kw = float(aim[2]) if aim else None
        is_drop = aim is not None and aim[1].lower() == "by"
        lead_s = float(announced[1]) * 60 if announced else 0.0
        return PowerEvent(name, Level(level), begins, ends, None if is_drop else kw, kw if is_drop else None, lead_s)

    def fault(self, text: str) -> Placed:
        """Such as `foreman lies 14:00-15:00` or `outlet stuck on row-a 14:00-16:00`. Raises DayWrong."""
        at = _AT.search(text)
        if at:
            begins = ends = _seconds(*at.groups())
            rest = (text[: at.start()] + text[at.end() :]).strip()
        else:
            begins, ends, rest = _span(text)
        name, _, on = rest.partition(" on ")
        # Names such as "fan welded on" end in the word that leads to the place.
        known = next((one.name for one in LIBRARY if rest == one.name or rest.startswith(f"{one.name} on ")), name)
        on = rest[len(known) :].strip().removeprefix("on ").strip() if rest.startswith(known) else on
        try:
            fault = named(known)
            strikes = chosen(fault, on, self.limits, self.premises)
        except ValueError as error:
            raise DayWrong(f"fault {text!r}: {error}") from None
        if fault.is_moment:
            ends = begins
        elif ends <= begins:
            raise DayWrong(f"fault {text!r}: it lasts; allowed: hh:mm-hh:mm")
        return Placed(fault, on or "all of them" if len(strikes) > 1 else on or strikes[0], strikes, begins, ends)


def _span(text: str) -> tuple[float, float, str]:
    found = _SPAN.search(text)
    if found is None:
        raise DayWrong(f"{text!r}: no time was found; allowed: hh:mm-hh:mm, or at hh:mm for what happens once")
    groups = found.groups()
    begins, ends = _seconds(*groups[:4]), _seconds(*groups[4:])
    if ends <= begins and groups[4] is None:
        ends += _DAY_S  # after midnight
    if ends <= begins:
        raise DayWrong(f"{text!r}: it ends before it begins")
    return begins, ends, " ".join((text[: found.start()] + " " + text[found.end() :]).split())


def _seconds(day: str | None, hours: str, minutes: str, seconds: str | None) -> float:
    if int(hours) > 23 or int(minutes) > 59 or int(seconds or 0) > 59:
        raise DayWrong(f"found the time {hours}:{minutes}; allowed: 00:00 to 23:59")
    return (int(day or 1) - 1) * _DAY_S + int(hours) * 3600.0 + int(minutes) * 60.0 + int(seconds or 0)


def _moment(text: str) -> float:
    found = re.fullmatch(_TIME, text)
    if found is None:
        raise DayWrong(f"begins: found {text!r}; allowed: hh:mm")
    return _seconds(*found.groups())


def _take(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, str]:
    found = pattern.search(text)
    return (found, text[: found.start()] + text[found.end() :]) if found else (None, text)


def _one(words: dict[str, list[str]], key: str) -> str:
    if len(words[key]) > 1:
        raise DayWrong(f"{key} stands {len(words[key])} times; allowed: once")
    return words[key][0] if words[key] else ""


def _number(text: str, key: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise DayWrong(f"{key}: found {text!r}; allowed: a number") from None
