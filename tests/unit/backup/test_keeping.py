"""Days are kept, not archives: what is made by hand pushes out no day."""

from services.backup import keeping
from services.shared.backups import Archive, Kind
from services.shared.settings.sections import Backup

DAY, NOON = 86_400.0, 1_795_003_200.0  # 2026-11-18 12:00 UTC


def left(made: list[Archive], **section: int) -> list[int]:
    """The numbers of those that stay."""
    gone = keeping.over(made, Backup(**section))
    return [one.number for one in made if one not in gone]


def days(kind: Kind, *ages_s: float) -> list[Archive]:
    return [Archive(number, "north", NOON - age_s, kind) for number, age_s in enumerate(ages_s, 1)]


def test_thirty_made_by_hand_within_the_hour_leave_each_day_before_as_it_was() -> None:
    ages = [n * DAY for n in range(20, 0, -1)]
    made = days(Kind.DAILY, *ages, *(1800.0 - 60.0 * n for n in range(30)))
    assert left(made) == [*range(8, 21), 48, 49, 50]  # 13 days and the newest three of today


def test_of_a_day_that_is_over_the_newest_stays() -> None:
    made = days(Kind.DAILY, 2 * DAY + 60, 2 * DAY, DAY + 120, DAY + 60, DAY, 0.0)
    assert left(made) == [2, 5, 6]


def test_of_months_and_of_hours_it_is_the_same() -> None:
    assert left(days(Kind.MONTHLY, 60 * DAY, 30 * DAY, *(100.0 - n for n in range(20)))) == [1, 2, 20, 21, 22]
    assert left(days(Kind.HOURLY, 7200.0, 3600.0, *(-n for n in range(60))), keep_hourly=3) == [1, 2, 60, 61, 62]


def test_the_newest_stays_whatever_its_clock_said() -> None:
    made = days(Kind.DAILY, 2 * DAY, -30_000 * DAY, DAY, NOON)
    assert left(made, keep_daily=2) == [3, 4]
    assert left(days(Kind.MONTHLY, 40 * DAY, NOON), keep_monthly=1) == [2]
    assert left([]) == []
