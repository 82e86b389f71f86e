"""What the twin's controller sees: each value with the start of its own poll, and never a value where a fault left none."""

import pytest

from services.controller.drivers import DRIVERS
from services.shared.vocabulary import Level, LoadKind, LoadState, PowerState
from services.simulator.twin.kinds import KINDS
from tests.unit.simulator.twin_site import CLOCK, Small


def mono(sim_s: float) -> float:
    return CLOCK.now(sim_s).mono_s


def test_everything_is_read_with_the_start_of_its_own_poll() -> None:
    seen = Small().at(0.0)
    assert {one.mono_s for one in (*seen.signals, *seen.temperatures, *seen.switches, *seen.meters)} == {mono(0.0)}
    assert {one.state_mono_s for one in seen.loads} == {mono(0.0)}
    assert {one.relay for one in seen.fans} == {PowerState.ON}
    assert seen.volts_good is True


def test_a_device_is_read_no_oftener_than_its_period() -> None:
    small = Small()
    small.at(0.0)
    seen = small.at(5.0)
    assert seen.signals[0].mono_s == mono(0.0)
    assert seen.temperatures[0].mono_s == mono(0.0)
    assert seen.meters[0].mono_s == mono(5.0)
    assert small.at(15.0).temperatures[0].mono_s == mono(15.0)


def test_a_lost_device_keeps_its_last_values_with_their_age() -> None:
    small = Small("pdu lost on pdu-1 00:01-00:30", "energy monitor lost 00:01-00:30")
    small.at(0.0)
    seen = small.at(120.0)
    assert {one.name: one.last_ok_mono_s for one in seen.devices}["pdu-1"] == mono(0.0)
    assert seen.loads[0].watts_mono_s == mono(0.0)
    assert seen.loads[1].watts_mono_s == mono(120.0)
    assert seen.fans[0].watts_mono_s == mono(0.0)
    assert seen.volts_good is None


def test_a_frozen_device_gives_an_old_value_a_new_age() -> None:
    small = Small("pdu frozen on pdu-1 00:01-00:30")
    small.at(0.0)
    small.plant.set_outlet("pdu-1", 1, False)
    seen = small.at(120.0)
    assert (seen.loads[0].outlet, seen.loads[0].outlet_mono_s) == (PowerState.ON, mono(120.0))


def test_an_unplugged_sensor_says_nothing_and_a_drifting_one_says_more_each_hour() -> None:
    small = Small("sensor unplugged on roomalert-1/sensor-1 00:01-03:00", "sensor drifts hot on roomalert-1/sensor-2 00:01-03:00")
    before = {one.sensor: one.celsius for one in small.at(0.0).temperatures}
    after = {one.sensor: one.celsius for one in small.at(3660.0).temperatures}
    assert before["roomalert-1/sensor-1"] is not None
    assert after["roomalert-1/sensor-1"] is None
    true_c = small.plant.building.zones["east"]
    assert after["roomalert-1/sensor-2"] == pytest.approx(true_c + 6, abs=0.1)


def test_a_garbled_signal_keeps_the_last_level_with_its_age_and_says_why() -> None:
    small = Small("signal garbled 00:01-00:30")
    small.at(0.0)
    (seen,) = small.at(120.0).signals
    assert (seen.level, seen.mono_s) == (Level.NORMAL, mono(0.0))
    assert "another page" in seen.reason


def test_a_flapping_signal_changes_its_word() -> None:
    small = Small("signal flapping 00:00-00:30")
    levels = [small.at(60.0 * minute).signals[0].level for minute in range(20)]
    assert set(levels) == {Level.NORMAL, Level.CONTROL}


def test_without_volts_no_watts_are_true() -> None:
    small = Small("energy monitor without volts 00:00-00:30")
    seen = small.at(0.0)
    assert seen.volts_good is False
    assert {one.watts for one in seen.fans} == {None}


def test_a_mains_cut_silences_everything_but_the_signal() -> None:
    small = Small("mains cut 00:01-00:10")
    small.at(0.0)
    seen = small.at(120.0)
    assert seen.signals[0].mono_s == mono(120.0)
    assert {one.last_ok_mono_s for one in seen.devices if one.name != "foreman"} == {mono(0.0)}


def test_a_new_controller_knows_no_read_back_and_a_new_host_knows_nothing() -> None:
    small = Small()
    small.at(0.0)
    small.world.controller_restarted(host=False)
    seen = small.world.snapshot(CLOCK.now(1.0))
    assert {one.state for one in seen.loads} == {LoadState.UNKNOWN}
    assert seen.temperatures and seen.signals
    small.world.controller_restarted(host=True)
    seen = small.world.snapshot(CLOCK.now(1.0))
    assert not seen.temperatures and not seen.signals


def test_the_twin_knows_every_kind_of_acting_device_that_the_controller_has() -> None:
    assert KINDS.keys() == DRIVERS.keys()
    softly = [kind.soft for kind in KINDS.values() if kind.soft]
    assert sorted(softly) == sorted(kind for kind in LoadKind if kind is not LoadKind.OUTLET)
