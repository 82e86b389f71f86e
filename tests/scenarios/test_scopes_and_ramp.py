"""Feeders, zones and stages: what a limit in one scope leaves, how load returns, and what a hold of one zone keeps back."""

from dataclasses import replace

from services.controller.core.memory import Cause
from services.controller.core.plant import Feeder, Limits
from services.controller.core.ramp import climb
from services.controller.core.wanted import Ceiling, Decision
from services.shared.vocabulary import Level, LoadTarget, Mode, PowerState, RuleKind
from tests.plant import Site, fan, intake, limits, load, miner, moment, seen, signal


def two_zones(**changes: object) -> Limits:
    """Five miners east on pdu-1, five west on pdu-2; the first of each zone matters most."""
    loads = tuple(
        load(i, zone="east" if i < 5 else "west", pdu=f"pdu-{1 + i // 5}", outlet=i % 5 + 1, priority=1 + i % 5)
        for i in range(10)
    )
    return limits(loads, **changes)


def running(decision: Decision, site: Limits) -> list[str]:
    return [one.name for one, target in zip(site.loads, decision.targets.loads, strict=True) if target is LoadTarget.RUN]


def test_a_feeder_carries_no_more_than_its_limit_and_the_others_run_on() -> None:
    loads = tuple(load(i, feeders=("a",) if i < 5 else ("b",), priority=i % 5 + 1) for i in range(10))
    site = Site(limits(loads, feeders=(Feeder("a", 9.0), Feeder("b", 100.0)))).settle()
    decision = site.at(200.0)
    assert running(decision, site.limits) == ["m-0", "m-1", "m-2", "m-5", "m-6", "m-7", "m-8", "m-9"]
    assert decision.limited_by == "feeder a"
    assert "feeder a carries 9 kW" in decision.reasons
    assert decision.state.mode is Mode.NORMAL


def test_a_feeder_behind_a_feeder_the_tighter_one_holds() -> None:
    loads = tuple(load(i, feeders=("main", "rack") if i < 4 else ("main",)) for i in range(10))
    site = Site(limits(loads, feeders=(Feeder("main", 15.0), Feeder("rack", 3.0)))).settle()
    assert running(site.at(200.0), site.limits) == ["m-0", "m-4", "m-5", "m-6", "m-7"]


def test_a_feeder_without_loads_limits_nothing() -> None:
    site = Site(limits(feeders=(Feeder("spare", 5.0),))).settle()
    assert site.at(200.0).limited_by == "nothing"


def test_thermal_limit_and_power_signal_at_once_the_lower_one_holds() -> None:
    site = Site(two_zones(fans=0)).settle()
    warm = (intake(39.0, 200.0, "ra/e", "east"), intake(20.0, 200.0, "ra/w", "west"))
    snapshot = seen(200.0, site.limits, temperatures=warm, signals=(signal(Level.CONTROL, 200.0, target_kw=24.0),))
    decision = site.at(200.0, snapshot)
    assert len(running(decision, site.limits)) <= 8
    east = [name for name in running(decision, site.limits) if int(name[2:]) < 5]
    assert len(east) <= 2, "east may keep half of its load at 39 C"
    assert decision.limited_by == "temperature"
    deeper = seen(210.0, site.limits, temperatures=tuple(replace(one, mono_s=210.0) for one in warm),
                  signals=(signal(Level.CONTROL, 210.0, target_kw=6.0),))  # fmt: skip
    decision = site.at(210.0, deeper)
    assert len(running(decision, site.limits)) == 2
    assert decision.limited_by == "signal utility"


def test_shed_goes_least_important_first_and_returns_in_reverse() -> None:
    site = Site(two_zones(restore_step_kw=6.0, fans=0)).settle()
    snapshot = seen(200.0, site.limits, signals=(signal(Level.CONTROL, 200.0, target_kw=12.0),))
    assert running(site.at(200.0, snapshot), site.limits) == ["m-0", "m-1", "m-5", "m-6"]
    site.at(205.0)
    assert running(site.at(325.0), site.limits) == ["m-0", "m-1", "m-2", "m-5", "m-6", "m-7"]


def test_a_stage_waits_for_the_release_and_the_stage_before_it_one_tick_before_and_after() -> None:
    site = Site(limits(restore_step_kw=6.0)).settle()
    site.at(200.0, level=Level.CONTROL)
    site.at(300.0)
    assert len(running(site.at(419.9), site.limits)) == 0
    assert len(running(site.at(420.0), site.limits)) == 2
    assert len(running(site.at(449.9), site.limits)) == 2
    assert len(running(site.at(450.0), site.limits)) == 4


def test_the_jitter_of_a_stage_is_bounded_differs_and_is_the_same_on_a_replay() -> None:
    def second_stage_s(shift_s: float) -> float:
        site = Site(limits(restore_step_kw=6.0, restore_jitter_s=20.0)).settle()
        site.at(200.0, level=Level.CONTROL)
        site.at(300.0 + shift_s)
        site.at(420.0 + shift_s)
        at = 450.0 + shift_s
        while len(running(site.at(at), site.limits)) < 4:
            at += 0.25
        return at - 420.0 - shift_s

    waits = [second_stage_s(shift) for shift in (0.0, 1.0, 2.0, 3.0)]
    assert all(30.0 <= wait <= 50.25 for wait in waits)
    assert len(set(waits)) > 1
    assert waits[0] == second_stage_s(0.0)


def test_more_allowed_than_before_must_stand_as_long_as_a_release() -> None:
    """A zone that was held for hours does not make the next release of the signal count as already debounced."""
    site = Site(limits(restore_step_kw=100.0, interval_s=0.0)).settle()
    site.at(200.0, seen(200.0, site.limits, signals=(signal(Level.CONTROL, 200.0, target_kw=15.0),)))
    for at in range(210, 900, 10):
        site.at(float(at), seen(float(at), site.limits, signals=(signal(Level.CONTROL, float(at), target_kw=15.0),)))
    site.at(900.0)
    assert len(running(site.at(1019.0), site.limits)) == 5
    assert len(running(site.at(1020.0), site.limits)) == 10


def test_every_stage_is_decided_anew_and_an_ask_ends_the_way_up() -> None:
    site = Site(limits(restore_step_kw=6.0)).settle()
    site.at(200.0, level=Level.CONTROL)
    site.at(300.0)
    assert len(running(site.at(420.0), site.limits)) == 2
    assert len(running(site.at(425.0, level=Level.CONTROL), site.limits)) == 0
    site.at(430.0)
    assert len(running(site.at(540.0), site.limits)) == 0


def test_a_hold_of_one_zone_keeps_that_zone_and_lets_the_other_return() -> None:
    site = two_zones(restore_step_kw=100.0)
    state = replace(Site(site).settle().state, running=frozenset(), clear_since=moment(0.0), stepped=None)
    hold = Ceiling(RuleKind.AIR_UNPROVEN, "airflow unproven", 3.0, "1 of 2 fans of zone east proven", Cause.NONE, "zone east")
    _, kept, _ = climb(state, frozenset(), (), (hold,), frozenset(), site, moment(500.0))
    assert sorted(kept) == [0, 5, 6, 7, 8, 9]
    _, kept, _ = climb(state, frozenset({1, 2}), (), (hold,), frozenset(), site, moment(500.0))
    assert sorted(kept) == [1, 2, 5, 6, 7, 8, 9], "a hold never lowers what runs"


def test_a_target_that_jitters_does_not_begin_the_soft_wait_anew() -> None:
    site = Site(limits(response_deadline_s=600.0)).settle()
    at = 200.0
    while at < 900.0:
        target = 9.0 if int(at / 10) % 2 else 15.0
        stubborn = [miner(at) for _ in site.limits.loads]
        decision = site.at(at, seen(at, site.limits, loads=stubborn, signals=(signal(Level.CONTROL, at, target_kw=target),)))
        at += 10.0
    assert LoadTarget.OFF in decision.targets.loads, "the outlets opened although the target moved all the time"


def test_a_milder_ask_that_stood_lets_the_next_deeper_one_wait_anew() -> None:
    site = Site(limits()).settle()

    def ask(at: float, kw: float) -> Decision:
        return site.at(at, seen(at, site.limits, signals=(signal(Level.CONTROL, at, target_kw=kw),)))

    ask(200.0, 9.0)
    for at in range(210, 400, 10):
        ask(float(at), 24.0)
    decision = ask(400.0, 9.0)
    memory = next(one for one in decision.state.ceilings if one.rule == "signal utility")
    assert memory.since.mono_s == 400.0


def test_outlets_open_so_early_that_the_last_is_seen_open_at_the_deadline() -> None:
    """Ten outlets, one each half second, ten seconds to settle, fifteen until the meter shows it: 30 s before the deadline."""
    site = Site(limits()).settle()
    for at in range(200, 770, 10):
        decision = site.at(float(at), level=Level.CONTROL)
    assert LoadTarget.OFF not in decision.targets.loads
    assert site.at(769.9, level=Level.CONTROL).targets.loads.count(LoadTarget.OFF) == 0
    assert site.at(770.0, level=Level.CONTROL).targets.loads.count(LoadTarget.OFF) == 10


def test_released_loads_that_still_wake_are_restoring_and_late_ones_are_an_alarm() -> None:
    site = Site(limits(restore_step_kw=100.0)).settle()
    asleep = [miner(0.0, asleep=True) for _ in site.limits.loads]

    def sleepers(at: float) -> list[object]:
        return [replace(one, state_mono_s=at, outlet_mono_s=at, watts_mono_s=at) for one in asleep]

    site.at(200.0, level=Level.CONTROL)
    site.at(210.0, loads=sleepers(210.0))
    assert site.at(330.0, loads=sleepers(330.0)).state.mode is Mode.RESTORING
    waking = site.at(331.0, loads=sleepers(331.0))
    assert waking.state.mode is Mode.RESTORING
    assert "10 loads are not back yet" in waking.reasons[0]
    assert not [one for one in waking.alarms if one.key == "loads_not_back"]
    late = site.at(931.0, loads=sleepers(931.0))
    assert [one.cause for one in late.alarms if one.key == "loads_not_back"] == [
        "10 loads were released and did not come back: m-0, m-1, m-2, m-3, m-4 and 5 more."
    ]
    assert late.state.mode is Mode.NORMAL
    back = site.at(940.0)
    assert not [one for one in back.alarms if one.key == "loads_not_back"]


def test_a_stuck_fan_contactor_leaves_its_zone_off_and_the_rest_restores_with_one_alarm() -> None:
    fans = tuple(replace(one, zone="east" if one.number < 3 else "west") for one in limits(fans=4).fans)
    site = Site(replace(two_zones(restore_step_kw=6.0, start_grace_s=0.0, fan_lag_s=0.0), fans=fans))

    def look(at: float, level: Level) -> Decision:
        wanted = [one.wanted is PowerState.ON for one in site.state.fans] or [True] * 4
        watts = tuple(fan(at, watts=1500.0 if wanted[i] and i else 0.0) for i in range(4))
        cool = (intake(20.0, at, "ra/e", "east"), intake(20.0, at, "ra/w", "west"))
        return site.at(at, seen(at, site.limits, level=level, fans=watts, temperatures=cool))

    at = 0.0
    while at < 300.0:
        look(at, Level.CONTROL)
        at += 5.0
    alarms: set[str] = set()
    look(at, Level.NORMAL)
    while at < 1200.0:
        at += 200.0 if not alarms else 0.0
        decision = look(at, Level.NORMAL)
        alarms |= {one.key for one in decision.alarms}
        at += 5.0
    assert running(decision, site.limits) == ["m-5", "m-6", "m-7", "m-8", "m-9"]
    assert alarms == {"fans_disproved"}
    assert decision.limited_by == "airflow"
