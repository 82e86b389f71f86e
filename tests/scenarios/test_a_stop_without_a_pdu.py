"""A stop while a PDU does not answer: its miners are sent to sleep, and one alarm names what is not shown off."""

from dataclasses import replace

import pytest

from services.controller.core import holds
from services.controller.core.orders import Act
from services.controller.core.seen import DeviceSeen
from services.controller.core.stamps import resume
from services.shared.vocabulary import AlarmKind, LoadKind, LoadState, PowerState
from tests.plant import Site, limits, load, miner, moment, seen
from tests.scenarios.test_reconcile import Desk

STOP_S = 200.0
HUNG_S = STOP_S - 5.0
SITE = limits(tuple(load(i, pdu="pdu-1" if i < 6 else "pdu-2") for i in range(10)), device_kinds={"foreman": "foreman"})
PACE = SITE.paces["pdu-1"]
SITE = replace(SITE, paces={**SITE.paces, "pdu-2": PACE}, lost_after_s={**SITE.lost_after_s, "pdu-2": 120.0})


def plant_at(second, *, asleep):
    """pdu-2 was heard last before the stop; Foreman and pdu-1 answer. Who sleeps shows it in Foreman and in fresh watts."""
    loads = []
    for i, one in enumerate(SITE.loads):
        word = LoadState.ASLEEP if one.name in asleep else LoadState.HASHING
        if i < 6:
            loads.append(replace(miner(second, asleep=one.name in asleep), state=word))
        else:
            loads.append(replace(miner(HUNG_S), state=word, state_mono_s=second))
    devices = (DeviceSeen("foreman", "foreman", second), DeviceSeen("pdu-1", "snmp_pdu", second))
    return seen(second, SITE, loads=loads, devices=(*devices, DeviceSeen("pdu-2", "snmp_pdu", HUNG_S)))


def stopped():
    plant = Site(SITE).settle(STOP_S)
    plant.state = holds.stop(plant.state, "ann", "", moment(STOP_S))
    return plant


def run(plant, seconds, *, obey):
    """Decide and send each second. `obey`: the paths that take a load off; a cut outlet shows at 0 W."""
    desk, asleep, cut = Desk(SITE), set(), set()
    for second in range(int(STOP_S), int(STOP_S) + seconds):
        now = float(second)
        snapshot = plant_at(now, asleep=asleep)
        dark = [
            replace(one, outlet=PowerState.OFF, watts=0.0) if f"m-{i}" in cut else one for i, one in enumerate(snapshot.loads)
        ]
        snapshot = replace(snapshot, loads=tuple(dark))
        plant.at(now, snapshot)
        for order in desk.at(now, plant.decision.targets, snapshot):
            if order.device in obey:
                (asleep if order.act is Act.SLEEP else cut).add(order.target)
    return desk, asleep, cut


def told(plant):
    return {one.key: one for one in plant.decision.alarms}


def test_the_miners_behind_a_pdu_that_hangs_are_off_by_foreman_within_seconds_of_a_stop():
    plant = stopped()
    _, asleep, cut = run(plant, 30, obey={"foreman", "pdu-1"})
    assert {"m-6", "m-7", "m-8", "m-9"} <= asleep
    assert cut == {f"m-{i}" for i in range(6)}


def test_who_says_that_it_works_is_told_with_the_pdu_that_hangs_and_its_loss_is_no_second_alarm():
    plant = stopped()
    run(plant, 150, obey={"pdu-1"})
    alarm = told(plant)["load_still_on"]
    assert alarm.kind is AlarmKind.EMERGENCY
    assert alarm.cause == "Foreman did not take 4 loads off: 12 kW."
    assert alarm.consequence == "Outlets of 12 kW are told to open; no answer of pdu-2."
    assert "device_lost_pdu-2" not in told(plant)


def test_who_sleeps_by_foreman_alone_is_not_told_as_on_but_as_not_shown_off():
    plant = stopped()
    run(plant, 150, obey={"foreman", "pdu-1"})
    alarm = told(plant)["load_still_on"]
    assert alarm.cause == "Nothing shows 4 loads off: 12 kW; no answer of pdu-2."
    assert "device_lost_pdu-2" not in told(plant)


def test_who_was_not_asked_yet_after_a_restart_is_not_blamed():
    plant = stopped()
    run(plant, 150, obey={"foreman", "pdu-1"})
    plant.state = resume(plant.state, moment(STOP_S + 151.0))
    early = plant_at(STOP_S + 152.0, asleep={one.name for one in SITE.loads})
    unasked = tuple(replace(one, last_ok_mono_s=None) for one in early.devices)
    plant.at(STOP_S + 152.0, replace(early, devices=unasked))
    assert told(plant)["load_still_on"].cause == "Nothing shows 4 loads off: 12 kW; no answer of pdu-2."


def test_a_protected_load_that_nothing_shows_is_not_said_to_stay_on():
    guarded = replace(SITE, loads=(*SITE.loads[:9], load(9, pdu="pdu-2", protected=True)))
    plant = Site(guarded).settle(STOP_S)
    plant.state = holds.stop(plant.state, "ann", "", moment(STOP_S))
    for after_s in (0.0, 70.0):
        plant.at(STOP_S + after_s, plant_at(STOP_S + after_s, asleep={one.name for one in SITE.loads}))
    assert told(plant)["load_still_on"].consequence.endswith(" 3 kW have no outlet that may be opened.")


def test_a_loss_that_was_told_before_the_stop_stays_told():
    plant = Site(SITE).settle(STOP_S)
    plant.at(STOP_S + 200.0, plant_at(STOP_S + 200.0, asleep=set()))
    assert "device_lost_pdu-2" in told(plant)
    plant.state = holds.stop(plant.state, "ann", "", moment(STOP_S + 200.0))
    for after_s in (201.0, 265.0):
        plant.at(STOP_S + after_s, plant_at(STOP_S + after_s, asleep={one.name for one in SITE.loads}))
    assert {"load_still_on", "device_lost_pdu-2"} <= set(told(plant))


@pytest.mark.parametrize(
    ("pdu", "cause"), [("pdu-1", "pdu-1 did not take 1 load off: 3 kW."), ("", "No device can take 1 load off: 3 kW.")]
)
def test_a_load_that_no_miner_command_reaches_is_told_by_its_pdu_or_as_out_of_reach(pdu, cause):
    bare = load(0, kind=LoadKind.OUTLET, soft_device="", pdu=pdu, outlet=1 if pdu else None)
    plant = Site(limits((bare,))).settle(STOP_S)
    plant.state = holds.stop(plant.state, "ann", "", moment(STOP_S))
    for after_s in (0.0, 70.0):
        plant.at(STOP_S + after_s, loads=[miner(STOP_S + after_s)])
    assert told(plant)["load_still_on"].cause == cause
