"""When the month's report was due last, by the site's own wall clock, and of which month it tells."""

from zoneinfo import ZoneInfo

import pytest

from services.notifier.monthly import last_due_at, month_of, name_of
from tests.unit.notifier.test_weekly import CHICAGO, at


@pytest.mark.parametrize(
    ("day", "now", "due"),
    [
        (1, "2026-11-01 08:00:00", "2026-11-01 08:00:00"),
        (1, "2026-11-01 07:59:59", "2026-10-01 08:00:00"),
        (1, "2026-11-30 23:00:00", "2026-11-01 08:00:00"),
        (28, "2027-01-02 12:00:00", "2026-12-28 08:00:00"),
        (1, "2027-01-01 07:00:00", "2026-12-01 08:00:00"),
        (28, "2027-02-28 09:00:00", "2027-02-28 08:00:00"),
    ],
)
def test_the_report_was_due_at_eight_on_its_day(day: int, now: str, due: str) -> None:
    assert last_due_at(day, CHICAGO, at(now)) == at(due)


def test_day_0_is_never() -> None:
    assert last_due_at(0, CHICAGO, at("2026-11-01 08:00")) is None


def test_it_tells_of_the_month_before_as_the_sites_calendar_has_it() -> None:
    assert month_of(at("2026-12-01 08:00"), CHICAGO) == (at("2026-11-01 00:00"), at("2026-12-01 00:00"))  # 30 days and an hour
    assert month_of(at("2027-01-15 08:00"), CHICAGO) == (at("2026-12-15 00:00"), at("2027-01-15 00:00"))


def test_a_month_is_named_by_the_sites_calendar() -> None:
    assert name_of(at("2026-11-01 08:00"), CHICAGO) == "2026-11"
    assert name_of(at("2026-11-01 08:00", ZoneInfo("Pacific/Kiritimati")), ZoneInfo("Pacific/Kiritimati")) == "2026-11"
