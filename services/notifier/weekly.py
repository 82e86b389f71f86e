"""When the channels are tested each week, by the site's own wall clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of `datetime.weekday`."""


def last_due_at(when: str, zone: ZoneInfo, now_at: float) -> float | None:
    """The Unix seconds at which `when` (such as `mon 10:00`) came last, this moment included. None: never, for it is empty."""
    if not when:
        return None
    day, _, time = when.partition(" ")
    hour, _, minute = time.partition(":")
    now = datetime.fromtimestamp(now_at, zone)
    since_days = (now.weekday() - _DAYS.index(day)) % 7
    due = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0, fold=0) - timedelta(days=since_days)
    return due.timestamp() if due.timestamp() <= now_at else (due - timedelta(days=7)).timestamp()
