"""When the weekly test was due last, by the site's own wall clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.notifier.trial.weekly import last_due_at

CHICAGO = ZoneInfo("America/Chicago")


def at(text: str, zone: ZoneInfo = CHICAGO) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-23 10:00:00", "2026-11-23 10:00:00"),
        ("2026-11-23 09:59:59", "2026-11-16 10:00:00"),
        ("2026-11-24 03:00:00", "2026-11-23 10:00:00"),
        ("2026-11-22 23:59:59", "2026-11-16 10:00:00"),
        ("2027-01-01 12:00:00", "2026-12-28 10:00:00"),
    ],
)
def test_the_test_was_due_on_the_last_monday_at_ten(now: str, due: str) -> None:
    assert last_due_at("mon 10:00", CHICAGO, at(now)) == at(due)


def test_ten_stays_ten_when_the_clocks_change() -> None:
    assert last_due_at("sun 10:00", CHICAGO, at("2026-11-03 12:00")) == at("2026-11-01 10:00")
    assert last_due_at("sat 10:00", CHICAGO, at("2026-11-02 12:00")) == at("2026-10-31 10:00")


@pytest.mark.parametrize("when", ["sun 02:30", "sun 01:30"])
def test_an_hour_that_is_skipped_or_comes_twice_is_due_once(when: str) -> None:
    for day in ("2026-03-08", "2026-11-01"):
        hours = [last_due_at(when, CHICAGO, at(f"{day} 00:00") + 600 * step) for step in range(100)]
        assert len(set(hours)) == 2
        assert hours == sorted(hours, key=lambda one: one or 0.0)


def test_without_a_day_it_is_never_due() -> None:
    assert last_due_at("", CHICAGO, at("2026-11-23 10:00")) is None
