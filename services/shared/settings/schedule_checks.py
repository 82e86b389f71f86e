"""What a [SCHEDULE name] must be: days that are days, and an hour that begins and ends."""

from collections.abc import Iterator

from services.shared.settings.places import wrong
from services.shared.settings.problems import Problem
from services.shared.settings.tree import WEEKDAYS, Settings


def schedule_problems(settings: Settings) -> Iterator[Problem]:
    """Both times, not the same, and known days."""
    for name, section in settings.schedules.items():
        for key in ("begins", "ends"):
            if not getattr(section, key):
                yield wrong(settings, f"SCHEDULE {name}", key, "nothing", "a time of the day such as 14:00")
        if section.begins and section.begins.zfill(5) == section.ends.zfill(5):
            allowed = "another time than begins; for a whole day 00:00 and 23:59"
            yield wrong(settings, f"SCHEDULE {name}", "ends", section.ends, allowed)
        for day in section.days:
            if day.lower() not in WEEKDAYS:
                yield wrong(settings, f"SCHEDULE {name}", "days", day, ", ".join(WEEKDAYS))
