"""A reader that falls silent makes its loads unknown, which says neither that they are off nor that they are on."""

from dataclasses import replace

import pytest

from services.controller.core import holds
from services.controller.core.memory import Hold
from services.controller.core.seen import DeviceSeen, MeterSeen
from services.controller.core.stamps import resume
from services.shared.vocabulary import AlarmKind, LeaseKind, Level, LoadKind, LoadState, PowerState
from tests.plant import Site, limits, load, miner, moment, pdu_meter, seen

STOP_S, PROVEN_S = 300.0, 310.0
LATE_S = 900.0
"""Long after the minute that a trip gives, and after the two minutes that make a PDU lost."""
UNKNOWN = {"watts": None, "watts_mono_s": None, "outlet": PowerState.UNKNOWN, "outlet_mono_s": None}


def site(*loads):
    """Ten miners, or these loads."""
    return Site(limits(loads or None, interval_s=0.0)).settle()


def stop(plant, at=STOP_S):
    plant.state = holds.stop(plant.state, "ann", "", moment(at))
    plant.at(at)


def stopped():
    plant = site()
    stop(plant)
    return plant


def proven_off(plant, until=PROVEN_S, **changes):
    """They slept, and their watts said so after the stop."""
    for at in (until - 5.0, until):
        down = [replace(miner(at, asleep=True), **changes) for _ in plant.limits.loads]
        assert "load_still_on" not in keys(plant.at(at, loads=down))
    return plant


def silent(plant, at, said_s=PROVEN_S, word=LoadState.ASLEEP, **changes):
    """The PDU has hung since; the miners' own word is fresh."""
    read = replace(miner(said_s, asleep=True), state=word, state_mono_s=at)
    devices = (DeviceSeen("foreman", "foreman", at), DeviceSeen("pdu-1", "snmp_pdu", said_s))
    return plant.at(at, seen(at, plant.limits, loads=[read] * len(plant.limits.loads), devices=devices, **changes))


def keys(decision):
    return {one.key for one in decision.alarms}


def test_loads_that_were_proven_off_are_unknown_when_their_pdu_hangs_and_the_alarm_is_its_loss():
    plant = proven_off(stopped())
    for after_s in (61.0, 90.0, 119.0):
        decision = silent(plant, PROVEN_S + after_s)
        assert (decision.load.unknown_kw, decision.load.proven) == (30.0, False)
        assert keys(decision) == {"trip_stop"}
    late = silent(plant, LATE_S)
    assert keys(late) == {"trip_stop", "device_lost_pdu-1"}
    assert late.load.unknown_kw == 30.0
    assert "30 kW" in next(one.consequence for one in late.alarms if one.key == "device_lost_pdu-1")


def test_loads_that_were_never_proven_off_after_the_ask_are_an_emergency_at_their_minute():
    plant = stopped()
    said = {"said_s": STOP_S - 1.0}
    assert "load_still_on" not in keys(silent(plant, STOP_S + 59.0, **said))
    alarm = next(one for one in silent(plant, STOP_S + 60.0, **said).alarms if one.key == "load_still_on")
    assert alarm.kind is AlarmKind.EMERGENCY
    assert "30 kW" in alarm.cause


def test_only_the_loads_that_were_not_proven_off_are_named():
    plant = stopped()
    at = PROVEN_S
    plant.at(at, loads=[miner(at, asleep=True) if i < 7 else replace(miner(at), **UNKNOWN) for i in range(10)])
    read = replace(miner(at, asleep=True), state_mono_s=LATE_S)
    decision = plant.at(LATE_S, loads=[read if i < 7 else replace(read, **UNKNOWN) for i in range(10)])
    assert "Nothing shows 3 loads off: 9 kW." in {one.cause for one in decision.alarms}


def test_a_fresh_reading_that_a_load_is_on_again_is_an_emergency_at_once():
    plant = proven_off(stopped())
    silent(plant, LATE_S)
    back = [miner(LATE_S + 1.0, asleep=True, watts=3000.0 if i == 4 else None) for i in range(10)]
    assert "Foreman did not take 1 load off: 3 kW." in {one.cause for one in plant.at(LATE_S + 1.0, loads=back).alarms}


def test_a_miner_that_says_it_works_while_its_pdu_hangs_is_an_emergency_also_once_it_falls_silent_too():
    plant = proven_off(stopped())
    assert "load_still_on" in keys(silent(plant, LATE_S, word=LoadState.HASHING))
    assert "load_still_on" in keys(silent(plant, LATE_S + 1.0, word=LoadState.UNKNOWN))
    assert "load_still_on" not in keys(plant.at(LATE_S + 2.0, loads=[miner(LATE_S + 2.0, asleep=True)] * 10))
    assert "load_still_on" not in keys(silent(plant, LATE_S + 100.0, said_s=LATE_S + 2.0))


@pytest.mark.parametrize("meter", [lambda kw, at: MeterSeen("site", "", kw, at), pdu_meter], ids=["site", "pdu"])
def test_a_meter_that_shows_too_much_is_an_emergency_also_once_it_falls_silent_too(meter):
    plant = proven_off(stopped())
    assert "load_still_on" not in keys(silent(plant, LATE_S, meters=(meter(1.0, LATE_S),)))
    assert "load_still_on" in keys(silent(plant, LATE_S + 1.0, meters=(meter(12.0, LATE_S + 1.0),)))
    assert "load_still_on" in keys(silent(plant, LATE_S + 200.0, meters=(meter(12.0, LATE_S + 1.0),)))


def test_a_restart_of_the_controller_forgets_no_proof():
    plant = proven_off(stopped())
    plant.state = resume(plant.state, moment(LATE_S))
    blind = [replace(miner(LATE_S), state=LoadState.UNKNOWN, **UNKNOWN) for _ in range(10)]
    assert "load_still_on" not in keys(plant.at(LATE_S, loads=blind))


def test_after_a_reboot_of_the_pi_nothing_is_proven_off_for_the_mains_may_have_been_away():
    plant = proven_off(stopped())
    plant.state = resume(plant.state, moment(20.0, boot="later"))
    assert plant.state.proven_off == ()


def leased():
    lease = Hold("a", LeaseKind.MINERS, "ann", "", moment(STOP_S), 9000.0, action="sleep", members=("all",))
    plant = site()
    plant.state = replace(plant.state, holds=(lease,))
    plant.at(STOP_S)
    return plant


def test_a_proof_of_before_the_ask_is_none():
    plant = proven_off(leased())
    silent(plant, 500.0)
    stop(plant, 501.0)
    assert "load_still_on" not in keys(silent(plant, 560.0))
    assert "load_still_on" in keys(silent(plant, 561.0))


def test_a_proof_is_renewed_by_the_first_reading_after_a_new_ask():
    plant = proven_off(leased())
    stop(plant, 320.0)
    proven_off(plant, 330.0)
    assert "load_still_on" not in keys(silent(plant, LATE_S, said_s=330.0))


def test_an_outlet_that_is_a_loads_only_path_was_read_open_and_its_pdu_hangs():
    plant = site(*(load(i, kind=LoadKind.OUTLET, soft_device="") for i in range(4)))
    plant.at(STOP_S, level=Level.CONTROL)
    read = {"state": LoadState.UNKNOWN, "watts": None, "watts_mono_s": None, "outlet": PowerState.OFF}
    plant.at(PROVEN_S, level=Level.CONTROL, loads=[replace(miner(PROVEN_S), **read)] * 4)
    for at in (LATE_S, LATE_S + 100.0):
        decision = plant.at(at, level=Level.CONTROL, loads=[replace(miner(PROVEN_S), **read)] * 4)
        assert "load_still_on" not in keys(decision)
        assert decision.load.unknown_kw == 12.0
