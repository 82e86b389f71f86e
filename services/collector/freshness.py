"""A page's own time: read, and judged old. A page that says nothing new is old whatever our clock says."""

import math
import re
from datetime import datetime, tzinfo

from services.collector.extract import NotFound
from services.collector.levels import collapse, text_for_people
from services.shared.clock import Moment
from services.shared.spans import span

AHEAD_S = 300.0
"""A time further in the future than this is not believed."""


class Freshness:
    """Judges the times that one source tells in turn."""

    def __init__(self, max_age_s: float) -> None:
        self._max_age_s = max_age_s
        self._told_at: float | None = None
        self._first_seen_mono_s = 0.0

    def require(self, told_at: float, now: Moment) -> None:
        """Raise NotFound when a time (Unix seconds) is stale or in the future.

        Without a trusted clock of our own, age is how long the source has told this same time.
        """
        if told_at != self._told_at:
            self._told_at, self._first_seen_mono_s = told_at, now.mono_s
        age_s = now.wall_s - told_at if now.wall_trusted else now.mono_s - self._first_seen_mono_s
        if age_s > self._max_age_s:
            raise NotFound(f"stale: its own time is {span(age_s)} old, at most {span(self._max_age_s)} is allowed")
        if age_s < -AHEAD_S:
            raise NotFound(f"its own time lies {span(-age_s)} in the future")


def moment_of(text: str, time_format: str, zone: tzinfo, now_s: float) -> float:
    """Unix seconds of a page's own time; in the hour that comes twice in autumn the reading nearest to `now_s` counts.

    Raises NotFound.
    """
    return min(moments_of(text, time_format, zone), key=lambda at: math.fabs(at - now_s))


def moments_of(text: str, time_format: str, zone: tzinfo) -> tuple[float, ...]:
    """Every reading of a time, Unix seconds: by its strptime format, else ISO 8601 or Unix seconds. Raises NotFound.

    Times without a zone are the site's, which has two readings of the hour that comes twice.
    """
    text = collapse(text)
    try:
        if not time_format and re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,9})?", text):
            return (float(text),)
        read = datetime.strptime(text, time_format) if time_format else datetime.fromisoformat(text)  # noqa: DTZ007 - below
        if read.tzinfo is not None:
            return (read.timestamp(),)
        return tuple(read.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
    except (ValueError, OverflowError, re.error):
        raise NotFound(f"a time that cannot be read: {text_for_people(text)!r}") from None
