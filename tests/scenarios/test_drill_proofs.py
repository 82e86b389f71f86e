"""What a drill moves and what proves it: the device's own load or fan, and a reading begun after the drill."""

from dataclasses import replace

import pytest

from services.controller.core import drills
from services.controller.core.holds import HoldRefused
from services.controller.core.memory import Hold
from services.controller.core.plant import Pace
from services.controller.core.seen import FanSeen
from services.shared.vocabulary import LeaseKind, PowerState
from tests.plant import Site, fan, limits, load, miner, moment, seen

ON, OFF = PowerState.ON, PowerState.OFF
BEGAN = 200.0


def settled(site=None):
    return Site(site).settle()


def begun(site, device, snapshot=None):
    """The drill that begins at 200 s."""
    look = snapshot or seen(BEGAN, site.limits)
    return drills.begin(site.state, device, "ann", "monthly", "d1", look, site.limits, moment(BEGAN)).holds[-1]


def fans_at(site, at, **one):
    """All fans run but for those given by number."""
    return tuple(one.get(f"fan{each.number}", fan(at)) for each in site.limits.fans)


def drilled(site, hold, at, **looks):
    """What became of a drill at a moment; None while it goes on."""
    state = replace(site.state, holds=(hold,))
    after = drills.settle(state, seen(at, site.limits, **looks), site.limits, moment(at))
    assert bool(after.drilled) is not bool(after.holds)
    return after.drilled[0] if after.drilled else None


def of_fan(number):
    return Hold("d1", LeaseKind.DRILL, "ann", "", moment(BEGAN), 120.0, fans=((number, ON),), sensor="relay-1")


def of_load(action=drills.SLEEP, name="m-9"):
    return Hold("d1", LeaseKind.DRILL, "ann", "", moment(BEGAN), 120.0, members=(name,), action=action, sensor="foreman")


def last_load(site, at, **changes):
    """Nine miners hash; of the tenth this is read."""
    return [miner(at)] * (len(site.limits.loads) - 1) + [replace(miner(at, asleep=True), **changes)]


@pytest.mark.parametrize(("pace", "seconds"), [(Pace(1.0, 40, 300.0, effect_s=60.0), 360.0), (Pace(1.0, 40, 30.0), 120.0)])
def test_a_drill_has_the_time_of_its_devices_proof_and_effect_and_two_minutes_at_least(pace, seconds):
    hold = begun(settled(limits(paces={"foreman": pace})), "foreman")
    assert (hold.seconds, hold.owner, hold.reason) == (seconds, "ann", "monthly")


def test_a_device_that_may_be_called_at_any_pace_is_drilled_too():
    assert begun(settled(limits(paces={})), "foreman").seconds == 120.0


def test_a_pdu_is_drilled_with_its_own_outlets_alone_and_never_with_a_protected_load():
    loads = (load(0), load(1, protected=True), load(2, pdu="pdu-2", outlet=1))
    assert begun(settled(limits(loads)), "pdu-1").members == ("m-0",)


def test_a_load_that_draws_no_more_than_a_sleeping_one_proves_nothing_and_is_not_drilled():
    site = settled(limits((load(0),)))
    weak = seen(BEGAN, site.limits, loads=[miner(BEGAN, watts=200.0)])
    with pytest.raises(HoldRefused, match="nothing of foreman can be moved now"):
        begun(site, "foreman", weak)


def test_a_fan_that_was_added_a_moment_ago_rests_in_no_memory_and_is_not_drilled():
    site = settled(limits(fans=2, device_kinds={"relay-1": "modbus_fans"}))
    site.state = replace(site.state, fans=site.state.fans[:1])
    with pytest.raises(HoldRefused, match="no fan of relay-1 rests"):
        begun(site, "relay-1")


@pytest.mark.parametrize(
    ("watts", "polled", "is_proven"),
    [(150.0, 230.0, True), (149.9, 230.0, False), (1500.0, 229.9, False), (1500.0, 199.0, False), (None, None, False)],
)
def test_a_fan_proves_its_drill_by_its_own_watts_once_it_has_run_up(watts, polled, is_proven):
    site = settled(limits(fans=3))
    own = FanSeen(ON, 240.0, watts, polled)
    assert (drilled(site, of_fan(2), 240.0, fans=fans_at(site, 240.0, fan2=own)) is not None) is is_proven


def test_a_drill_of_a_fan_that_was_taken_out_of_the_plant_ends_by_its_time():
    site = settled(limits(fans=2))
    assert drilled(site, of_fan(9), 319.9) is None
    assert not drilled(site, of_fan(9), 320.0).proven


@pytest.mark.parametrize(
    ("changes", "is_proven"),
    [
        ({"watts": 200.0}, True), ({"watts": 200.1}, False), ({"watts_mono_s": BEGAN}, False), ({"watts_mono_s": 100.0}, False),
        ({"watts": None, "watts_mono_s": None}, False), ({"watts": 40.0, "watts_mono_s": None}, False),
    ],
)  # fmt: skip
def test_a_load_proves_its_drill_by_watts_that_fell_after_it_began(changes, is_proven):
    site = settled()
    assert (drilled(site, of_load(), 220.0, loads=last_load(site, 220.0, **changes)) is not None) is is_proven


@pytest.mark.parametrize(
    ("changes", "is_proven"),
    [({}, True), ({"outlet": ON}, False), ({"outlet_mono_s": BEGAN}, False), ({"outlet_mono_s": None}, False)],
)
def test_an_outlet_proves_its_drill_by_being_read_as_open_after_it_began(changes, is_proven):
    site = settled()
    loads = last_load(site, 220.0, **{"outlet": OFF, **changes})
    assert (drilled(site, of_load(drills.OFF), 220.0, loads=loads) is not None) is is_proven


def test_a_picture_of_another_plant_proves_no_drill():
    site = settled()
    with pytest.raises(ValueError, match="shorter"):
        drilled(site, of_load(name="none"), 220.0, loads=last_load(site, 220.0)[1:])
