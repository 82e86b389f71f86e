"""Moments and lengths as people write and read them in the chat: in the site's time zone."""

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


class SiteTime:
    """The site's calendar."""

    def __init__(self, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)

    def clock(self, at: float | None, now: Moment) -> str:
        """Unix seconds as hours and minutes with the zone, with the day where it is not today."""
        if at is None or not 0 <= at < 4_102_444_800:
            return "an unknown time"
        moment = datetime.fromtimestamp(at, self.zone)
        today = moment.date() == datetime.fromtimestamp(now.wall_s, self.zone).date()
        return moment.strftime("%H:%M %Z" if today else "%Y-%m-%d %H:%M %Z")

    def minutes(self, words: Sequence[str], now: Moment) -> tuple[float, list[str]]:
        """How long, from the first words, and the words after them. Raises Wrong."""
        rest = list(words)
        if rest and rest[0].lower() in ("until", "for"):
            rest.pop(0)
        if not rest:
            raise Wrong(f"How long? {ALLOWED.capitalize()}.")
        word = rest.pop(0)
        if clock := _CLOCK.fullmatch(word):
            return self._until(int(clock[1]), int(clock[2]), now), rest
        length = _LENGTH.fullmatch(word)
        if length is None:
            raise Wrong(f"Found {word[:40]!r} for how long; {ALLOWED}.")
        unit = length[2] or (rest.pop(0) if rest and _UNIT.fullmatch(rest[0]) else "min")
        return _checked(float(length[1]) * (60 if unit.lower().startswith("h") else 1)), rest

    def _until(self, hour: int, minute: int, now: Moment) -> float:
        if not now.wall_trusted:
            raise Wrong("The site's clock is not trusted now, so a time of day means nothing: give minutes, such as 30.")
        if hour > 23 or minute > 59:
            raise Wrong(f"Found {hour}:{minute:02d}; {ALLOWED}.")
        today = datetime.fromtimestamp(now.wall_s, self.zone).date()
        moments = [datetime.combine(today + timedelta(days=days), time(hour, minute), self.zone).timestamp() for days in (0, 1)]
        return _checked((next(at for at in (*moments, moments[1] + 86_400) if at > now.wall_s) - now.wall_s) / 60)


def _checked(minutes: float) -> float:
    if not 0 < minutes <= MOST_MINUTES:
        raise Wrong(f"Found {minutes:g} minutes; {ALLOWED}.")
    return minutes
