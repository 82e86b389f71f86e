"""A reader that repeats an old answer as new: who did not show the last command does not prove the next."""

from dataclasses import replace

import pytest

from services.controller.core.decide import decide
from services.controller.core.memory import Lockout
from services.controller.core.orders import Act
from services.controller.core.seen import MeterSeen
from services.controller.core.stamps import resume
from services.shared.vocabulary import AlarmKind, Control, Level, LoadKind, LoadState, LoadTarget, Mode, PowerState
from tests.plant import Site, limits, load, miner, moment, pdu_meter, seen
from tests.scenarios.test_reconcile import Desk

OFF_S, RELEASED_S = 200.0, 331.0
LATE_S = RELEASED_S + 600.0
ASKED_S = LATE_S + 10.0
OUTLET = {"kind": LoadKind.OUTLET, "soft_device": ""}
DEAF = {"state": LoadState.UNKNOWN, "state_mono_s": None, "outlet": PowerState.OFF, "watts": 0.0}


def outlets(count=4, **changes):
    return limits(tuple(load(i, **OUTLET) for i in range(count)), restore_step_kw=100.0, interval_s=0.0, **changes)


def frozen(at, count=4, only=None):
    """The PDU shows these outlets open at 0 W, polled now; the others as they are."""
    return [replace(miner(at), **DEAF) if only is None or i in only else miner(at) for i in range(count)]


def at(plant, second, *, level=Level.CONTROL, only=None, show=frozen, **more):
    return plant.at(second, level=level, loads=show(second, len(plant.limits.loads), only), **more)


def released(site=None, only=None, show=frozen):
    """Taken off, released, and for ten minutes the PDU shows no outlet of these closed."""
    plant = Site(site or outlets()).settle()
    at(plant, OFF_S, show=show)
    for second in (OFF_S + 10.0, RELEASED_S - 1.0, RELEASED_S, LATE_S):
        at(plant, second, level=Level.NORMAL, only=only, show=show)
    return plant


def alarms(decision):
    return {one.key: one for one in decision.alarms}


def test_a_pdu_that_never_showed_the_last_on_does_not_prove_the_next_off():
    plant = released(only={3})
    late = at(plant, LATE_S + 1.0, level=Level.NORMAL, only={3})
    assert late.load.unknown_kw == 0.0
    for second in (ASKED_S, ASKED_S + 30.0, ASKED_S + 600.0):
        decision = at(plant, second)
        assert alarms(decision)["loads_not_back"].cause == "1 load was released and did not come back: m-3."
        assert "load_still_on" not in alarms(decision)
    assert (decision.load.unknown_kw, decision.load.proven) == (3.0, False)
    assert "count as unknown" in alarms(decision)["loads_not_back"].consequence
    assert decision.state.mode is Mode.CURTAILED
    assert "unproven, 3 kW unknown" in decision.reasons


def test_the_outlet_is_told_off_although_it_reads_off():
    plant = released(only={3})
    desk = Desk(plant.limits)
    readback = seen(LATE_S, plant.limits, loads=frozen(LATE_S, only={3}))
    on = desk.at(LATE_S, plant.decision.targets, readback)
    assert [(one.act, one.target) for one in on] == [(Act.OUTLET_ON, "m-3")]
    at(plant, ASKED_S)
    off = desk.at(ASKED_S, plant.decision.targets, seen(ASKED_S, plant.limits, loads=frozen(ASKED_S)))
    assert [(one.act, one.target) for one in off] == [(Act.OUTLET_OFF, "m-3")]
    again = seen(ASKED_S + 5.0, plant.limits, loads=frozen(ASKED_S + 5.0))
    assert desk.at(ASKED_S + 5.0, plant.decision.targets, again) == ()


def test_an_on_that_expired_and_showed_later_is_no_reason_to_open_the_outlet_before_sleep():
    site = limits((load(0),))
    desk = Desk(site)
    wanted = Site(site).settle().decision.targets
    for second in range(10, 100, 5):
        down = replace(miner(float(second), asleep=True), outlet=PowerState.OFF)
        desk.at(float(second), wanted, seen(float(second), site, loads=[down]))
    assert desk.book.view().last[("m-0", "outlet")].failed
    asleep = replace(wanted, loads=(LoadTarget.SLEEP,))
    assert [one.act for one in desk.at(100.0, asleep, seen(100.0, site))] == [Act.SLEEP]


def test_the_doubt_ends_with_the_first_change_that_the_reader_shows():
    plant = released(only={3})
    at(plant, ASKED_S, level=Level.NORMAL, only={3})
    at(plant, ASKED_S + 1.0)
    shown = plant.at(ASKED_S + 5.0, level=Level.CONTROL, loads=[*frozen(ASKED_S + 5.0, 3), miner(ASKED_S + 5.0)])
    assert "loads_not_back" not in alarms(shown)
    decision = at(plant, ASKED_S + 10.0)
    assert (decision.load.unknown_kw, decision.load.proven) == (0.0, True)


def test_watts_alone_are_a_change_too():
    plant = released(only={3})
    at(plant, ASKED_S)
    draws = replace(miner(ASKED_S + 1.0), **DEAF | {"watts": 2900.0})
    shown = plant.at(ASKED_S + 1.0, level=Level.CONTROL, loads=[*frozen(ASKED_S + 1.0, 3), draws])
    assert "loads_not_back" not in alarms(shown)


def test_the_doubt_stands_over_a_release_a_restart_and_a_reboot_until_the_outlet_shows_closed():
    plant = released(only={3})
    at(plant, ASKED_S)
    assert "loads_not_back" in alarms(at(plant, ASKED_S + 1.0, level=Level.NORMAL))
    plant.state = resume(plant.state, moment(ASKED_S + 60.0))
    assert at(plant, ASKED_S + 61.0).load.unknown_kw == 3.0
    plant.state = resume(plant.state, booted(5.0))
    for second in (10.0, 30.0):
        decision = decide_later(plant, second)
    assert decision.load.unknown_kw == 3.0
    assert "loads_not_back" in alarms(decision)


def booted(second):
    """A moment of a later boot whose clock nothing holds yet."""
    return moment(second, boot="later", trusted=False)


def decide_later(plant, second):
    """A decision of that boot."""
    snapshot = seen(second, plant.limits, level=Level.CONTROL, loads=frozen(second))
    decision = decide(plant.state, snapshot, plant.limits, booted(second))
    plant.state = decision.state
    return decision


def test_a_load_that_was_on_its_way_back_when_the_power_failed_gets_its_time_anew():
    plant = released(only={3})
    plant.state = resume(plant.state, moment(5.0, boot="later"))
    assert [since.mono_s for since, _ in plant.state.unshown] == [5.0]


def test_a_person_who_locks_the_load_out_ends_the_doubt():
    plant = released(only={3})
    at(plant, ASKED_S)
    plant.state = replace(plant.state, lockouts=(Lockout("m-3", "ann", "relay burnt", moment(ASKED_S)),))
    at(plant, ASKED_S + 1.0)
    decision = at(plant, ASKED_S + 30.0)
    assert "loads_not_back" not in alarms(decision)
    assert decision.load.proven


def test_a_load_that_had_no_ten_minutes_to_come_back_is_believed():
    plant = Site(outlets()).settle()
    at(plant, OFF_S)
    for second in (OFF_S + 10.0, RELEASED_S, LATE_S - 60.0):
        at(plant, second, level=Level.NORMAL)
    for second in (LATE_S - 50.0, LATE_S + 100.0):
        decision = at(plant, second)
    assert decision.load.proven
    assert "loads_not_back" not in alarms(decision)


def test_the_site_meter_proves_what_no_pdu_does():
    plant = released(only={3})
    at(plant, ASKED_S)
    decision = at(plant, ASKED_S + 5.0, meters=(MeterSeen("site", "", 0.1, ASKED_S + 5.0),))
    assert (decision.load.unknown_kw, decision.load.proven) == (0.0, True)


def test_the_sum_of_a_pdu_that_is_doubted_proves_nothing_of_that_load():
    plant = released(only={3})
    at(plant, ASKED_S)
    decision = at(plant, ASKED_S + 5.0, meters=(pdu_meter(0.0, ASKED_S + 5.0),))
    assert (decision.load.unknown_kw, decision.load.proven) == (3.0, False)


def test_what_could_be_taken_off_counts_no_load_that_is_doubted():
    plant = released(only={3})
    at(plant, ASKED_S)
    assert at(plant, ASKED_S + 1.0).load.ready_kw == 0.0


def test_most_of_an_event_that_doubted_readers_leave_unproven_is_an_emergency_that_names_them():
    plant = released()
    at(plant, ASKED_S)
    told = alarms(at(plant, ASKED_S + 1.0))["curtailment_unproven"]
    assert told.kind is AlarmKind.EMERGENCY
    assert told.cause == ("Of 12 kW that were asked off 12 kW are measured by nothing: the last command did not show at pdu-1.")


def sleeper(second, count, only):
    """A section of a load's own page: its word and its watts are of the same device."""
    down = {"outlet": PowerState.UNKNOWN, "outlet_mono_s": None}
    return [replace(miner(second, asleep=only is None or i in only), **down) for i in range(count)]


def test_a_load_whose_own_page_never_showed_it_awake_does_not_prove_itself_asleep():
    site = limits(tuple(load(i, pdu="", outlet=None) for i in range(4)), restore_step_kw=100.0, interval_s=0.0)
    plant = released(site, show=sleeper)
    at(plant, ASKED_S, show=sleeper)
    assert at(plant, ASKED_S + 5.0, show=sleeper).load.unknown_kw == 12.0
    awake = [replace(one, state=LoadState.WAKING) for one in sleeper(ASKED_S + 6.0, 4, None)]
    assert plant.at(ASKED_S + 6.0, level=Level.CONTROL, loads=awake).load.unknown_kw == 12.0
    assert at(plant, ASKED_S + 7.0, show=sleeper).load.unknown_kw == 0.0


def asleep_behind_closed_outlets(second, count, only):
    return [miner(second, asleep=True) for _ in range(count)]


def test_a_miner_that_does_not_wake_behind_a_closed_outlet_has_two_readers_that_are_believed():
    plant = released(limits(restore_step_kw=100.0, interval_s=0.0), show=asleep_behind_closed_outlets)
    assert "loads_not_back" in alarms(plant.decision)
    for second in (ASKED_S, ASKED_S + 5.0):
        decision = at(plant, second, show=asleep_behind_closed_outlets)
    assert "loads_not_back" not in alarms(decision)
    assert (decision.load.unknown_kw, decision.load.proven) == (0.0, True)


@pytest.mark.parametrize("last", ["failed", "open"])
def test_a_wake_that_nobody_confirmed_is_called_back_although_the_device_says_asleep(last):
    site = limits((load(0),))
    desk = Desk(site)
    down = [replace(miner(10.0, asleep=True), watts=None, watts_mono_s=None)]
    run = Site(site).settle().decision.targets
    assert desk.at(10.0, run, seen(10.0, site, loads=down))[0].act is Act.WAKE
    later = 400.0 if last == "failed" else 20.0
    down = [replace(down[0], state_mono_s=later, outlet_mono_s=later)]
    sleep = replace(run, loads=(LoadTarget.SLEEP,))
    assert [one.act for one in desk.at(later, sleep, seen(later, site, loads=down))] == [Act.SLEEP]


def test_a_site_that_only_observes_doubts_no_reader():
    plant = released(outlets(control=Control.OBSERVE))
    at(plant, ASKED_S)
    decision = at(plant, ASKED_S + 5.0)
    assert decision.state.unshown == ()
    assert decision.load.proven
