"""Fans and temperature over time, in the words of the plant."""

from dataclasses import replace
from itertools import pairwise

import pytest

from services.controller.core import holds
from services.controller.core.seen import SwitchSeen
from services.controller.core.stamps import resume
from services.shared.vocabulary import Level, LoadTarget, Mode, PowerState, Proof, SensorRole, SwitchRole
from tests.plant import Site, fan, intake, limits, load, miner, moment, seen

ON, OFF = PowerState.ON, PowerState.OFF


def site_with_fans(**changes):
    return Site(limits(fans=9, **changes))


def run(site, begin, end, step=5.0, **more):
    """Decide every `step` seconds with everything fresh; `celsius` warms all intakes."""
    decision = None
    at = begin
    while at <= end:
        arguments = {key: value(at) if callable(value) else value for key, value in more.items()}
        decision = site.at(at, **arguments)
        at += step
    return decision


def warm(celsius):
    return lambda at: (intake(celsius, at, "ra/s1"), intake(celsius, at, "ra/s2"))


def test_after_a_start_all_fans_run_first():
    decision = site_with_fans().at(0.0, temperatures=warm(15.0)(0.0))
    assert set(decision.targets.fans) == {ON}


def test_a_cool_room_keeps_one_fan_while_any_load_is_on():
    decision = run(site_with_fans(), 0.0, 900.0, temperatures=warm(15.0))
    assert decision.targets.fans.count(ON) == 1


def test_fans_follow_the_temperature_and_all_run_at_the_limit():
    site = site_with_fans()
    run(site, 0.0, 900.0, temperatures=warm(15.0))
    some = run(site, 905.0, 1100.0, temperatures=warm(28.0)).targets.fans.count(ON)
    assert 3 <= some <= 6
    assert set(run(site, 1105.0, 1400.0, temperatures=warm(35.0)).targets.fans) == {ON}


def test_fans_start_one_at_a_time_spaced():
    site = site_with_fans()
    run(site, 0.0, 900.0, temperatures=warm(15.0))
    counts = [site.at(901.0 + second, temperatures=warm(36.0)(901.0 + second)).targets.fans.count(ON) for second in range(80)]
    assert max(after - before for before, after in pairwise(counts)) == 1
    assert counts[0] + 1 == counts[8], "the second start comes 8 s after the first"


def test_noise_around_a_step_does_not_switch_fans():
    site = site_with_fans()
    run(site, 0.0, 900.0, temperatures=warm(28.0))
    wanted = set()
    for second in range(0, 600, 5):
        noisy = warm(28.0 + (0.3 if second % 10 else -0.3))(900.0 + second)
        wanted.add(site.at(900.0 + second, temperatures=noisy).targets.fans)
    assert len(wanted) <= 2


def test_a_fan_ordered_to_run_that_draws_nothing_is_disproved_and_another_takes_over():
    site = site_with_fans()
    run(site, 0.0, 900.0, temperatures=warm(15.0))
    running = site.decision.targets.fans.index(ON)

    def fans(at):
        return tuple(fan(at, watts=0.0 if i == running else 1500.0) for i in range(9))

    decision = run(site, 905.0, 1000.0, temperatures=warm(15.0), fans=fans)
    assert decision.fans[running].proof is Proof.DISPROVED
    assert decision.targets.fans.count(ON) == 2
    assert [alarm.key for alarm in decision.alarms] == ["fans_disproved"]


def test_dead_mains_at_the_monitor_is_unproven_and_not_disproved():
    site = site_with_fans()
    run(site, 0.0, 900.0, temperatures=warm(15.0))
    decision = run(
        site,
        905.0,
        1100.0,
        temperatures=warm(15.0),
        volts_good=False,
        fans=lambda at: tuple(fan(at, watts=0.0) for _ in range(9)),
    )
    assert Proof.DISPROVED not in {one.proof for one in decision.fans}
    assert LoadTarget.SLEEP not in decision.targets.loads, "unproven air forbids raising; it drops nothing"


def test_nothing_is_raised_while_the_air_is_unproven():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(15.0))
    run(site, 305.0, 600.0, temperatures=warm(15.0), level=Level.CONTROL, loads=asleep)
    decision = run(
        site, 605.0, 3000.0, temperatures=warm(15.0), loads=asleep, fans=lambda at: tuple(fan(at, None) for _ in range(9))
    )
    assert set(decision.targets.loads) == {LoadTarget.SLEEP}
    assert decision.limited_by == "airflow unproven"


def asleep(at):
    return [miner(at, asleep=True) for _ in range(10)]


def test_on_restore_fans_lead_the_heat():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(15.0))
    run(site, 305.0, 1000.0, temperatures=warm(15.0), level=Level.CONTROL, loads=asleep)
    quiet = site.decision.targets.fans.count(ON)
    decision = run(site, 1005.0, 1120.0, temperatures=warm(15.0), loads=asleep)
    assert decision.targets.loads.count(LoadTarget.RUN) == 0
    assert decision.targets.fans.count(ON) >= max(1, quiet)


def test_most_fans_disproved_takes_all_load_off_without_a_soft_wait():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(34.9))
    decision = run(site, 305.0, 420.0, temperatures=warm(34.9), fans=lambda at: tuple(fan(at, 0.0) for _ in range(9)))
    assert set(decision.targets.loads) == {LoadTarget.OFF}
    assert decision.state.mode is Mode.EMERGENCY


def test_38_degrees_sheds_a_part_and_40_on_two_sensors_trips_until_a_person_resets():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    decision = site.at(305.0, temperatures=warm(38.2)(305.0))
    assert decision.state.mode is Mode.THERMAL_LIMIT
    assert 0 < decision.targets.loads.count(LoadTarget.RUN) < 10
    decision = site.at(310.0, temperatures=warm(40.5)(310.0))
    assert [trip.key for trip in decision.state.trips] == ["over_temperature_main"]
    decision = run(site, 315.0, 2000.0, temperatures=warm(20.0), loads=asleep)
    assert decision.targets.loads.count(LoadTarget.RUN) == 0
    cool = seen(2000.0, site.limits, temperatures=warm(20.0)(2000.0))
    site.state = holds.reset(site.state, "over_temperature_main", cool, site.limits, moment(2000.0))
    assert not site.at(2001.0, temperatures=warm(20.0)(2001.0)).state.trips


def test_one_hot_poll_of_one_sensor_is_no_trip_but_the_second_is():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))

    def three(at, hot):
        return (intake(hot, at, "ra/s1"), intake(25.0, at, "ra/s2"), intake(25.0, at, "ra/s3"))

    assert not site.at(305.0, temperatures=three(305.0, 41.0)).state.trips
    assert not site.at(306.0, temperatures=three(305.0, 41.0)).state.trips, "the same poll again is no second poll"
    assert site.at(320.0, temperatures=three(320.0, 41.0)).state.trips


def test_a_reset_is_refused_while_the_cause_persists():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    site.at(305.0, temperatures=warm(41.0)(305.0))
    hot = seen(310.0, site.limits, temperatures=warm(41.0)(310.0))
    with pytest.raises(holds.HoldRefused, match="persists"):
        holds.reset(site.state, "over_temperature_main", hot, site.limits, moment(310.0))


@pytest.mark.parametrize(
    ("values", "stage_of"),
    [((20.0, 34.0, 21.0), 21.0), ((20.0, 30.0), 30.0), ((29.0,), 29.0)],
    ids=["three: the median", "two: the hotter", "one: that one"],
)
def test_intake_sensors_vote_in_their_zone(values, stage_of):
    site = site_with_fans()
    sensors = tuple(intake(value, 500.0, f"ra/s{i}") for i, value in enumerate(values))
    assert site.at(500.0, temperatures=sensors).temperature_max_c == stage_of


def test_all_temperatures_of_a_zone_lost_all_fans_then_its_miners_in_stages():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    frozen = warm(25.0)(300.0)
    decision = run(site, 305.0, 600.0, temperatures=frozen)
    assert set(decision.targets.fans) == {ON}
    assert set(decision.targets.loads) == {LoadTarget.RUN}
    counts = [site.at(at, temperatures=frozen).targets.loads.count(LoadTarget.RUN) for at in (905.0, 935.0, 965.0, 995.0)]
    assert counts == sorted(counts, reverse=True) and counts[-1] == 0 and counts[0] > 0
    assert site.decision.state.mode is Mode.FAILSAFE


def test_smoke_stops_at_once_and_flood_too_and_both_latch():
    for role, key in ((SwitchRole.SMOKE, "smoke"), (SwitchRole.FLOOD, "flood")):
        site = site_with_fans()
        run(site, 0.0, 300.0, temperatures=warm(25.0))
        switch = (SwitchSeen("ceiling", role, True, 305.0),)
        decision = site.at(305.0, temperatures=warm(25.0)(305.0), switches=switch)
        assert set(decision.targets.loads) == {LoadTarget.OFF}
        later = site.at(400.0, temperatures=warm(25.0)(400.0))
        assert [trip.key for trip in later.state.trips] == [key]


def test_a_fan_that_is_locked_out_stays_off_and_another_carries_its_air():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(36.0))
    site.state = holds.lock_out(site.state, "fan-4", "electrician", "belt", site.limits, moment(300.0))
    decision = run(site, 305.0, 400.0, temperatures=warm(36.0))
    assert decision.targets.fans[3] is OFF
    assert decision.targets.fans.count(ON) == 8


def test_thermal_limit_and_power_signal_at_once_the_lower_one_holds():
    loads = tuple(load(i) for i in range(10))
    site = Site(replace(limits(loads), fans=()))
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    control = replace(seen(305.0, site.limits, level=Level.CONTROL).signals[0], target_kw=24.0)
    decision = site.at(305.0, temperatures=warm(38.6)(305.0), signals=(control,))
    assert decision.targets.loads.count(LoadTarget.RUN) == 5
    assert decision.limited_by == "temperature"


@pytest.mark.parametrize(("configured", "running"), [("on", {ON}), ("off", {OFF})])
def test_what_fans_do_on_smoke_is_as_configured(configured, running):
    site = site_with_fans(fans_on_smoke=configured)
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    decision = run(site, 305.0, 400.0, temperatures=warm(25.0), switches=(SwitchSeen("ceiling", SwitchRole.SMOKE, True, 305.0),))
    assert set(decision.targets.fans) == running


def test_a_hot_exhaust_does_not_keep_a_trip_from_its_reset():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    site.at(305.0, temperatures=warm(41.0)(305.0))
    exhaust = replace(intake(46.0, 400.0, "ra/exhaust"), role=SensorRole.EXHAUST)
    cool = seen(400.0, site.limits, temperatures=(*warm(24.0)(400.0), exhaust))
    assert not holds.reset(site.state, "over_temperature_main", cool, site.limits, moment(400.0)).trips


def test_a_zone_with_one_sensor_left_is_judged_a_degree_tighter_and_told_as_measured():
    site = site_with_fans()
    decision = site.at(500.0, temperatures=(intake(37.5, 500.0),))
    assert decision.temperature_max_c == 37.5
    assert decision.state.mode is Mode.THERMAL_LIMIT
    assert any("37.5 C, judged as 38.5 C" in reason for reason in decision.reasons)


def test_a_sensor_pulled_after_an_hour_is_lost_from_that_moment_and_not_from_the_start():
    site = site_with_fans()
    run(site, 0.0, 3600.0, step=20.0, temperatures=warm(25.0))
    pulled = (intake(None, 3605.0, "ra/s1"), intake(None, 3605.0, "ra/s2"))
    assert set(site.at(3605.0, temperatures=pulled).targets.loads) == {LoadTarget.RUN}
    assert set(site.at(4200.0, temperatures=pulled).targets.loads) == {LoadTarget.RUN}
    assert LoadTarget.SLEEP in site.at(4210.0, temperatures=pulled).targets.loads


def test_a_restart_neither_ends_the_alarm_of_a_lost_zone_nor_forgets_since_when():
    site = site_with_fans()
    run(site, 0.0, 600.0, step=20.0, temperatures=warm(25.0))
    pulled = (intake(None, 605.0, "ra/s1"),)
    run(site, 605.0, 800.0, step=20.0, temperatures=pulled)
    assert "temperature_lost_main" in {alarm.key for alarm in site.decision.alarms}
    site.state = resume(site.state, moment(810.0))
    assert "temperature_lost_main" in {alarm.key for alarm in site.at(810.0).alarms}, "even before any reading comes"
    assert LoadTarget.SLEEP in site.at(1215.0).targets.loads


def test_a_trip_is_not_reset_while_its_zone_is_blind():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    site.at(305.0, temperatures=warm(45.0)(305.0))
    for blind in ((), (intake(None, 400.0),), warm(20.0)(100.0)):
        snapshot = seen(400.0, site.limits, temperatures=blind)
        with pytest.raises(holds.HoldRefused, match="no fresh temperature"):
            holds.reset(site.state, "over_temperature_main", snapshot, site.limits, moment(400.0))


def test_the_emergency_stop_is_no_alarm_about_loads_that_had_no_time_to_go():
    site = Site().settle()
    site.state = holds.stop(site.state, "op", "", moment(300.0))
    assert "load_still_on" not in {alarm.key for alarm in site.at(300.0).alarms}
    assert "load_still_on" in {alarm.key for alarm in site.at(361.0).alarms}
