"""Moments for people at a terminal: in the site's timezone, seen from now."""

import time
from functools import partial

from services.shared.settings import Settings
from services.shared.site_time import Clock, SiteTime


def clock(timezone: str) -> Clock:
    """Of a site's calendar."""
    return partial(SiteTime(timezone).clock, now_at=time.time())


def of(settings: Settings) -> Clock:
    """Of the configured site's."""
    return clock(settings.general.timezone)
