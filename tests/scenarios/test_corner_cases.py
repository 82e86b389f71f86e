"""Where two rules, a restart or a second ask meet."""

import itertools
from dataclasses import replace

import pytest

from services.controller.core import holds
from services.controller.core.loads import locked_out
from services.controller.core.memory import Hold, Lockout, Trip
from services.controller.core.orders import Act, LedgerView, Order, Sent
from services.controller.core.reconcile import reconcile
from services.controller.core.seen import DeviceSeen, SwitchSeen, TemperatureSeen
from services.controller.core.stamps import resume
from services.controller.core.wanted import Targets
from services.shared.vocabulary import LeaseKind, Level, LoadKind, LoadTarget, PowerState, Proof, SensorRole, SwitchRole
from tests.plant import Site, fan, intake, limits, load, miner, moment, pdu_meter, seen, signal

RUN, SLEEP, OFF = LoadTarget.RUN, LoadTarget.SLEEP, LoadTarget.OFF
ON = PowerState.ON


def warm(celsius, at):
    return (intake(celsius, at, "ra/s1"), intake(celsius, at, "ra/s2"))


def test_a_start_under_a_partial_control_adopts_the_loads_and_wakes_nobody():
    site = Site()
    half = [miner(1.0, asleep=i < 5) for i in range(10)]
    decision = site.at(1.0, signals=(signal(Level.CONTROL, 1.0, target_kw=24.0),), loads=half)
    assert RUN not in decision.targets.loads[:5], "a sleeping miner is woken in the first second"


def test_a_control_that_ends_within_the_start_grace_brings_load_back_in_stages_only():
    site = Site()
    site.at(1.0, level=Level.CONTROL)
    asleep = [miner(40.0, asleep=True) for _ in range(10)]
    assert site.at(40.0, loads=asleep).targets.loads.count(RUN) == 0
    counts = []
    for at in range(45, 300, 5):
        loads = [miner(float(at), asleep=target is not RUN) for target in site.decision.targets.loads]
        counts.append(site.at(float(at), loads=loads).targets.loads.count(RUN))
    assert counts[0] == 0 and max(after - before for before, after in itertools.pairwise(counts)) <= 1


def test_a_controller_that_was_down_longer_than_the_heartbeat_holds_the_last_level_through_its_grace():
    site = Site().settle()
    site.state = resume(site.state, moment(5000.0))
    assert set(site.at(5000.0, level=None).targets.loads) == {RUN}, "the collector's word is a moment away"
    assert set(site.at(5091.0, level=None).targets.loads) == {SLEEP}


def test_a_deeper_ask_after_a_milder_one_gets_a_soft_wait_of_its_own():
    site = Site().settle()
    site.at(300.0, level=Level.CONTROL)
    site.at(400.0, level=Level.CONTROL, loads=[miner(400.0, asleep=True) for _ in range(10)])
    for at in range(410, 4000, 10):
        loads = [miner(float(at), asleep=target is not RUN) for target in site.decision.targets.loads]
        site.at(float(at), signals=(signal(Level.CONTROL, float(at), target_kw=24.0),), loads=loads)
    assert site.decision.targets.loads.count(RUN) == 8
    assert OFF not in site.at(4000.0, level=Level.CONTROL).targets.loads, "outlets open under load without any soft wait"
    assert OFF not in site.at(4500.0, level=Level.CONTROL).targets.loads
    assert OFF in site.at(4700.0, level=Level.CONTROL).targets.loads


def test_a_trip_in_one_zone_opens_no_unmetered_outlet_in_another():
    loads = tuple(load(i, zone="a" if i < 5 else "b") for i in range(10))
    site = Site(limits(loads)).settle()
    blind = [replace(miner(0.0), watts=None, watts_mono_s=None) for _ in range(10)]
    for at in range(300, 1500, 10):
        temperatures = (intake(41.0, at, "ra/1", "a"), intake(41.0, at, "ra/2", "a"), intake(25.0, at, "ra/3", "b"))
        snapshot = seen(at, site.limits, level=Level.CONTROL, loads=blind, temperatures=temperatures)
        decision = site.at(at, snapshot)
    assert set(decision.targets.loads[:5]) == {OFF}
    assert set(decision.targets.loads[5:]) == {SLEEP}


def test_a_load_that_became_protected_is_no_longer_to_be_off():
    site = Site().settle()
    site.state = holds.stop(site.state, "op", "", moment(300.0))
    assert set(site.at(300.0).targets.loads) == {OFF}
    site.limits = limits(tuple(load(i, protected=i == 0) for i in range(10)))
    assert site.at(301.0).targets.loads == (SLEEP, *(OFF,) * 9)


def test_a_forced_temperature_does_not_hide_that_all_sensors_are_lost():
    site = Site(limits(fans=3)).settle()
    hold = Hold("a", LeaseKind.TEMPERATURE, "op", "", moment(200.0), 86_400.0, celsius=20.0)
    site.state = holds.grant(site.state, hold, site.limits)
    for at in range(205, 2000, 10):
        decision = site.at(float(at), temperatures=warm(25.0, 200.0))
    assert set(decision.targets.loads) == {SLEEP}
    assert set(decision.targets.fans) == {ON}


def test_a_trip_can_be_reset_although_the_exhaust_is_warm():
    site = Site().settle()
    site.at(300.0, temperatures=warm(41.0, 300.0))
    exhaust = TemperatureSeen("ra/x", "main", SensorRole.EXHAUST, 45.0, 900.0)
    cool = seen(900.0, site.limits, temperatures=(*warm(25.0, 900.0), exhaust))
    assert not holds.reset(site.state, "over_temperature_main", cool, site.limits, moment(900.0)).trips


def forced_on(site, number, at):
    hold = Hold("f", LeaseKind.FANS, "op", "", moment(at), 3600.0, fans=((number, ON),))
    site.state = holds.grant(site.state, hold, site.limits)


def run(site, begin, end):
    for at in range(begin, end, 4):
        fans = tuple(fan(float(at)) for _ in site.limits.fans)
        site.at(float(at), temperatures=warm(15.0, float(at)), fans=fans)
    return site.decision.targets.fans


def test_a_fan_forced_on_runs_and_starts_no_other():
    site = Site(limits(fans=9))
    before = run(site, 0, 900)
    assert before.count(ON) == 1
    number = 1 + next(i for i, wanted in enumerate(before) if wanted is not ON)
    forced_on(site, number, 900.0)
    after = run(site, 900, 940)
    assert after[number - 1] is ON and after.count(ON) <= 2


def test_a_locked_out_fan_forced_on_stays_off_and_starts_no_other():
    site = Site(limits(fans=9))
    before = run(site, 0, 900)
    number = 1 + next(i for i, wanted in enumerate(before) if wanted is not ON)
    site.state = holds.lock_out(site.state, f"fan-{number}", "electrician", "belt", site.limits, moment(900.0))
    forced_on(site, number, 900.0)
    after = run(site, 900, 1100)
    assert after[number - 1] is PowerState.OFF and after.count(ON) == 1


def test_a_fan_forced_on_in_its_rest_waits_and_starts_no_other():
    site = Site(limits(fans=9))
    run(site, 0, 900)
    stopped = max(range(9), key=lambda i: (site.state.fans[i].wanted is PowerState.OFF, site.state.fans[i].changed.mono_s))
    at = int(site.state.fans[stopped].changed.mono_s)
    site = Site(limits(fans=9))
    run(site, 0, at + 4)
    forced_on(site, stopped + 1, float(at + 4))
    counts = [run(site, second, second + 4).count(ON) for second in range(at + 4, at + 100, 4)]
    assert max(counts) <= 2


def test_a_lease_on_miners_that_does_nothing_is_refused():
    site = Site()
    hold = Hold("a", LeaseKind.MINERS, "op", "", moment(0.0), 600.0, members=("all",))
    with pytest.raises(holds.HoldRefused, match="sleep"):
        holds.grant(site.state, hold, site.limits)


def test_a_lease_on_the_temperature_without_a_temperature_is_refused():
    site = Site()
    hold = Hold("a", LeaseKind.TEMPERATURE, "op", "", moment(0.0), 600.0)
    with pytest.raises(holds.HoldRefused, match="celsius"):
        holds.grant(site.state, hold, site.limits)


def test_smoke_that_clears_leaves_the_trip_and_a_reset_under_smoke_is_refused():
    site = Site().settle()
    smoke = seen(300.0, site.limits, switches=(SwitchSeen("hall", SwitchRole.SMOKE, True, 300.0),))
    site.at(300.0, smoke)
    with pytest.raises(holds.HoldRefused, match="persists"):
        holds.reset(site.state, "smoke", smoke, site.limits, moment(400.0))
    assert site.at(310.0).state.trips


def test_a_trip_in_one_zone_wakes_nobody_in_another_to_fill_its_room():
    loads = tuple(load(i, zone="east" if i < 5 else "west", priority=1 if i < 5 else 9) for i in range(10))
    site = Site(limits(loads)).settle()
    half = (replace(signal(Level.CONTROL, 300.0), target_kw=15.0),)
    east_only = [miner(300.0, asleep=i >= 5) for i in range(10)]
    assert site.at(300.0, signals=half, loads=east_only).targets.loads == (RUN,) * 5 + (SLEEP,) * 5
    site.state = replace(site.state, trips=(Trip("over_temperature_east", "41 C", moment(310.0)),))
    for at in (311.0, 320.0, 425.0):
        assert RUN not in site.at(at, signals=half, loads=east_only).targets.loads, f"woken at {at}"
    assert site.at(460.0, signals=half, loads=east_only).targets.loads.count(RUN) == 1, "then in stages, as any return"


def test_a_load_with_no_path_but_its_outlet_is_cut_for_a_control_and_not_for_a_lost_signal():
    bare = (load(0, kind=LoadKind.OUTLET, soft_device=""),)
    unmetered = [replace(miner(0.0), watts=None, watts_mono_s=None)]
    site = Site(limits(bare)).settle()
    assert site.at(5000.0, signals=(signal(Level.NORMAL, 190.0),), loads=unmetered).targets.loads == (SLEEP,)
    site.at(5001.0, signals=(signal(Level.CONTROL, 5001.0),), loads=unmetered)
    assert site.at(5011.0, signals=(signal(Level.CONTROL, 5001.0),), loads=unmetered).targets.loads == (OFF,)


def test_what_failed_before_an_ask_does_not_delay_it():
    site = limits((load(0),))
    failed = Sent(Order("foreman", Act.SLEEP, "m-0", 90.0, attempt=3), 80.0, done=True, failed=True)
    view = LedgerView({("m-0", "soft"): failed})
    snapshot = seen(110.0, site)
    assert not reconcile(Targets((SLEEP,), (), 70.0), snapshot, view, site, moment(110.0))[0], "the same ask: it rests"
    (order,), _ = reconcile(Targets((SLEEP,), (), 100.0), snapshot, view, site, moment(110.0))
    assert order.attempt == 1, "a new ask: it is tried at once"


def test_a_lost_foreman_is_given_one_more_poll_before_outlets_open():
    site = Site().settle()
    gone = (DeviceSeen("foreman", "foreman", 0.0), DeviceSeen("pdu-1", "snmp_pdu", 500.0))
    assert set(site.at(500.0, level=Level.CONTROL, devices=gone).targets.loads) == {SLEEP}
    assert set(site.at(509.0, level=Level.CONTROL, devices=gone).targets.loads) == {SLEEP}
    assert set(site.at(510.5, level=Level.CONTROL, devices=gone).targets.loads) == {OFF}


def test_a_meter_that_shows_more_than_allowed_past_the_deadline_is_an_alarm_even_when_no_load_explains_it():
    site = Site(limits(device_kinds={}, lost_after_s={})).settle()
    site.at(300.0, level=Level.CONTROL)
    asleep = [miner(905.0, asleep=True) for _ in range(10)]
    strangers = (pdu_meter(7.0, 905.0),)
    decision = site.at(905.0, seen(905.0, site.limits, level=Level.CONTROL, loads=asleep, meters=strangers))
    assert OFF not in decision.targets.loads
    assert "over_target" in {alarm.key for alarm in decision.alarms}


def test_watts_from_before_a_fan_was_switched_on_disprove_nothing():
    site = Site(limits(fans=3))
    for at in range(0, 600, 5):
        site.at(float(at), temperatures=warm(15.0, float(at)))
    assert site.decision.targets.fans.count(ON) == 1
    frozen = tuple(fan(599.0, watts=1500.0 if wanted is ON else 0.0) for wanted in site.decision.targets.fans)
    for at in range(600, 680, 2):
        decision = site.at(float(at), temperatures=warm(36.0, float(at)), fans=frozen)
    assert set(decision.targets.fans) == {ON}
    assert Proof.DISPROVED not in {one.proof for one in decision.fans}
    assert set(decision.targets.loads) == {RUN}


def test_a_refusal_that_names_its_pause_costs_no_attempt():
    site = limits((load(0),))
    order = Order("foreman", Act.SLEEP, "m-0", 400.0, attempt=3)
    refused = Sent(order, 100.0, done=True, failed=True, again_mono_s=130.0)
    view = LedgerView({("m-0", "soft"): refused})
    wanted = Targets((SLEEP,), ())
    snapshot = seen(110.0, site)
    assert reconcile(wanted, snapshot, view, site, moment(129.0)) == ((), 130.0)
    (again,), _ = reconcile(wanted, snapshot, view, site, moment(131.0))
    assert again.attempt == 3


def test_an_outlet_that_no_load_has_cannot_be_locked_out():
    """A load without a PDU is named by itself or by its group."""
    bare = limits((load(0, pdu="", outlet=None),))
    state = Site(bare).settle().state
    for target in ("/None", "", "pdu-1/None"):
        with pytest.raises(holds.HoldRefused, match="no fan, load, outlet or group is named"):
            holds.lock_out(state, target, "ann", "", bare, moment(200.0))
    assert locked_out(replace(state, lockouts=(Lockout("", "ann", "", moment(200.0)),)), bare) == frozenset()
