"""Curtailment over time, in the words of the plant."""

from dataclasses import replace

import pytest

from services.controller.core import holds
from services.controller.core.memory import Hold
from services.controller.core.stamps import resume
from services.shared.vocabulary import LeaseKind, Level, LoadTarget, Mode, OnLoss, PowerState
from tests.plant import Site, limits, load, miner, moment, pdu_meter, seen, signal

SLEEP, RUN, OFF = LoadTarget.SLEEP, LoadTarget.RUN, LoadTarget.OFF


def asleep(at, count=10, watts=None):
    return [miner(at, asleep=True, watts=watts) for _ in range(count)]


def test_a_normal_signal_limits_nothing():
    decision = Site().settle().decision
    assert (decision.state.mode, decision.limited_by) == (Mode.NORMAL, "nothing")
    assert set(decision.targets.loads) == {RUN}
    assert decision.reasons


def test_control_puts_every_load_to_sleep_at_once():
    decision = Site().settle().at(300.0, level=Level.CONTROL)
    assert set(decision.targets.loads) == {SLEEP}
    assert decision.state.mode is Mode.CURTAILING
    assert decision.limited_by == "signal utility"


def test_control_curtails_even_within_the_start_grace():
    assert set(Site().at(1.0, level=Level.CONTROL).targets.loads) == {SLEEP}


def test_curtailed_is_said_only_when_a_meter_polled_after_the_ask_says_so():
    site = Site().settle()
    site.at(300.0, level=Level.CONTROL)
    old = [miner(299.0, asleep=True) for _ in range(10)]
    assert site.at(302.0, seen(302.0, site.limits, level=Level.CONTROL, loads=old)).state.mode is Mode.CURTAILING
    decision = site.at(310.0, seen(310.0, site.limits, level=Level.CONTROL, loads=asleep(310.0)))
    assert decision.state.mode is Mode.CURTAILED
    assert "proven by measurement" in decision.reasons
    assert decision.load.unknown_kw == 0


def test_an_okay_from_foreman_is_not_curtailed_while_the_watts_stand():
    site = Site().settle()
    for at in range(300, 870, 10):
        decision = site.at(at, level=Level.CONTROL, loads=asleep(at, watts=3000.0))
        assert decision.state.mode is Mode.CURTAILING
        assert set(decision.targets.loads) == {SLEEP}, f"no outlet may open at {at}"


def test_outlets_open_when_the_soft_wait_is_over_and_the_alarm_names_foreman_and_the_kw():
    site = Site().settle()
    site.at(300.0, level=Level.CONTROL)
    assert set(site.at(869.0, level=Level.CONTROL, loads=asleep(869.0, watts=3000.0)).targets.loads) == {SLEEP}
    decision = site.at(870.0, level=Level.CONTROL, loads=asleep(870.0, watts=3000.0))
    assert set(decision.targets.loads) == {OFF}
    alarm = next(one for one in decision.alarms if one.key == "load_still_on")
    assert "Foreman" in alarm.cause and "30 kW" in alarm.cause


def test_a_protected_or_unmapped_outlet_is_never_a_target():
    loads = (load(0, protected=True), load(1, pdu="", outlet=None), load(2))
    site = Site(limits(loads)).settle()
    site.at(300.0, level=Level.EMERGENCY)
    decision = site.at(2000.0, level=Level.EMERGENCY)
    assert decision.targets.loads == (SLEEP, SLEEP, OFF)


def test_a_miner_that_sleeps_keeps_its_outlet():
    site = Site().settle()
    site.at(300.0, level=Level.CONTROL)
    half = [miner(950.0, asleep=i < 5, watts=None) for i in range(10)]
    decision = site.at(950.0, level=Level.CONTROL, loads=half)
    assert decision.targets.loads == (SLEEP,) * 5 + (OFF,) * 5


def test_without_a_meter_it_ends_as_unproven_and_opens_no_outlet():
    site = Site().settle()
    blind = [replace(miner(0.0), state_mono_s=None, watts=None, watts_mono_s=None, outlet=PowerState.UNKNOWN) for _ in range(10)]
    site.at(300.0, level=Level.CONTROL, loads=blind)
    decision = site.at(1000.0, level=Level.CONTROL, loads=blind)
    assert decision.state.mode is Mode.CURTAILED
    assert any("unproven, 30 kW unknown" in reason for reason in decision.reasons)
    assert set(decision.targets.loads) == {SLEEP}
    assert decision.load.measured_kw is None


def test_the_pdus_sum_names_the_suspects_when_no_outlet_is_metered_alone():
    site = Site().settle()
    site.at(300.0, level=Level.CONTROL)
    unmetered = [replace(miner(950.0, asleep=i != 3), watts=None, watts_mono_s=None) for i in range(10)]
    snapshot = seen(950.0, site.limits, level=Level.CONTROL, loads=unmetered, meters=(pdu_meter(3.4, 950.0),))
    decision = site.at(950.0, snapshot)
    assert [i for i, target in enumerate(decision.targets.loads) if target is OFF] == [3]


def test_signal_lost_and_foreman_lost_together_open_no_outlet_under_load():
    site = Site().settle()
    at = 300.0
    while at < 6000.0:
        snapshot = seen(at, site.limits, level=None, signals=(signal(Level.NORMAL, 190.0),), devices=())
        decision = site.at(at, snapshot)
        assert OFF not in decision.targets.loads, f"an outlet opens at {at}"
        at += 60.0
    assert set(decision.targets.loads) == {SLEEP}
    assert decision.state.mode is Mode.FAILSAFE


def test_a_lost_signal_is_held_until_its_limit_and_then_curtails():
    site = Site().settle()
    lost = (signal(Level.NORMAL, 190.0),)
    assert set(site.at(1089.0, signals=lost).targets.loads) == {RUN}
    assert set(site.at(1091.0, signals=lost).targets.loads) == {SLEEP}


@pytest.mark.parametrize(("on_loss", "expected"), [(OnLoss.HOLD, RUN), (OnLoss.RUN, RUN), (OnLoss.CURTAIL, SLEEP)])
def test_the_loss_of_a_signal_leads_where_the_operator_declared(on_loss, expected):
    base = limits()
    site = Site(replace(base, sources=(replace(base.sources[0], on_loss=on_loss),))).settle()
    assert set(site.at(5000.0, signals=(signal(Level.NORMAL, 190.0),)).targets.loads) == {expected}


def test_a_signal_never_matched_raises_nothing_and_drops_nothing_and_is_one_alarm():
    site = Site()
    decision = site.at(0.0, level=None)
    for at in range(10, 2000, 10):
        decision = site.at(at, level=None, loads=[miner(at, asleep=i < 4) for i in range(10)])
    assert decision.targets.loads == (SLEEP,) * 4 + (RUN,) * 6
    assert [alarm.key for alarm in decision.alarms] == ["signal_not_commissioned_utility"]


def test_unknown_text_never_counts_as_normal():
    site = Site().settle()
    site.at(300.0, level=Level.CONTROL)
    unknown = (signal(Level.CONTROL, 300.0, reason="found 'Just a moment', allowed: ..."),)
    assert set(site.at(400.0, signals=unknown, loads=asleep(400.0)).targets.loads) == {SLEEP}


def test_a_target_in_kw_keeps_the_most_important_and_most_efficient_loads():
    loads = (load(0, priority=9), load(1, priority=1), load(2, priority=5, efficiency_j_th=30.0), load(3, efficiency_j_th=18.0))
    site = Site(limits(loads)).settle()
    decision = site.at(300.0, signals=(signal(Level.CONTROL, 300.0, target_kw=6.0),))
    assert decision.targets.loads == (SLEEP, RUN, SLEEP, RUN)


def test_release_is_debounced_and_load_returns_in_stages():
    site = Site().settle()
    site.at(300.0, level=Level.CONTROL)
    site.at(400.0, level=Level.CONTROL, loads=asleep(400.0))
    assert site.at(410.0, loads=asleep(410.0)).targets.loads.count(RUN) == 0
    assert site.at(529.0, loads=asleep(529.0)).targets.loads.count(RUN) == 0
    first = site.at(531.0, loads=asleep(531.0))
    assert first.targets.loads.count(RUN) == 1
    assert first.state.mode is Mode.RESTORING
    assert site.at(560.0, loads=asleep(560.0)).targets.loads.count(RUN) == 1
    assert site.at(562.0, loads=asleep(562.0)).targets.loads.count(RUN) == 2


def test_control_in_the_middle_of_the_return_takes_all_off_again_at_once():
    site = Site().settle()
    site.at(300.0, level=Level.CONTROL)
    site.at(410.0, loads=asleep(410.0))
    site.at(540.0, loads=asleep(540.0))
    assert set(site.at(545.0, level=Level.CONTROL).targets.loads) == {SLEEP}


def test_a_restart_in_the_middle_of_a_curtailment_wakes_nobody():
    site = Site().settle()
    site.at(300.0, level=Level.CONTROL)
    site.at(400.0, level=Level.CONTROL, loads=asleep(400.0))
    site.state = resume(site.state, moment(500.0))
    decision = site.at(500.0, level=None, loads=asleep(500.0))
    assert set(decision.targets.loads) == {SLEEP}
    assert decision.state.mode is Mode.CURTAILED


def test_mains_back_after_a_cut_in_the_middle_of_an_event_the_event_still_holds():
    site = Site().settle()
    site.at(300.0, level=Level.CONTROL)
    late = moment(5.0, boot="next-boot", trusted=False)
    site.state = resume(site.state, late)
    snapshot = seen(5.0, site.limits, level=None)
    from services.controller.core.decide import decide

    assert set(decide(site.state, snapshot, site.limits, late).targets.loads) == {SLEEP}


def test_a_lease_holds_named_miners_down_and_ends_by_itself():
    site = Site().settle()
    hold = Hold("a", LeaseKind.MINERS, "operator", "test", moment(300.0), 600.0, action="sleep", members=("m-3",))
    site.state = holds.grant(site.state, hold, site.limits)
    assert site.at(310.0).targets.loads[3] is SLEEP
    assert site.at(899.0).targets.loads[3] is SLEEP
    for at in range(901, 1400, 10):
        decision = site.at(at)
    assert set(decision.targets.loads) == {RUN}


def test_a_forced_signal_may_only_be_stricter_than_the_plant():
    site = Site().settle()
    hold = Hold("a", LeaseKind.POWER_SIGNAL, "op", "", moment(300.0), 600.0, level=Level.NORMAL)
    with pytest.raises(holds.HoldRefused, match="stricter"):
        holds.grant(site.state, hold, site.limits)


def test_the_emergency_stop_opens_outlets_at_once_and_ends_only_by_a_reset():
    site = Site().settle()
    site.state = holds.stop(site.state, "operator", "smell", moment(300.0))
    decision = site.at(300.5)
    assert decision.state.mode is Mode.EMERGENCY
    assert set(decision.targets.loads) == {OFF}
    assert set(site.at(9000.0).targets.loads) == {OFF}
    site.state = holds.reset(site.state, "stop", seen(9001.0, site.limits), site.limits, moment(9001.0))
    decision = site.at(9002.0)
    assert decision.targets.loads.count(RUN) == 0, "load returns in stages, not at once"


def test_a_lease_to_wake_takes_back_an_older_lease_to_sleep_and_no_ceiling():
    site = Site().settle()
    asleep_all = Hold("a", LeaseKind.MINERS, "op", "", moment(300.0), 6000.0, action="sleep", members=("all",))
    wake_one = Hold("b", LeaseKind.MINERS, "op", "", moment(301.0), 6000.0, action="wake", members=("m-3",))
    site.state = holds.grant(site.state, asleep_all, site.limits)
    assert set(site.at(302.0).targets.loads) == {SLEEP}
    site.state = holds.grant(site.state, wake_one, site.limits)
    for at in range(303, 600, 10):
        decision = site.at(at)
    assert [i for i, target in enumerate(decision.targets.loads) if target is RUN] == [3]
    assert set(site.at(610.0, level=Level.CONTROL).targets.loads) == {SLEEP}
