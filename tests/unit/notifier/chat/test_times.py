"""How long, as people write it, in the site's time zone."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.notifier.chat.command import Wrong
from services.notifier.chat.how_long import how_long
from services.shared.clock import Moment
from services.shared.site_time import SiteTime

TIME = SiteTime("America/Chicago")


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> Moment:
    return Moment(0.0, datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("America/Chicago")).timestamp(), True, "b")


NOON = at(2027, 1, 15, 12)


@pytest.mark.parametrize(
    ("words", "minutes", "rest"),
    [
        ("30", 30, ""), ("30 min 200", 30, "200"), ("30min 200 kW", 30, "200 kW"), ("2h", 120, ""), ("1.5 hours all", 90, "all"),
        ("until 18:00 200", 360, "200"), ("18:00", 360, ""), ("for 5 m", 5, ""), ("until 11:00", 23 * 60, ""),
        ("12:00", 1440, ""), ("until 0:30", 750, ""),
    ],
)  # fmt: skip
def test_a_length_or_a_time_of_day_is_minutes(words: str, minutes: float, rest: str) -> None:
    assert how_long(words.split(), NOON, TIME.zone) == (minutes, rest.split())


@pytest.mark.parametrize(
    "words", ["", "until", "0", "-1", "1441", "25h", "24:00", "12:60", "soon", "1e9", "nan", "٣٠", "99999999999999"]
)  # fmt: skip
def test_anything_else_is_refused_with_what_is_allowed(words: str) -> None:
    with pytest.raises(Wrong, match=r"llowed is a number of minutes, such as 30"):
        how_long(words.split(), NOON, TIME.zone)


def test_the_night_of_the_changed_clock_is_as_long_as_it_is() -> None:
    assert how_long(["6:00"], at(2027, 3, 13, 22), TIME.zone)[0] == 7 * 60  # an hour is skipped
    assert how_long(["6:00"], at(2027, 11, 6, 22), TIME.zone)[0] == 9 * 60  # an hour comes twice


def test_without_a_trusted_clock_a_time_of_day_means_nothing_and_minutes_do() -> None:
    untrusted = replace(NOON, wall_trusted=False)
    with pytest.raises(Wrong, match="not trusted"):
        how_long(["18:00"], untrusted, TIME.zone)
    assert how_long(["30"], untrusted, TIME.zone) == (30, [])


def test_a_moment_is_told_with_its_zone_and_its_day_if_not_today() -> None:
    assert TIME.clock(NOON.wall_s + 60, NOON.wall_s) == "12:01 CST"
    assert TIME.clock(NOON.wall_s + 86_400, NOON.wall_s) == "2027-01-16 12:00 CST"
    assert (
        TIME.clock(float("nan"), NOON.wall_s)
        == TIME.clock(None, NOON.wall_s)
        == TIME.clock(1e300, NOON.wall_s)
        == "an unknown time"
    )
