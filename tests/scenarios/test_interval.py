"""The worst-interval guard: what a settlement interval will come to, and what is shed in time."""

import itertools
from dataclasses import replace

import pytest

from services.controller.core.interval import watch_interval
from services.controller.core.memory import Cause, CeilingMemory, Phase, State
from services.controller.core.moments import Now
from services.controller.core.stamps import resume
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import RuleKind
from tests.plant import BOOT, limits, moment
from tests.scenarios.rails import WALL_0, metered

DEADLINE, INTERVAL = 600.0, 900.0
ASK = Ceiling(RuleKind.SIGNAL, "signal utility", 200.0, "utility signal: Control", Cause.UTILITY)


class Event:
    """An ask for 200 kW at moment 0 on a site whose meter is good to 20 kW; it must be met from 600 s on."""

    def __init__(self, **changes):
        self.limits = limits(meter_tolerance_kw=20.0, **changes)
        self.state = State(Phase.SHED, started=moment(-1000.0), ceilings=(self.since(0.0),))
        self.boot = BOOT
        self.writes = 0

    @staticmethod
    def since(mono_s, rule="signal utility"):
        return CeilingMemory(rule, "site", 200.0, moment(mono_s))

    def at(self, mono_s, kw, ask=ASK, unknown_kw=0.0):
        now = Now(mono_s, WALL_0 + mono_s, True, self.boot)
        verdict = watch_interval(self.state, ask, metered(kw, unknown_kw), self.limits, now)
        self.writes += verdict.memory != self.state.interval
        self.state = replace(self.state, interval=verdict.memory)
        assert verdict.next_due > mono_s
        return verdict

    def run(self, begin, end, kw, ask=ASK):
        """Each second from one moment up to another; `kw` may follow the cap."""
        for at in range(int(begin), int(end) + 1):
            cap = self.state.interval.cap_kw if self.state.interval else None
            verdict = self.at(float(at), kw(cap) if callable(kw) else kw, ask)
        return verdict


def test_nothing_is_watched_without_an_event_and_none_where_it_is_turned_off():
    assert Event().at(700.0, 300.0, ask=None).memory is None
    off = Event(interval_s=0.0).at(700.0, 300.0)
    assert (off.memory, off.ceilings, off.projected_kw, off.next_due) == (None, (), None, float("inf"))


def test_the_first_interval_begins_when_the_ask_must_have_been_met():
    event = Event()
    before = event.at(599.9, 1000.0)
    assert (before.memory, before.projected_kw, before.next_due) == (None, None, DEADLINE)
    first = event.at(600.0, 200.0)
    assert (first.memory.began.mono_s, first.projected_kw, first.next_due) == (600.0, 200.0, 1500.0)


def test_an_ask_that_is_new_in_this_moment_has_its_whole_deadline():
    event = Event()
    event.state = replace(event.state, ceilings=(Event.since(0.0, "schedule peak"),))
    assert event.at(5000.0, 1000.0).next_due == 5600.0


def test_intervals_run_back_to_back_and_each_begins_from_zero():
    event = Event()
    event.run(600, 1499, 190.0)
    end = event.at(1500.0, 100.0)
    assert (end.memory.began.mono_s, end.memory.kw_s, end.next_due) == (1500.0, 0.0, 2400.0)
    assert event.at(2399.9, 100.0).memory.began.mono_s == 1500.0
    assert event.at(2400.0, 100.0).memory.began.mono_s == 2400.0


def test_what_flowed_and_what_flows_make_the_projection():
    event = Event()
    event.run(600, 1050, 100.0)
    assert event.at(1050.0, 200.0).projected_kw == pytest.approx(150.0)
    assert event.at(1050.0, 300.0).projected_kw == pytest.approx(200.0)


def test_time_that_nothing_measures_counts_as_the_target():
    event = Event()
    event.run(600, 1050, None)
    assert event.at(1050.0, 100.0).projected_kw == pytest.approx(150.0)


def test_time_in_which_nobody_decided_counts_as_the_target():
    event = Event()
    event.at(600.0, 100.0)
    verdict = event.at(1050.0, 100.0)
    assert verdict.projected_kw == pytest.approx(150.0)
    later = event.at(2000.0, 100.0)
    assert later.memory.began.mono_s == 1500.0
    assert later.projected_kw == pytest.approx((500 * 200.0 + 400 * 100.0) / 900)


def test_what_is_measured_only_in_part_counts_as_the_target_at_least():
    event = Event()
    assert event.at(600.0, 100.0, unknown_kw=50.0).projected_kw == pytest.approx(200.0)
    assert event.at(601.0, 300.0, unknown_kw=50.0).projected_kw > 290.0


def test_a_projection_within_a_tenth_of_the_meters_tolerance_asks_for_nothing():
    assert Event().at(600.0, 202.0).ceilings == ()
    assert Event().at(600.0, 202.1).ceilings


def test_too_much_in_the_first_half_is_made_up_for_in_the_second():
    event = Event()
    event.run(600, 1049, 195.0)
    event.state = replace(event.state, interval=replace(event.state.interval, kw_s=450 * 230.0, counted=moment(1050.0)))
    verdict = event.at(1050.0, 230.0)
    (ceiling,) = verdict.ceilings
    assert (ceiling.rule, ceiling.kw) == ("worst interval", 140.0), "the meter shows 30 kW more than runs: so much less may run"
    assert "at most 140 kW until it ends" in ceiling.reason and "within 200 kW" in ceiling.reason


def test_what_it_asks_for_opens_no_outlet():
    (ceiling,) = Event().at(600.0, 300.0).ceilings
    assert ceiling.cause is Cause.NONE


def test_load_that_follows_the_cap_ends_the_interval_within_the_target():
    event = Event()
    verdict = event.run(600, 1499, lambda cap: 215.0 if cap is None or cap > 190.0 else cap + 15.0)
    assert verdict.projected_kw <= 202.0


def test_the_cap_waits_for_what_it_asked_for_never_moves_up_and_is_gone_when_the_meter_shows_room():
    event = Event()
    caps = []
    for at in range(600, 1500):
        (ceiling,) = event.at(float(at), 230.0).ceilings
        caps.append(ceiling.kw)
    assert caps[0] == 170.0
    assert caps == sorted(caps, reverse=True)
    moves = [at for at, (before, after) in enumerate(itertools.pairwise(caps)) if before != after]
    assert all(after - before >= 120 for before, after in itertools.pairwise(moves)) and 1 <= len(moves) <= 7
    assert event.at(1500.0, 150.0).ceilings == ()


def test_more_than_can_be_made_up_for_asks_for_everything():
    event = Event()
    verdict = event.run(600, 1000, 900.0)
    assert verdict.ceilings[0].kw == 0.0


def test_what_would_come_too_late_to_help_is_not_asked_for():
    event = Event()
    event.run(600, 1439, 199.0)
    assert event.at(1440.0, 900.0).ceilings == ()
    event = Event()
    event.run(600, 1438, 199.0)
    assert event.at(1439.0, 900.0).ceilings


def test_a_milder_ask_in_the_same_interval_raises_no_cap_and_a_deeper_one_lowers_it():
    event = Event()
    assert event.at(600.0, 300.0).ceilings[0].kw == 100.0
    assert event.at(721.0, 240.0, replace(ASK, kw=250.0)).ceilings[0].kw == 100.0
    assert event.at(722.0, 300.0, replace(ASK, kw=150.0)).ceilings[0].kw < 100.0


def test_miners_over_their_nameplate_stay_trimmed_over_the_intervals_and_do_not_swing():
    event = Event()
    event.state = replace(event.state, setpoint_kw=198.0)
    caps = set()
    for at in range(600, 3300, 5):
        overdraw = event.state.setpoint_kw * 1.08
        verdict = event.at(float(at), overdraw)
        cap = verdict.ceilings[0].kw if verdict.ceilings else 198.0
        if cap < event.state.setpoint_kw or cap > event.state.setpoint_kw + 3.3:
            event.state = replace(event.state, setpoint_kw=cap - cap % 3.3)
        caps.add(event.state.setpoint_kw)
    assert event.state.setpoint_kw * 1.08 <= 202.0
    assert len(caps) <= 3, f"the loads swing: {sorted(caps)}"


def test_a_deeper_ask_with_a_deadline_of_its_own_begins_its_intervals_anew():
    event = Event()
    event.run(600, 700, 200.0)
    event.state = replace(event.state, ceilings=(Event.since(650.0),))
    assert event.at(701.0, 200.0).memory is None
    assert event.at(1250.0, 200.0).memory.began.mono_s == 1250.0


def test_another_rule_that_asks_since_later_begins_its_intervals_at_its_own_deadline():
    event = Event()
    event.run(600, 1000, 200.0)
    event.state = replace(event.state, ceilings=(Event.since(300.0),))
    assert event.at(1001.0, 200.0).memory.began.mono_s == 900.0


def test_a_steady_load_is_written_down_once_a_minute():
    event = Event()
    event.run(600, 1199, lambda _: 195.0)
    assert event.writes <= 10


def test_a_load_that_moves_by_more_than_the_meters_tolerance_is_written_down_at_once():
    event = Event()
    event.at(600.0, 195.0)
    assert event.at(601.0, 215.0).memory.kw_s == 0.0
    assert event.at(602.0, 170.0).memory.kw_s == pytest.approx(2 * 200.0)


def test_a_restart_of_the_controller_goes_on_in_the_same_interval():
    event = Event()
    event.run(600, 1049, 100.0)
    event.state = resume(event.state, moment(1049.5))
    assert event.at(1050.0, 200.0).projected_kw == pytest.approx(150.0, abs=1.0)


def test_a_new_boot_with_a_trusted_clock_goes_on_in_the_same_interval():
    event = Event()
    event.run(600, 1050, 100.0)
    event.boot = "next-boot"
    event.state = resume(event.state, Now(20.0, WALL_0 + 1150.0, True, "next-boot"))
    now = Now(20.0, WALL_0 + 1150.0, True, "next-boot")
    verdict = watch_interval(event.state, ASK, metered(200.0), event.limits, now)
    assert verdict.memory.began.mono_s == pytest.approx(20.0 - 550.0)
    assert verdict.projected_kw == pytest.approx(150.0, abs=5.0)
