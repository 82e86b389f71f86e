"""Planned power events: announced, begun and ended by the calendar, over silence, loss, restarts and a clock that jumps."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from services.controller.core.memory import Cause
from services.shared.vocabulary import AlarmKind, Level, LoadTarget, OnLoss, RuleKind
from tests.plant import Site, limits, miner, moment, signal
from tests.scenarios.rails import ALERT, CONTROL, NORMAL, WALL_0, Rails, alarms, asked_kw, metered, page, source

FROM, UNTIL = 3600.0, 7200.0
DAY = 86_400.0


def event(mono_s, name="utility", begins=FROM, ends=UNTIL, **more):
    """An event from one hour after the clock's zero to two hours."""
    return page(
        CONTROL, mono_s, name, event_id="E-1",
        from_at=None if begins is None else WALL_0 + begins, until_at=None if ends is None else WALL_0 + ends, **more,
    )  # fmt: skip


def announced(on_loss=OnLoss.CURTAIL, heartbeat_s=1e6, at=0.0, **more):
    """A site that heard of the event; its source is lost late unless told otherwise."""
    rails = Rails(source(on_loss=on_loss, heartbeat_s=heartbeat_s), **more)
    rails.at(at, event(at, target_kw=12.0))
    return rails


def test_before_it_begins_it_is_an_alert_with_one_alarm_and_no_load_moved():
    rails = Rails(timezone=ZoneInfo("America/Chicago"))
    verdict = rails.at(0.0, event(0.0, target_kw=12.0))
    assert (verdict.ceilings, verdict.figures[0].effective) == ((), ALERT)
    assert (verdict.figures[0].event_id, verdict.figures[0].from_at) == ("E-1", WALL_0 + FROM)
    (alarm,) = verdict.alarms
    assert (alarm.key, alarm.kind) == ("signal_planned_utility", AlarmKind.WARNING)
    assert alarm.cause == (
        "The utility signal announces control (event E-1): at most 12 kW from Mon 21 Sep 10:13 to Mon 21 Sep 11:13."
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"drop_kw": 8.0}, "drop by 8 kW from"), ({}, "at most 6 kW from"), ({"ends": None}, "15:13, no end named")],
)
def test_the_announcement_tells_the_kw_and_the_end_as_far_as_they_are_known(asked, words):
    assert words in alarms(Rails(curtail_to_kw=6.0).at(0.0, event(0.0, **asked)))["signal_planned_utility"]


def test_a_time_that_is_no_date_is_told_as_such_and_stops_nothing():
    verdict = Rails().at(0.0, event(0.0, begins=1e17, ends=None))
    assert "from a time that is none" in alarms(verdict)["signal_planned_utility"]
    assert asked_kw(verdict) is None


def test_it_begins_by_itself_at_its_moment_though_the_source_is_silent_and_ends_at_its_end():
    rails = announced()
    before = rails.at(3599.5)
    assert (asked_kw(before), before.next_due) == (None, FROM)
    begun = rails.at(FROM)
    assert (asked_kw(begun), begun.next_due) == (12.0, UNTIL)
    assert list(alarms(begun)) == ["signal_utility"]
    assert asked_kw(rails.at(7199.5)) == 12.0
    over = rails.at(UNTIL)
    assert (asked_kw(over), over.figures[0].effective) == (None, NORMAL)


def test_a_planned_drop_is_taken_from_what_is_measured_when_it_begins():
    rails = Rails(source(heartbeat_s=1e6))
    rails.kw = metered(10.0)
    rails.at(0.0, event(0.0, drop_kw=8.0))
    rails.kw = metered(28.0)
    assert asked_kw(rails.at(FROM)) == 20.0


def test_a_source_that_says_normal_again_has_taken_its_event_back():
    rails = announced()
    rails.at(60.0, page(NORMAL, 60.0))
    assert asked_kw(rails.at(FROM)) is None
    assert not alarms(rails.at(FROM + 1.0))


def test_an_event_put_off_waits_for_its_new_begin_and_a_longer_one_for_its_new_end():
    rails = announced()
    assert asked_kw(rails.at(FROM, event(FROM, begins=5000.0))) is None
    assert asked_kw(rails.at(5000.0)) == 0.0
    assert asked_kw(rails.at(UNTIL - 1.0, event(UNTIL - 1.0, begins=5000.0, ends=9000.0))) == 0.0
    assert asked_kw(rails.at(8999.5)) == 0.0
    assert asked_kw(rails.at(9000.0)) is None


def test_only_a_level_that_curtails_plans_an_event():
    rails = Rails(source(heartbeat_s=1e6))
    verdict = rails.at(0.0, page(NORMAL, 0.0, from_at=WALL_0 + FROM, until_at=WALL_0 + UNTIL))
    assert (verdict.figures[0].effective, verdict.alarms) == (NORMAL, ())
    rails.at(1.0, page(ALERT, 1.0, from_at=WALL_0 + FROM, until_at=WALL_0 + UNTIL))
    assert asked_kw(rails.at(FROM)) is None


def test_an_end_that_does_not_lie_after_the_begin_is_no_end():
    rails = Rails(source(heartbeat_s=1e6))
    rails.at(0.0, event(0.0, ends=1800.0))
    assert asked_kw(rails.at(FROM)) == 0.0
    assert asked_kw(rails.at(1e5)) == 0.0


def test_an_event_with_an_end_alone_runs_until_then():
    rails = Rails(source(heartbeat_s=1e6))
    assert asked_kw(rails.at(0.0, event(0.0, begins=None))) == 0.0
    assert asked_kw(rails.at(UNTIL)) is None


# Loss


@pytest.mark.parametrize("on_loss", [OnLoss.HOLD, OnLoss.RUN])
def test_an_event_of_a_lost_source_begins_at_its_time_and_holds_to_its_end(on_loss):
    rails = announced(on_loss, heartbeat_s=900.0)
    lost = rails.at(1000.0)
    assert asked_kw(lost) is None
    assert {"signal_lost_utility", "signal_planned_utility"} == set(alarms(lost))
    assert lost.next_due == FROM
    begun = rails.at(FROM)
    assert (asked_kw(begun), begun.ceilings[0].cause) == (12.0, Cause.UTILITY)
    assert asked_kw(rails.at(7199.5)) == 12.0
    assert asked_kw(rails.at(UNTIL)) is None


def test_where_a_loss_curtails_the_events_target_joins_and_the_loss_stays_after_its_end():
    rails = announced(heartbeat_s=900.0, curtail_to_kw=15.0)
    assert asked_kw(rails.at(1000.0)) == 15.0
    begun = rails.at(FROM)
    assert [(one.kind, one.rule, one.kw, one.cause) for one in begun.ceilings] == [
        (RuleKind.SIGNAL, "signal utility", 12.0, Cause.UTILITY),
        (RuleKind.SIGNAL_LOST, "signal utility lost", 12.0, Cause.SIGNAL_LOST),
    ]
    after = rails.at(UNTIL)
    assert [(one.rule, one.kw) for one in after.ceilings] == [("signal utility lost", 15.0)]


def test_a_source_lost_in_a_running_event_gets_no_milder_where_a_loss_is_run():
    rails = announced(OnLoss.RUN, heartbeat_s=900.0, at=FROM)
    assert asked_kw(rails.at(FROM + 899.9)) == 12.0
    assert asked_kw(rails.at(FROM + 900.0)) == 12.0
    assert asked_kw(rails.at(UNTIL)) is None


@pytest.mark.parametrize(("on_loss", "kw"), [(OnLoss.RUN, None), (OnLoss.HOLD, 0.0)])
def test_an_event_without_an_end_does_as_its_loss_says(on_loss, kw):
    rails = Rails(source(on_loss=on_loss))
    rails.at(0.0, event(0.0, ends=None))
    assert asked_kw(rails.at(FROM)) == kw


# Restarts and an unknown time


def test_an_announced_event_begins_after_a_restart_and_after_a_new_boot():
    rails = announced()
    rails.restart(1000.0)
    assert asked_kw(rails.at(1001.0)) is None
    rails.restart(10.0, boot="next-boot", jump_s=2000.0)
    assert asked_kw(rails.at(11.0)) is None
    assert asked_kw(rails.at(1600.0)) == 12.0


def test_where_nothing_tells_the_time_an_event_that_may_have_begun_has_begun_and_only_its_end_waits():
    rails = announced()
    rails.restart(10.0, boot="next-boot", trusted=False, jump_s=-WALL_0)
    blind = rails.at(11.0)
    assert (asked_kw(blind), list(alarms(blind))) == (12.0, ["signal_utility"])
    rails.at(1e5)
    assert asked_kw(rails.at(1e5)) == 12.0
    rails.trusted, rails.jump_s = True, UNTIL - 1e5
    assert asked_kw(rails.at(1e5 + 1.0)) is None


def test_an_event_counted_as_begun_is_announced_again_when_the_clock_shows_that_it_has_not():
    rails = announced()
    rails.restart(10.0, boot="next-boot", trusted=False)
    assert asked_kw(rails.at(11.0)) == 12.0
    rails.trusted = True
    verdict = rails.at(12.0)
    assert asked_kw(verdict) is None
    assert "signal_planned_utility" in alarms(verdict)


def test_an_event_first_heard_of_while_nothing_tells_the_time_counts_as_begun():
    rails = Rails()
    rails.trusted = False
    assert asked_kw(rails.at(0.0, event(0.0))) == 0.0


def test_an_event_that_is_over_stays_over_when_the_clock_is_no_longer_trusted():
    rails = announced()
    rails.at(UNTIL)
    rails.trusted = False
    assert asked_kw(rails.at(UNTIL + DAY)) is None
    rails.restart(10.0, boot="next-boot")
    assert asked_kw(rails.at(11.0)) is None


def test_a_clock_lost_within_a_boot_begins_the_event_in_time_and_ends_it_when_it_is_trusted_again():
    rails = announced()
    rails.trusted = False
    assert asked_kw(rails.at(3599.5)) is None
    assert asked_kw(rails.at(FROM)) == 12.0
    assert asked_kw(rails.at(UNTIL + 1.0)) == 12.0
    rails.trusted = True
    assert asked_kw(rails.at(UNTIL + 2.0)) is None


# A clock that jumps


@pytest.mark.parametrize("days", [14, -14])
@pytest.mark.parametrize("boundary", [1800.0, 5000.0])
def test_a_calendar_that_jumps_by_two_weeks_changes_no_decision_of_an_event_or_a_running_level(days, boundary):
    straight, jumped = (Rails(source(heartbeat_s=1e6), source("iso")) for _ in range(2))
    for at in range(0, int(boundary) + 1790, 10):
        word = (event(0.0, target_kw=12.0), page(CONTROL if 1200 <= at < 6000 else NORMAL, float(at), "iso", target_kw=21.0))
        jumped.jump_s = DAY * days if at >= boundary else 0.0
        one, other = straight.at(float(at), *word), jumped.at(float(at), *word)
        assert one.ceilings == other.ceilings, f"at {at}"
        assert list(alarms(one)) == list(alarms(other)), f"at {at}"


def test_a_correction_of_a_minute_is_believed_and_one_of_more_is_doubted():
    for jump_s, begun in ((60.0, True), (60.1, False)):
        rails = announced()
        rails.jump_s = jump_s
        assert (asked_kw(rails.at(3540.0)) is not None) is begun


def test_a_doubtful_calendar_ends_nothing_until_it_is_back_on_its_old_line():
    rails = announced()
    rails.at(FROM)
    rails.jump_s = -3600.0
    assert asked_kw(rails.at(UNTIL)) == 12.0
    rails.jump_s = 59.0
    assert asked_kw(rails.at(UNTIL + 1.0)) is None


def _since(rails, seconds):
    """The other line of the clock as it stood so long ago."""
    other = rails.state.calendar.other
    return replace(other, mono_s=other.mono_s - seconds, wall_s=other.wall_s - seconds)


def test_a_new_line_is_believed_after_it_has_stood_for_twelve_hours_and_not_before():
    rails = announced()
    rails.at(FROM)
    rails.jump_s = DAY
    assert asked_kw(rails.at(4000.0)) == 12.0
    rails.state = replace(rails.state, calendar=replace(rails.state.calendar, other=_since(rails, 12 * 3600.0 - 0.5)))
    assert asked_kw(rails.at(4000.0)) == 12.0
    rails.state = replace(rails.state, calendar=replace(rails.state.calendar, other=_since(rails, 12 * 3600.0)))
    assert asked_kw(rails.at(4000.0)) is None
    assert rails.state.calendar.other is None


def test_a_clock_that_jumps_again_and_again_is_never_believed():
    rails = announced()
    for step in range(20):
        rails.jump_s = DAY * (1 + step % 3)
        assert asked_kw(rails.at(4000.0 + 300.0 * step)) == 12.0


def test_the_time_on_a_new_line_counts_from_anew_when_the_clock_was_not_trusted_between():
    rails = announced()
    rails.at(FROM)
    for at, trusted in ((4000.0, True), (5000.0, False), (5010.0, True)):
        rails.trusted, rails.jump_s = trusted, DAY
        assert asked_kw(rails.at(at)) == 12.0
    assert rails.state.calendar.other.mono_s == 5010.0


def test_a_steady_calendar_is_written_down_once():
    rails = announced()
    first = rails.state.calendar
    rails.at(1000.0)
    assert rails.state.calendar is first
    rails.jump_s = 2.0
    rails.at(1001.0)
    assert rails.state.calendar.line.mono_s == 1001.0


def test_an_event_that_has_begun_does_not_unbegin_when_the_clock_is_put_back():
    rails = announced()
    rails.at(FROM)
    rails.jump_s = -30.0
    assert asked_kw(rails.at(FROM + 1.0)) == 12.0


def test_an_end_that_came_by_a_wrong_clock_is_taken_back_with_the_clock():
    rails = announced()
    rails.at(FROM)
    rails.jump_s = DAY
    rails.at(3700.0)
    rails.state = replace(rails.state, calendar=replace(rails.state.calendar, other=_since(rails, 13 * 3600.0)))
    assert asked_kw(rails.at(5600.0)) is None
    rails.jump_s = 0.0
    rails.at(5601.0)
    assert asked_kw(rails.at(5601.0 + 1500.0)) is None, "in doubt what is over stays over"
    rails.restart(10.0, boot="next-boot", jump_s=6000.0)
    assert asked_kw(rails.at(11.0)) == 12.0


def test_in_the_ten_minutes_before_it_begins_nothing_is_woken_beyond_what_it_leaves():
    rails = announced(timezone=ZoneInfo("America/Chicago"))
    assert not rails.at(FROM - 601.0).holding
    (held,) = rails.at(FROM - 599.0).holding
    assert (held.kw, held.reason) == (12.0, "utility signal announces control from Mon 21 Sep 10:13")
    assert asked_kw(rails.at(FROM - 598.0)) is None


def test_a_site_that_restores_raises_no_load_into_an_event_that_is_about_to_begin():
    site = Site(limits(timezone=ZoneInfo("America/Chicago"))).settle()
    soon = signal(Level.CONTROL, 300.0, from_at=moment(0.0).wall_s + 900.0, until_at=moment(0.0).wall_s + 5000.0, event_id="E-2")
    site.at(210.0, level=Level.CONTROL)
    for at in range(300, 890, 10):
        asleep = [miner(at, asleep=True) for _ in range(10)]
        decision = site.at(float(at), signals=(replace(soon, mono_s=float(at)),), loads=asleep)
        assert set(decision.targets.loads) == {LoadTarget.SLEEP}
    assert "utility signal announces control" in " ".join(decision.reasons)
