"""When the alarms' own report is due each month, by the site's own wall clock, and which month it tells of."""

from datetime import datetime
from zoneinfo import ZoneInfo

HOUR = 8
"""When people read; nobody is woken."""


def last_due_at(day: int, zone: ZoneInfo, now_at: float) -> float | None:
    """The Unix seconds of the last eight o'clock on this day (1 to 28) of a month, this moment included. None: never, day 0."""
    if day == 0:
        return None
    now = datetime.fromtimestamp(now_at, zone)
    due = now.replace(day=day, hour=HOUR, minute=0, second=0, microsecond=0, fold=0)
    return due.timestamp() if due.timestamp() <= now_at else _month_before(due).timestamp()


def month_of(due_at: float, zone: ZoneInfo) -> tuple[float, float]:
    """The month that a report tells of: from its day's midnight a month before to the day's midnight, in Unix seconds."""
    until = datetime.fromtimestamp(due_at, zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return _month_before(until).timestamp(), until.timestamp()


def name_of(due_at: float, zone: ZoneInfo) -> str:
    """The month in which it is due, such as 2026-11."""
    return datetime.fromtimestamp(due_at, zone).strftime("%Y-%m")


def _month_before(moment: datetime) -> datetime:
    year, month = (moment.year, moment.month - 1) if moment.month > 1 else (moment.year - 1, 12)
    return moment.replace(year=year, month=month)
