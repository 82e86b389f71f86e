"""Moments for people, by the site's calendar: one way for pages, messages and the command line."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

UNKNOWN = "an unknown time"
_LATEST_AT = 4_102_444_800.0  # 2100-01-01
Clock = Callable[[float | str | None], str]
"""A moment as it stands in a sentence, seen from now."""


class SiteTime:
    """The site's calendar. A moment is Unix seconds or ISO 8601 with its offset; none, and one outside 1970 to 2100, is unknown.

    The day is told where it is not that of `now_at`, Unix seconds.
    """

    def __init__(self, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)
        self.name = timezone

    def clock(self, at: float | str | None, now_at: float) -> str:
        """Such as `17:02 CST`, or `2026-11-22 17:02 CST`."""
        return self._told(at, now_at, "%H:%M %Z", "%Y-%m-%d %H:%M %Z")

    def exact(self, at: float | str | None, now_at: float) -> str:
        """With the seconds."""
        return self._told(at, now_at, "%H:%M:%S %Z", "%Y-%m-%d %H:%M:%S %Z")

    def brief(self, at: float | str | None, now_at: float) -> str:
        """For a headline: such as `17:02`, or `22 Nov 17:02`."""
        return self._told(at, now_at, "%H:%M", "%-d %b %H:%M")

    def iso(self, at: float | None) -> str | None:
        """Unix seconds as ISO 8601 with the site's offset."""
        return None if at is None else datetime.fromtimestamp(at, self.zone).isoformat(timespec="seconds")

    def _told(self, at: float | str | None, now_at: float, today: str, another_day: str) -> str:
        seconds = datetime.fromisoformat(at).timestamp() if isinstance(at, str) else at
        if seconds is None or not 0 <= seconds < _LATEST_AT:
            return UNKNOWN
        moment, now = datetime.fromtimestamp(seconds, self.zone), datetime.fromtimestamp(now_at, self.zone)
        return moment.strftime(today if moment.date() == now.date() else another_day)
