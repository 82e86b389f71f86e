"""A moment is told by the site's calendar, with its day where it is another, and what is none is unknown."""

import pytest

from services.shared.site_time import UNKNOWN, SiteTime

TIME = SiteTime("America/Chicago")
AT = 1_795_366_931.0
"""2026-11-22 11:02:11 in Chicago."""


@pytest.mark.parametrize(
    ("form", "today", "another_day"),
    [
        (TIME.clock, "11:02 CST", "2026-11-22 11:02 CST"),
        (TIME.exact, "11:02:11 CST", "2026-11-22 11:02:11 CST"),
        (TIME.brief, "11:02", "22 Nov 11:02"),
    ],
)
def test_each_form_has_the_day_only_where_it_is_another(form, today, another_day):
    assert form(AT, AT + 60) == form("2026-11-22T17:02:11+00:00", AT) == today
    assert form(AT, AT + 86_400) == another_day


@pytest.mark.parametrize("at", [None, float("nan"), 1e300, -1.0])
def test_what_is_no_moment_is_unknown(at):
    assert TIME.clock(at, AT) == TIME.brief(at, AT) == UNKNOWN


def test_for_a_program_it_has_the_offset():
    assert (TIME.iso(AT), TIME.iso(None)) == ("2026-11-22T11:02:11-06:00", None)
