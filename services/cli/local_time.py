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
