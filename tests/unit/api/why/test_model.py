"""Moments as people say them, in the site's timezone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.api.why.model import Calendar, WhyLoad, sentence
from services.api.why.words import tidy

ZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=ZONE).timestamp()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("14:05", "2026-11-22T14:05:00-06:00"),
        ("9:05", "2026-11-22T09:05:00-06:00"),
        ("14:05:30", "2026-11-22T14:05:30-06:00"),
        ("9:05:30", "2026-11-22T09:05:30-06:00"),
        ("23:00", "2026-11-21T23:00:00-06:00"),
        ("2026-11-22T20:05:00Z", "2026-11-22T14:05:00-06:00"),
        ("2026-11-22 14:05", "2026-11-22T14:05:00-06:00"),
        ("2026-07-01T14:05", "2026-07-01T14:05:00-05:00"),
        ("1795377900", "2026-11-22T14:05:00-06:00"),
    ],
)
def test_a_moment_is_understood_as_the_site_says_it(text: str, said: str) -> None:
    calendar = Calendar("America/Chicago")
    assert calendar.iso(calendar.moment(text, NOW)) == said


@pytest.mark.parametrize(
    "text", ["", "noon", "25:00", "14:61", "-5", "1e400", "9999-99-99", "14:05; drop table", "²", "99999999999"]
)
def test_anything_else_is_no_moment(text: str) -> None:
    assert Calendar("America/Chicago").moment(text, NOW) is None


def test_unknown_is_said_and_never_zero() -> None:
    load = WhyLoad(measured_kw=None, target_kw=None, unknown_kw=None, as_of=None)
    assert sentence("curtailed", None, load, []) == "curtailed, load not measured"
    load = WhyLoad(measured_kw=3.5, target_kw=0.0, unknown_kw=12.0, as_of=None)
    assert sentence("thermal_limit", "14:02 CST", load, ["too warm"]) == (
        "thermal limit since 14:02 CST, 3.5 kW on, 12.0 kW unknown: too warm"
    )


def test_the_load_is_told_once_and_not_again_as_it_was_at_the_decision() -> None:
    load = WhyLoad(measured_kw=12.0, target_kw=0.0, unknown_kw=None, as_of=None)
    reasons = ["utility signal: Control", "18 kW of 40 kW still on, 0 kW unknown", "restoring: 248 of 360 kW released"]
    assert sentence("curtailing", None, load, reasons) == "curtailing, 12.0 kW on: utility signal: Control"
    assert sentence("curtailing", None, load, reasons[1:], "09:47:50 CST") == "curtailing, 12.0 kW on at 09:47:50 CST"


def test_a_reason_that_nobody_gave_leaves_no_colon_and_kw_are_told_to_a_tenth() -> None:
    load = WhyLoad(measured_kw=125.13000000000001, target_kw=None, unknown_kw=None, as_of=None)
    reasons = ["forced signal control by bob: ", "raised no further than 125.13000000000001 kW: breaker"]
    assert sentence("curtailed", None, load, reasons) == (
        "curtailed, 125.1 kW on: forced signal control by bob; raised no further than 125.1 kW: breaker"
    )
    assert tidy("forced signal control by ann: ; other") == "forced signal control by ann; other"
