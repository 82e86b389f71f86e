"""When somebody is on call."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shared.on_call import parse_on_call

MON, FRI, SAT, SUN = 16, 20, 21, 22  # days of November 2026


def holds(text: str, day: int, hour: int, minute: int = 0) -> bool:
    return parse_on_call(text).holds(datetime(2026, 11, day, hour, minute))  # noqa: DTZ001  the site's own wall clock


@pytest.mark.parametrize(
    ("text", "day", "hour", "on_call"),
    [
        ("always", SUN, 3, True),
        ("", SUN, 3, True),
        ("Never", MON, 12, False),
        ("mon-fri 07:00-19:00", MON, 7, True),
        ("mon-fri 07:00-19:00", FRI, 18, True),
        ("mon-fri 07:00-19:00", FRI, 19, False),
        ("mon-fri 07:00-19:00", SAT, 12, False),
        ("mon-fri 07:00-19:00; sat,sun 09:00-12:00", SUN, 11, True),
        ("Mon - Fri  7:00 - 19:00 ;sat , sun 09:00-12:00", SAT, 9, True),
        ("fri-mon 00:00-24:00", SUN, 23, True),
        ("fri 22:00-06:00", FRI, 23, True),
        ("fri 22:00-06:00", SAT, 5, True),
        ("fri 22:00-06:00", SAT, 6, False),
        ("fri 22:00-06:00", FRI, 5, False),
        ("sun 22:00-06:00", MON, 5, True),
        ("19:00-07:00", MON, 2, True),
        ("sat,sun", SAT, 0, True),
        ("sat,sun", FRI, 23, False),
    ],
)
def test_hours_hold_as_they_are_written(text: str, day: int, hour: int, on_call: bool) -> None:
    assert holds(text, day, hour) is on_call


@pytest.mark.parametrize(
    "text",
    ["sometimes", "mon-fri 7-19", "25:00-26:00", "24:30-25:00", "mon 08:00", "xyz 08:00-09:00", "08:00-08:00", ";", "24:00-08:00",
     "mon-fri 07:00-19:00, sat", "x" * 5_000, "mon 08:00-09:00-10:00", "٠٧:00-19:00"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="allowed: always, never, or hours such as"):
        parse_on_call(text)


@given(st.text(max_size=40))
def test_no_text_does_anything_but_hold_or_be_refused(text: str) -> None:
    try:
        parse_on_call(text).holds(datetime(2026, 11, MON, 12, 0))  # noqa: DTZ001  the site's own wall clock
    except ValueError as error:
        assert "allowed" in str(error)
