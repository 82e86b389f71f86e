"""The site was off and proven, and then all that reads it falls silent while the utility still asks: that is an emergency."""

from dataclasses import replace

import pytest

from services.controller.core.memory import Hold
from services.controller.core.seen import DeviceSeen, LoadSeen, MeterSeen
from services.controller.core.stamps import resume
from services.shared.vocabulary import AlarmKind, Control, LeaseKind, Level, LoadState
from tests.plant import Site, limits, load, miner, moment, pdu_meter, seen, signal

ASKED_S, HUNG_S = 300.0, 400.0
PDUS = tuple(f"pdu-{n}" for n in range(1, 5))
RELAY = DeviceSeen("relay-1", "modbus_fans", 0.0)
KEY = "curtailment_unproven"


def plant(count=8, **changes):
    loads = tuple(load(i, pdu=PDUS[i % 4], outlet=i // 4 + 1) for i in range(count))
    lost = {"foreman": 300.0, "relay-1": 120.0, **dict.fromkeys(PDUS, 120.0)}
    site = Site(limits(loads, lost_after_s=lost, interval_s=0.0, **changes)).settle(ASKED_S)
    for at in (ASKED_S, ASKED_S + 10.0, HUNG_S):
        look(site, at, ())
    return site


def look(site, at, hung, level=Level.CONTROL, foreman_s=None, heard_s=HUNG_S, meters=(), **more):
    """All miners sleep and draw nothing; these PDUs hang."""
    polled = {name: heard_s if name in hung else at for name in PDUS}
    loads = [replace(miner(polled[one.pdu] or 0.0, asleep=True), state_mono_s=at) for one in site.limits.loads]
    if heard_s is None:
        loads = [
            LoadSeen(LoadState.ASLEEP, at) if one.pdu in hung else two for one, two in zip(site.limits.loads, loads, strict=True)
        ]
    devices = (
        DeviceSeen("foreman", "foreman", at if foreman_s is None else foreman_s), replace(RELAY, last_ok_mono_s=at),
        *(DeviceSeen(name, "snmp_pdu", polled[name]) for name in PDUS),
    )  # fmt: skip
    return told(site.at(at, seen(at, site.limits, level=level, loads=loads, devices=devices, meters=meters, **more)))


def told(decision):
    return {one.key: one for one in decision.alarms}


def test_a_site_that_nothing_reads_any_more_is_one_emergency_that_names_the_devices_when_they_are_lost():
    site = plant()
    for after_s in (61.0, 119.0, 120.0):
        assert set(look(site, HUNG_S + after_s, PDUS)) == {"signal_utility"}
    alarms = look(site, HUNG_S + 121.0, PDUS)
    assert set(alarms) == {"signal_utility", KEY}
    assert alarms[KEY].kind is AlarmKind.EMERGENCY
    assert alarms[KEY].cause == (
        "Of 24 kW that were asked off 24 kW are measured by nothing: no answer of pdu-1, pdu-2, pdu-3, pdu-4."
    )
    assert alarms[KEY].consequence and alarms[KEY].action and alarms[KEY].rank == 4


def test_it_ends_when_they_answer_and_their_loss_is_told_when_the_event_ends_before():
    site = plant()
    look(site, 600.0, PDUS)
    assert set(look(site, 610.0, ())) == {"signal_utility"}
    site = plant()
    look(site, 600.0, PDUS)
    for at in (610.0, 800.0):
        alarms = look(site, at, PDUS, level=Level.NORMAL)
    assert KEY not in alarms and {f"device_lost_{name}" for name in PDUS} <= set(alarms)


def test_half_of_it_is_a_warning_for_each_device_and_what_was_told_does_not_end_when_more_follows():
    site = plant()
    two = look(site, 600.0, PDUS[:2])
    assert set(two) == {"signal_utility", "device_lost_pdu-1", "device_lost_pdu-2"}
    four = look(site, 1000.0, PDUS)
    assert set(four) == {"signal_utility", "device_lost_pdu-1", "device_lost_pdu-2", KEY}


def test_over_a_restart_it_stands_and_a_start_alone_never_raises_it():
    site = plant()
    look(site, 600.0, PDUS)
    site.state = resume(site.state, moment(610.0))
    assert KEY in look(site, 610.0, PDUS, heard_s=None)
    site = plant()
    look(site, 600.0, PDUS[:1])
    site.state = resume(site.state, moment(610.0))
    assert KEY not in look(site, 610.0, PDUS, heard_s=None)


def test_a_site_meter_that_answers_proves_it_and_one_that_froze_is_named():
    site = plant()
    assert KEY not in look(site, 600.0, PDUS, meters=(MeterSeen("em-1", "", 0.4, 599.0),))
    alarms = look(site, 800.0, PDUS, meters=(MeterSeen("em-1", "", 0.4, HUNG_S), pdu_meter(0.1, HUNG_S)))
    assert "pdu-4, em-1." in alarms[KEY].cause


def test_where_the_site_meter_alone_measures_its_loss_is_enough_and_a_meter_never_read_says_nothing():
    loads = tuple(load(i, pdu="", outlet=None) for i in range(4))
    site = Site(limits(loads, interval_s=0.0)).settle(ASKED_S)
    for polled_s, found in ((890.0, False), (None, False), (599.0, True)):
        at, asleep = 900.0, [LoadSeen(LoadState.ASLEEP, 900.0)] * 4
        meter = (MeterSeen("em-1", "", 0.1, polled_s),)
        alarms = told(site.at(at, seen(at, site.limits, level=Level.CONTROL, loads=asleep, meters=meter)))
        assert (KEY in alarms) is found


def test_what_nothing_ever_measured_is_no_news_when_one_of_many_devices_hangs():
    site = plant(meter_max_age_s=0.0)
    alarms = look(site, 600.0, PDUS[:1])
    assert KEY not in alarms and "device_lost_pdu-1" in alarms


@pytest.mark.parametrize("changes", [{"control": Control.OBSERVE}, {"meter_tolerance_kw": 30.0}])
def test_where_nothing_is_switched_or_the_rest_is_within_the_tolerance_it_is_no_emergency(changes):
    assert KEY not in look(plant(**changes), 600.0, PDUS)


def test_outside_an_event_it_is_a_warning_for_each_device():
    site = plant()
    for at in (HUNG_S, HUNG_S + 130.0):
        look(site, at, (), level=Level.NORMAL)
    lease = Hold("a", LeaseKind.MINERS, "ann", "", moment(HUNG_S), 9000.0, action="sleep", members=("all",))
    site.state = replace(site.state, holds=(lease,))
    for at in (HUNG_S + 131.0, 900.0):
        alarms = look(site, at, PDUS, level=Level.NORMAL)
    assert set(alarms) == {f"device_lost_{name}" for name in PDUS}


def test_when_no_acting_device_answers_at_all_that_is_told_too():
    site = plant()
    devices = tuple(DeviceSeen(name, "", HUNG_S) for name in ("foreman", *PDUS, "relay-1"))
    old = [miner(HUNG_S, asleep=True) for _ in site.limits.loads]
    alarms = told(site.at(800.0, seen(800.0, site.limits, level=Level.CONTROL, loads=old, devices=devices)))
    assert {"cannot_act", KEY} <= set(alarms)


def test_a_signal_that_was_lost_with_them_changes_nothing():
    site = plant()
    lost = (signal(Level.CONTROL, HUNG_S),)
    at = HUNG_S + 1000.0
    assert KEY in look(site, at, PDUS, signals=lost)


def test_of_many_devices_the_first_twelve_are_named():
    names = tuple(f"miner-{n:02}" for n in range(14))
    loads = tuple(load(i, pdu="", outlet=None, soft_device=name) for i, name in enumerate(names))
    site = Site(limits(loads, lost_after_s=dict.fromkeys(("x", *names), 120.0), interval_s=0.0)).settle(ASKED_S)
    hung = (DeviceSeen("x", "", 900.0), *(DeviceSeen(name, "http_load", 500.0) for name in names))
    asleep = [LoadSeen(LoadState.ASLEEP, 500.0)] * 14
    alarms = told(site.at(900.0, seen(900.0, site.limits, level=Level.CONTROL, loads=asleep, devices=hung)))
    assert alarms[KEY].cause.endswith("miner-10, miner-11 and 2 more.")
