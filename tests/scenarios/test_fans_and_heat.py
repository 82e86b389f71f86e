"""Fans and temperature over time, in the words of the plant."""

from dataclasses import replace
from itertools import pairwise

import pytest

from services.controller.core import holds
from services.controller.core.decide import decide
from services.controller.core.memory import Hold
from services.controller.core.seen import HumiditySeen
from services.controller.core.stamps import resume
from services.shared.vocabulary import AlarmKind, LeaseKind, Level, LoadTarget, Mode, PowerState, Proof
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


def test_a_zone_with_one_sensor_left_is_judged_a_degree_tighter_and_told_as_measured():
    site = site_with_fans()
    decision = site.at(500.0, temperatures=(intake(37.5, 500.0),))
    assert decision.temperature_max_c == 37.5
    assert decision.state.mode is Mode.THERMAL_LIMIT
    assert any("37.5 °C, judged as 38.5 °C" in reason for reason in decision.reasons)


def test_a_sensor_pulled_after_an_hour_is_lost_from_that_moment_and_not_from_the_start():
    site = site_with_fans()
    run(site, 0.0, 3600.0, step=20.0, temperatures=warm(25.0))
    pulled = (intake(None, 3605.0, "ra/s1"), intake(None, 3605.0, "ra/s2"))
    assert set(site.at(3605.0, temperatures=pulled).targets.loads) == {LoadTarget.RUN}
    assert set(site.at(4200.0, temperatures=pulled).targets.loads) == {LoadTarget.RUN}
    assert LoadTarget.SLEEP in site.at(4210.0, temperatures=pulled).targets.loads


def test_a_restart_neither_ends_the_alarm_of_a_lost_zone_nor_forgets_since_when():
    site = site_with_fans(zones=frozenset({"main"}))
    run(site, 0.0, 600.0, step=20.0, temperatures=warm(25.0))
    pulled = (intake(None, 605.0, "ra/s1"),)
    run(site, 605.0, 800.0, step=20.0, temperatures=pulled)
    assert "temperature_lost_main" in {alarm.key for alarm in site.decision.alarms}
    site.state = resume(site.state, moment(810.0))
    assert "temperature_lost_main" in {alarm.key for alarm in site.at(810.0).alarms}, "even before any reading comes"
    assert LoadTarget.SLEEP in site.at(1215.0).targets.loads


def test_the_emergency_stop_is_no_alarm_about_loads_that_had_no_time_to_go():
    site = Site().settle()
    site.state = holds.stop(site.state, "op", "", moment(300.0))
    assert "load_still_on" not in {alarm.key for alarm in site.at(300.0).alarms}
    assert "load_still_on" in {alarm.key for alarm in site.at(361.0).alarms}


def test_fans_follow_the_heat_in_steps_and_leave_a_step_a_degree_lower():
    site = site_with_fans()
    counts = {}
    for at, celsius in ((0.0, 20.9), (900.0, 22.1), (1200.0, 23.5), (1500.0, 22.6), (1800.0, 22.4), (2100.0, 10.0)):
        counts[celsius] = run(site, at, at + 295.0, temperatures=warm(celsius)).floors[0].stage
    assert counts == {20.9: 0, 22.1: 1, 23.5: 2, 22.6: 2, 22.4: 1, 10.0: 0}


@pytest.mark.parametrize(("celsius", "stage", "alarmed"), [(34.9, 9, False), (35.0, 9, False), (35.1, 9, True)])
def test_from_the_limit_all_fans_run_and_above_it_there_is_an_alarm(celsius, stage, alarmed):
    site = site_with_fans()
    decision = run(site, 0.0, 300.0, temperatures=warm(celsius))
    assert decision.floors[0].stage == stage
    assert ("all its fans" in decision.floors[0].reason) is (celsius >= 35.0)
    assert ("temperature_high_main" in {one.key for one in decision.alarms}) is alarmed


@pytest.mark.parametrize(("celsius", "left_kw"), [(37.9, 30.0), (38.0, 22.5), (38.5, 15.0), (39.0, 7.5), (39.5, 0.0)])
def test_each_half_degree_from_38_takes_a_quarter_off_at_once(celsius, left_kw):
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    decision = site.at(305.0, temperatures=warm(celsius)(305.0))
    assert min([one.kw for one in decision.ceilings if one.rule == "temperature"], default=30.0) == left_kw


def stage_of(decision):
    return dict(decision.state.thermal_stages)["main"]


def test_a_stage_is_left_only_after_it_was_a_degree_cooler_for_the_time_of_a_stage():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    assert stage_of(site.at(305.0, temperatures=warm(39.0)(305.0))) == 3
    assert stage_of(run(site, 306.0, 500.0, temperatures=warm(38.0))) == 3, "within the hysteresis: however long"
    assert stage_of(site.at(501.0, temperatures=warm(30.0)(501.0))) == 3
    assert stage_of(site.at(530.0, temperatures=warm(30.0)(530.0))) == 3, "29 s"
    assert stage_of(site.at(531.0, temperatures=warm(30.0)(531.0))) == 2, "30 s: one quarter returns"
    assert stage_of(site.at(560.0, temperatures=warm(30.0)(560.0))) == 2
    assert stage_of(site.at(561.0, temperatures=warm(30.0)(561.0))) == 1
    assert stage_of(site.at(570.0, temperatures=warm(38.0)(570.0))) == 1
    assert stage_of(site.at(591.0, temperatures=warm(30.0)(591.0))) == 1, "it was warm in between and stands anew"
    assert stage_of(site.at(621.0, temperatures=warm(30.0)(621.0))) == 0


def test_a_reboot_lets_the_cool_time_stand_anew():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    site.at(305.0, temperatures=warm(39.0)(305.0))
    site.at(306.0, temperatures=warm(30.0)(306.0))
    site.state = resume(site.state, moment(20.0, boot="another-boot"))
    snapshot = seen(400.0, site.limits, temperatures=warm(30.0)(400.0))
    assert stage_of(decide(site.state, snapshot, site.limits, moment(400.0, boot="another-boot"))) == 3


def test_a_zone_that_is_lost_while_it_is_shed_stays_shed():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    site.at(305.0, temperatures=warm(39.2)(305.0))
    frozen = warm(39.2)(305.0)
    counts = [stage_of(site.at(at, temperatures=frozen)) for at in (400.0, 426.0, 905.0, 906.0, 1000.0)]
    assert counts == [3, 3, 3, 3, 4]


def test_a_sensor_that_reads_the_same_for_days_is_fine():
    site = site_with_fans()
    decision = run(site, 0.0, 200_000.0, step=500.0, temperatures=warm(21.4))
    assert not decision.alarms
    assert decision.state.mode is Mode.NORMAL


@pytest.mark.parametrize(("age_s", "is_blind"), [(120.0, False), (120.1, True)])
def test_a_temperature_is_fresh_for_two_minutes(age_s, is_blind):
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    decision = site.at(300.0 + age_s, temperatures=warm(25.0)(300.0))
    assert (decision.temperature_max_c is None) is is_blind


@pytest.mark.parametrize(("lost_s", "stage"), [(600.0, 0), (600.1, 1), (629.9, 1), (630.1, 2), (690.1, 4), (5000.0, 4)])
def test_ten_minutes_without_a_temperature_the_load_goes_in_quarters(lost_s, stage):
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    assert stage_of(site.at(300.0 + lost_s, temperatures=warm(25.0)(300.0))) == stage


def test_a_zone_that_was_never_read_raises_nothing_drops_nothing_and_is_one_alarm():
    site = site_with_fans(zones=frozenset({"main", "cellar"}))
    decision = run(site, 0.0, 89.0, step=1.0)
    assert not decision.alarms, "within the grace of a start sensors may still come"
    assert {one.key for one in site.at(90.0).alarms} == {"temperature_lost_main"}
    decision = run(site, 100.0, 3000.0, step=10.0)
    assert {one.key: one.cause for one in decision.alarms} == {
        "temperature_lost_main": "Zone main has load, but no temperature of it was ever read."
    }
    assert set(decision.targets.loads) == {LoadTarget.RUN}
    assert set(decision.targets.fans) == {ON}
    run(site, 3005.0, 3600.0, level=Level.CONTROL, loads=asleep)
    decision = run(site, 3605.0, 6000.0, loads=asleep)
    assert decision.targets.loads.count(LoadTarget.RUN) == 0
    assert "no fresh temperature in zone main" in {one.reason for one in decision.ceilings}
    assert site.at(6005.0, loads=asleep(6005.0), temperatures=warm(20.0)(6005.0)).targets.loads.count(LoadTarget.RUN) > 0


def test_humidity_and_cold_are_words_and_no_more():
    site = site_with_fans()
    humid = lambda at: (HumiditySeen("ra/h", 81.0, at), HumiditySeen("ra/h2", None, at))  # noqa: E731
    decision = run(site, 0.0, 900.0, temperatures=warm(9.9), humidities=humid)
    assert {one.key: one.kind for one in decision.alarms} == {
        "humidity_high": AlarmKind.WARNING, "temperature_low_main": AlarmKind.WARNING
    }  # fmt: skip
    assert set(decision.targets.loads) == {LoadTarget.RUN}
    assert decision.targets.fans.count(ON) == 1
    decision = site.at(905.0, temperatures=warm(10.5)(905.0), humidities=(HumiditySeen("ra/h", 78.0, 905.0),))
    assert not decision.alarms
    assert not site.at(1100.0, temperatures=warm(10.0)(1100.0), humidities=(HumiditySeen("ra/h", 99.0, 900.0),)).alarms


def test_one_sensor_of_several_lost_is_one_alarm_and_the_rest_vote():
    site = site_with_fans()
    sensors = (intake(25.0, 500.0, "ra/s1"), intake(None, 500.0, "ra/s2"), intake(26.0, 300.0, "ra/s3"))
    decision = site.at(500.0, temperatures=sensors)
    assert {one.key: one.cause for one in decision.alarms} == {
        "temperature_partial_main": "No fresh temperature from ra/s2, ra/s3."
    }
    assert decision.temperature_max_c == 25.0


def test_a_forced_temperature_counts_only_if_it_is_hotter_and_never_stands_in_for_lost_sensors():
    site = site_with_fans()
    run(site, 0.0, 300.0, temperatures=warm(25.0))
    for celsius, told in ((20.0, 25.0), (36.0, 36.0)):
        hold = Hold("t", LeaseKind.TEMPERATURE, "op", "", moment(300.0), 9999.0, celsius=celsius, sensor="s1")
        site.state = holds.grant(site.state, hold, site.limits)
        assert site.at(305.0, temperatures=warm(25.0)(305.0)).temperature_max_c == told
    decision = site.at(700.0, temperatures=warm(25.0)(305.0))
    assert decision.temperature_max_c is None
    assert "temperature_lost_main" in {one.key for one in decision.alarms}


def test_a_zone_that_is_too_hot_is_one_emergency_and_not_two():
    site = site_with_fans()
    decision = run(site, 0.0, 300.0, temperatures=warm(41.0))
    of_heat = {one.key: one.kind for one in decision.alarms if "temperature" in one.key}
    assert of_heat == {
        "trip_over_temperature_main": AlarmKind.EMERGENCY, "temperature_high_main": AlarmKind.WARNING
    }  # fmt: skip
