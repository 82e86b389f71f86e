"""Where a rule begins and ends to the second: hours, events, rests, intervals, leases over a new boot."""

from dataclasses import replace

import pytest

from services.controller.core.interval import watch_interval
from services.controller.core.memory import Cause, CeilingMemory, Hold, IntervalMemory, Phase, State
from services.controller.core.plant import Pace
from services.controller.core.readiness import Path, reachable
from services.controller.core.rest import recent
from services.controller.core.stamps import resume, told_at
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import LeaseKind, Level, PowerState, RuleKind
from tests.plant import limits, load, moment
from tests.scenarios.rails import WALL_0, Rails, asked_kw, metered, page, source
from tests.scenarios.test_schedule import FALL, Hours, hours, unix

EVENT_AT = 3600.0


def before_an_event(seconds, **said):
    """What is held so long before a control that was announced."""
    rails = Rails(source(heartbeat_s=1e6), curtail_to_kw=6.0)
    rails.at(0.0, page(Level.CONTROL, 0.0, from_at=WALL_0 + EVENT_AT, until_at=WALL_0 + 2 * EVENT_AT, **said))
    return rails.at(EVENT_AT - seconds).holding


def test_ten_minutes_are_enough_to_wake_a_miner_before_an_event_and_less_are_not():
    assert before_an_event(600.0) == ()
    assert [(one.rule, one.kw) for one in before_an_event(599.9)] == [("signal utility", 6.0)]


def test_before_a_drop_by_some_kw_nothing_is_woken_for_nobody_knows_yet_what_it_leaves():
    assert [one.kw for one in before_an_event(300.0, drop_kw=8.0)] == [0.0]
    assert [one.kw for one in before_an_event(300.0, target_kw=12.0)] == [12.0]


def event_heard(said_s, **said):
    """A control from one hour after the clock's zero to two hours."""
    return page(Level.CONTROL, said_s, event_id="E-1", from_at=WALL_0 + EVENT_AT, until_at=WALL_0 + 2 * EVENT_AT, **said)


def test_an_event_that_changes_its_target_stays_where_it_stood_though_the_clock_was_put_back_or_lost():
    rails = Rails(source(heartbeat_s=1e6))
    rails.at(0.0, event_heard(0.0, target_kw=12.0))
    rails.at(EVENT_AT)
    rails.jump_s = -30.0
    assert asked_kw(rails.at(EVENT_AT + 1.0, event_heard(EVENT_AT + 1.0, target_kw=9.0))) == 9.0, "it has begun"
    rails.jump_s = 0.0
    assert asked_kw(rails.at(2 * EVENT_AT)) is None
    rails.trusted = False
    assert asked_kw(rails.at(2 * EVENT_AT + 10.0, event_heard(2 * EVENT_AT + 10.0, target_kw=6.0))) is None, "it is over"


def test_while_the_clock_is_not_trusted_the_end_of_an_event_is_no_moment_at_which_anything_turns():
    rails = Rails(source(heartbeat_s=1e6))
    rails.at(0.0, event_heard(0.0))
    assert rails.at(EVENT_AT).next_due == 2 * EVENT_AT
    rails.trusted = False
    assert rails.at(EVENT_AT + 60.0).next_due == 1e6, "only the loss of its source does"


def test_hours_of_almost_a_day_last_into_the_next_evening_of_the_contracts_own_day():
    site = Hours(hours("22:00", "20:00"))
    assert site.is_on(unix(FALL, "19:30")) and site.is_on(unix(FALL, "22:30"))
    assert not site.is_on(unix(FALL, "20:30"))


def test_hours_that_end_at_the_minute_they_begin_last_a_day():
    site = Hours(hours("00:00", "00:00", frozenset({6})))
    assert site.is_on(unix(FALL, "00:00")) and site.is_on(unix(FALL, "23:59"))
    assert not site.is_on(unix((2026, 11, 2), "00:00"))


def test_after_todays_hours_the_next_turn_is_tomorrows():
    site = Hours(hours("14:00", "19:00"))
    assert site.at(unix((2026, 11, 4), "20:00"), mono_s=50.0).next_due == 50.0 + 18 * 3600.0


def test_load_that_came_back_an_hour_ago_no_longer_counts():
    returned = (moment(0.0), moment(0.5), moment(3599.0))
    assert recent(returned, moment(3600.0)) == returned[1:]


def test_over_a_new_boot_a_lease_that_lowers_stays_and_one_that_raises_ends():
    began = moment(100.0, boot="earlier")
    wishes = {
        "asleep": {"kind": LeaseKind.MINERS, "action": "sleep", "members": ("m-0",)},
        "awake": {"kind": LeaseKind.MINERS, "action": "wake", "members": ("m-1",)},
        "fan on": {"kind": LeaseKind.FANS, "fans": ((1, PowerState.ON),)},
        "fan off": {"kind": LeaseKind.FANS, "fans": ((2, PowerState.OFF),)},
        "both": {"kind": LeaseKind.FANS, "fans": ((3, PowerState.ON), (4, PowerState.OFF))},
        "stage": {"kind": LeaseKind.FANS, "fan_stage": 3},
    }
    held = tuple(Hold(id=name, owner="ann", reason="", began=began, seconds=600.0, **wish) for name, wish in wishes.items())
    state = State(Phase.FREE, started=began, holds=held)
    after = resume(state, moment(5.0))
    assert [one.id for one in after.holds] == ["asleep", "fan on", "stage"]
    assert all(one.by_calendar for one in after.holds)
    assert [one.id for one in resume(state, moment(200.0, boot="earlier")).holds] == list(wishes), "in one boot all go on"


ASK = Ceiling(RuleKind.SIGNAL, "signal utility", 200.0, "utility signal: Control", Cause.UTILITY)
ASKED = CeilingMemory("signal utility", "site", 200.0, moment(0.0))


@pytest.mark.parametrize(
    ("cap_kw", "flow_kw", "next_cap_kw"),
    [(150.0, 190.0, 160.0), (150.0, 201.0, 150.0), (150.0, 150.0, None), (None, 190.0, None)],
)
def test_the_next_interval_may_have_what_the_meter_shows_below_the_target_and_no_more(cap_kw, flow_kw, next_cap_kw):
    site = limits(meter_tolerance_kw=20.0)
    interval = IntervalMemory(moment(600.0), moment(1490.0), 170_000.0, flow_kw, cap_kw, moment(700.0))
    state = State(Phase.SHED, started=moment(-1000.0), setpoint_kw=150.0, interval=interval, ceilings=(ASKED,))
    later = watch_interval(state, ASK, metered(flow_kw), site, moment(1500.0))
    assert later.memory is not None
    assert (later.memory.began.mono_s, later.memory.cap_kw) == (1500.0, next_cap_kw)
    assert [one.kw for one in later.ceilings] == ([] if next_cap_kw is None else [next_cap_kw])


def test_the_reach_of_a_path_tells_its_figures_and_when_the_last_load_is_off():
    loads = tuple(load(i, kw=4.0 - i) for i in range(3))
    plant = limits(loads, response_deadline_s=45.0, paces={"foreman": Pace(10.0, 1, 60.0, effect_s=30.0)})
    reach = reachable(plant)
    assert reach.soft == (Path("foreman", 3, 9.0, 7.0, 50.0, 10.0, 30.0),)
    assert (reach.deadline_s, reach.hard, reach.last_s) == (45.0, (), 50.0)
    (unpaced,) = reachable(replace(plant, paces={})).soft
    assert (unpaced.in_time_kw, unpaced.last_s, unpaced.interval_s, unpaced.effect_s) == (9.0, 0.0, 0.0, 0.0)


def test_a_stamp_from_before_the_clock_was_right_is_told_as_long_ago_as_time_has_passed():
    early = moment(100.0, trusted=False)
    right = replace(moment(160.0), wall_s=2_000_000_000.4)
    assert told_at(early, right) == 1_999_999_940.0
    assert told_at(moment(100.0), right) == early.wall_s, "its own clock was right"
    assert told_at(early, replace(right, wall_trusted=False)) == early.wall_s, "no clock is right yet"
    assert told_at(replace(early, host_boot="another"), right) == early.wall_s, "of another boot nobody knows how long ago"
