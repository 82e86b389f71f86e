"""Moments for people at a terminal: in the site's timezone, seen from now."""

import time
from functools import partial

from services.shared.settings import Settings
from services.shared.site_time import Clock, SiteTime


def clock(timezone: str) -> Clock:
    """Of a site's calendar."""
    return partial(SiteTime(timezone).clock, now_at=time.time())


def dated(settings: Settings) -> Clock:
    """As `of`, and with the day also where it is today: for what stands in records."""
    return partial(SiteTime(settings.general.timezone).clock, now_at=0.0)


def of(settings: Settings) -> Clock:
    """Of the configured site's."""
    return clock(settings.general.timezone)
