"""How long, as people write it: a number of minutes, or a time of day by the site's calendar."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.notifier.chat.command import Wrong
from services.shared.clock import Moment

MOST_MINUTES = 1440.0
ALLOWED = "allowed is a number of minutes, such as 30, or a time of day, such as until 18:00 (at most 24 h)"
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_LENGTH = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(m|min|minutes?|h|hours?)?", re.IGNORECASE | re.ASCII)
_UNIT = re.compile(r"m|min|minutes?|h|hours?", re.IGNORECASE | re.ASCII)


def how_long(words: Sequence[str], now: Moment, zone: ZoneInfo) -> tuple[float, list[str]]:
    """How long, from the first words, and the words after them. Raises Wrong."""
    rest = list(words)
    if rest and rest[0].lower() in ("until", "for"):
        rest.pop(0)
    if not rest:
        raise Wrong(f"How long? {ALLOWED.capitalize()}.")
    word = rest.pop(0)
    if clock := _CLOCK.fullmatch(word):
        return _until(int(clock[1]), int(clock[2]), now, zone), rest
    length = _LENGTH.fullmatch(word)
    if length is None:
        raise Wrong(f"Found {word[:40]!r} for how long; {ALLOWED}.")
    unit = length[2] or (rest.pop(0) if rest and _UNIT.fullmatch(rest[0]) else "min")
    return _checked(float(length[1]) * (60 if unit.lower().startswith("h") else 1)), rest


def _until(hour: int, minute: int, now: Moment, zone: ZoneInfo) -> float:
    if not now.wall_trusted:
        raise Wrong("The site's clock is not trusted now, so a time of day means nothing: give minutes, such as 30.")
    if hour > 23 or minute > 59:
        raise Wrong(f"Found {hour}:{minute:02d}; {ALLOWED}.")
    today = datetime.fromtimestamp(now.wall_s, zone).date()
    moments = [datetime.combine(today + timedelta(days=days), time(hour, minute), zone).timestamp() for days in (0, 1)]
    return _checked((next(at for at in (*moments, moments[1] + 86_400) if at > now.wall_s) - now.wall_s) / 60)


def _checked(minutes: float) -> float:
    if not 0 < minutes <= MOST_MINUTES:
        raise Wrong(f"Found {minutes:g} minutes; {ALLOWED}.")
    return minutes
