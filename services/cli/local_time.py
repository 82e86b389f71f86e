"""Moments for people: in the site's timezone, which is named."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.shared.settings import Settings


class SiteTime:
    """The site's calendar."""

    def __init__(self, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)

    def clock(self, at: float | None) -> str:
        """Unix seconds as hours and minutes with the zone, with the day where it is not today; `unknown` for none."""
        if at is None:
            return "unknown"
        moment = datetime.fromtimestamp(at, self.zone)
        today = moment.date() == datetime.now(self.zone).date()
        return moment.strftime("%H:%M %Z" if today else "%Y-%m-%d %H:%M %Z")

    def of_iso(self, text: str | None) -> str:
        """The same of ISO 8601."""
        return self.clock(None if text is None else datetime.fromisoformat(text).timestamp())


def of(settings: Settings) -> SiteTime:
    """The configured site's."""
    return SiteTime(settings.general.timezone)


def span(seconds: float | None) -> str:
    """So long, for a person: 40 s, 12 min, 3 h 5 min, 2 days."""
    if seconds is None:
        return "unknown"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes < 48 * 60 else f"{minutes // 1440} days"
