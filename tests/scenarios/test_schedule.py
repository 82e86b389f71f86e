"""Control hours known in advance: local time, the days when clocks change, a clock that is not trusted."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from services.controller.core import calendar
from services.controller.core.memory import Cause, Phase, State
from services.controller.core.moments import Now
from services.controller.core.plant import Schedule
from services.controller.core.schedule import judge_schedules
from services.shared.vocabulary import LoadTarget
from tests.plant import Site, limits, moment

CHICAGO = ZoneInfo("America/Chicago")
EVERY_DAY = frozenset(range(7))
FALL, SPRING = (2026, 11, 1), (2027, 3, 14)


def hours(begins, ends, days=EVERY_DAY, name="peak", kw=6.0):
    """A schedule from and until "14:00"."""

    def minute(text):
        return int(text[:2]) * 60 + int(text[3:])

    return Schedule(name, days, minute(begins), minute(ends), kw)


def unix(day, clock, fold=0):
    """Unix seconds of a local time in Chicago."""
    return datetime(*day, int(clock[:2]), int(clock[3:]), tzinfo=CHICAGO, fold=fold).timestamp()


class Hours:
    """A site with schedules whose clock is set to any moment; each setting is a boot of its own unless told otherwise."""

    def __init__(self, *schedules, **changes):
        self.limits = limits(schedules=schedules, timezone=CHICAGO, **changes)
        self.state = State(Phase.STARTING, started=moment(0.0))

    def at(self, wall_s, mono_s=0.0, trusted=True, boot=None):
        now = Now(mono_s, wall_s, trusted, boot or f"boot-{wall_s}")
        verdict = judge_schedules(self.state, self.limits, now)
        self.state = replace(self.state, scheduled=verdict.in_force, calendar=calendar.remember(self.state, now))
        return verdict

    def is_on(self, wall_s):
        return bool(self.at(wall_s).in_force)


def begins_and_ends(site, day, clock="00:00", seconds=26 * 3600):
    """When the hours begin and end within a day, minutes after the clock given, by looking each minute."""
    start = unix(day, clock)
    looked = [site.is_on(start + at) for at in range(0, seconds, 60)]
    return [(start + 60 * i, after) for i, (before, after) in enumerate(pairwise(looked), 1) if before != after]


def test_within_its_hours_a_schedule_is_the_utilitys_control():
    (ceiling,) = Hours(hours("14:00", "19:00")).at(unix(FALL, "15:00")).ceilings
    assert (ceiling.rule, ceiling.kw, ceiling.cause, ceiling.scope) == ("schedule peak", 6.0, Cause.UTILITY, "site")
    assert ceiling.reason == "schedule peak: at most 6 kW"


def test_a_site_within_its_hours_keeps_what_they_allow_and_cuts_the_rest_by_sleep():
    site = Site(limits(schedules=(hours("14:15", "15:00"),)))  # its clock begins at 14:13:20
    site.settle(90.0)
    assert site.at(99.9).targets.loads.count(LoadTarget.SLEEP) == 0
    decision = site.at(100.0)
    assert decision.targets.loads.count(LoadTarget.RUN) == 2
    assert decision.limited_by == "schedule peak"


@pytest.mark.parametrize("day", [FALL, SPRING, (2026, 7, 1)])
def test_two_to_seven_is_two_to_seven_local_on_every_day_of_the_year(day):
    site = Hours(hours("14:00", "19:00"))
    assert begins_and_ends(site, day) == [(unix(day, "14:00"), True), (unix(day, "19:00"), False)]
    assert not site.is_on(unix(day, "14:00") - 0.001)
    assert site.is_on(unix(day, "14:00"))
    assert site.is_on(unix(day, "19:00") - 0.001)
    assert not site.is_on(unix(day, "19:00"))


def test_hours_in_the_repeated_hour_begin_once_and_last_until_it_is_over():
    turns = begins_and_ends(Hours(hours("01:30", "02:30")), FALL, seconds=8 * 3600)
    assert turns == [(unix(FALL, "01:30", fold=0), True), (unix(FALL, "02:30"), False)]
    assert turns[1][0] - turns[0][0] == 2 * 3600


def test_hours_that_end_in_the_repeated_hour_end_when_it_is_reached_for_the_last_time():
    turns = begins_and_ends(Hours(hours("00:30", "01:30")), FALL, seconds=8 * 3600)
    assert turns == [(unix(FALL, "00:30"), True), (unix(FALL, "01:30", fold=1), False)]


def test_hours_that_reach_into_the_skipped_hour_begin_once_and_keep_their_length():
    turns = begins_and_ends(Hours(hours("01:30", "02:30")), SPRING, seconds=8 * 3600)
    assert turns == [(unix(SPRING, "01:30"), True), (unix(SPRING, "03:30"), False)]
    assert turns[1][0] - turns[0][0] == 3600


def test_hours_that_lie_in_the_skipped_hour_are_not_lost():
    turns = begins_and_ends(Hours(hours("02:15", "02:45")), SPRING, seconds=8 * 3600)
    assert turns == [(unix(SPRING, "03:15"), True), (unix(SPRING, "03:45"), False)]


def test_hours_that_end_with_the_skipped_hour_begin_before_it():
    turns = begins_and_ends(Hours(hours("02:30", "03:30")), SPRING, seconds=8 * 3600)
    assert turns == [(unix(SPRING, "01:30"), True), (unix(SPRING, "03:30"), False)]


def test_hours_over_midnight_belong_to_the_day_they_begin_on():
    sunday = frozenset({6})
    site = Hours(hours("22:00", "03:00", sunday))
    assert not site.is_on(unix(FALL, "02:00"))
    assert site.is_on(unix(FALL, "22:00"))
    assert site.is_on(unix((2026, 11, 2), "02:59"))
    assert not site.is_on(unix((2026, 11, 2), "03:00"))
    assert not site.is_on(unix((2026, 11, 2), "22:00"))


def test_a_schedule_counts_on_its_weekdays_alone_and_the_lowest_of_several_is_named_too():
    workdays = hours("14:00", "19:00", frozenset(range(5)), "work", 9.0)
    site = Hours(workdays, hours("15:00", "16:00", name="daily"))
    assert [one.rule for one in site.at(unix(FALL, "15:30")).ceilings] == ["schedule daily"]
    assert [one.kw for one in site.at(unix((2026, 11, 2), "15:30")).ceilings] == [9.0, 6.0]


def test_the_next_turn_is_named_exactly():
    site = Hours(hours("14:00", "19:00"))
    wall_s = unix(FALL, "13:59")
    assert site.at(wall_s, 100.0, boot="b").next_due == pytest.approx(160.0)
    assert site.at(wall_s + 60.0, 160.0, boot="b").next_due == pytest.approx(160.0 + 5 * 3600)
    assert Hours().at(wall_s).next_due == float("inf")


def test_where_the_clock_was_never_trusted_nothing_is_raised_and_nothing_dropped():
    site = Hours(hours("14:00", "19:00"))
    verdict = site.at(3.0, trusted=False)
    assert (verdict.ceilings, verdict.next_due) == ((), float("inf"))
    (hold,) = verdict.holding
    assert (hold.kw, hold.reason) == (0.0, "the clock is not trusted, control hours cannot be known")
    assert not site.at(unix(FALL, "12:00")).holding


def test_a_site_without_schedules_needs_no_clock():
    assert Hours().at(3.0, trusted=False).holding == ()


def test_hours_in_force_stay_in_force_until_the_clock_is_trusted_again():
    site = Hours(hours("14:00", "19:00"))
    site.at(unix(FALL, "15:00"))
    assert site.at(3.0, trusted=False).in_force == {"peak"}
    assert site.at(1e6, mono_s=1e6, trusted=False).in_force == {"peak"}
    assert site.at(unix(FALL, "20:00")).in_force == frozenset()


def test_hours_that_are_no_longer_configured_are_forgotten():
    site = Hours(hours("14:00", "19:00"))
    site.at(unix(FALL, "15:00"))
    site.limits = limits(schedules=(hours("01:00", "02:00", name="other"),))
    assert site.at(3.0, trusted=False).in_force == frozenset()


def test_hours_begin_in_time_though_the_clock_is_no_longer_trusted_in_this_boot():
    site = Hours(hours("14:00", "19:00"))
    site.at(unix(FALL, "13:00"), 0.0, boot="b")
    assert not site.at(5.0, 3599.0, trusted=False, boot="b").in_force
    begun = site.at(5.0, 3600.0, trusted=False, boot="b")
    assert begun.in_force and begun.holding
    assert site.at(5.0, 90_000.0, trusted=False, boot="b").in_force, "it does not end by a calendar in doubt"


@pytest.mark.parametrize("days", [14, -14])
def test_a_calendar_that_jumps_by_two_weeks_over_a_change_of_clocks_ends_nothing_and_holds_nothing(days):
    site = Hours(hours("14:00", "19:00"))
    day = (2026, 10, 25) if days > 0 else (2026, 11, 8)
    site.at(unix(day, "14:30"), 0.0, boot="b")
    jumped = site.at(unix(day, "14:30") + 86_400.0 * days, 0.0, boot="b")
    assert jumped.in_force == {"peak"}
    assert not jumped.holding


def test_hours_of_the_calendar_jumped_to_begin_at_once_and_end_only_when_it_is_believed():
    site = Hours(hours("14:00", "19:00"))
    site.at(unix(FALL, "12:00"), 0.0, boot="b")
    assert site.at(unix(FALL, "18:00"), 1.0, boot="b").in_force == {"peak"}
    assert site.at(unix(FALL, "12:00") + 2.0, 2.0, boot="b").in_force == frozenset(), "the clock is back on its line"


def test_a_clock_beyond_all_dates_is_no_calendar_and_stops_nothing():
    assert Hours(hours("14:00", "19:00")).at(1e17).in_force == frozenset()
