"""The read-back: each fact keeps the age of its own poll, and an older one never wins."""

from dataclasses import replace

from services.controller.drivers.base import FanFact, LoadFact, PowerFact
from services.controller.readback import Readback
from services.controller.senses import Senses
from services.shared.settings.tree import Settings
from services.shared.vocabulary import LoadState, PowerState
from tests.plant import limits


def snapshot(readback):
    return readback.snapshot(Senses(Settings()), 100.0)


def test_nothing_read_is_unknown_and_never_off():
    seen = snapshot(Readback(limits(fans=2)))
    assert {one.state for one in seen.loads} == {LoadState.UNKNOWN}
    assert {one.outlet for one in seen.loads} == {PowerState.UNKNOWN}
    assert {one.watts for one in seen.loads} == {None}
    assert {one.relay for one in seen.fans} == {PowerState.UNKNOWN}
    assert [device.last_ok_mono_s for device in seen.devices] == [None, None]


def test_what_one_device_does_not_know_it_does_not_erase():
    readback = Readback(limits())
    readback.take("foreman", [LoadFact("m-0", 10.0, state=LoadState.HASHING)], 10.0)
    readback.take("pdu-1", [LoadFact("m-0", 12.0, outlet=PowerState.ON, watts=3000.0)], 12.0)
    one = readback.load("m-0")
    assert (one.state, one.state_mono_s, one.outlet, one.outlet_mono_s, one.watts_mono_s) == (
        LoadState.HASHING, 10.0, PowerState.ON, 12.0, 12.0,
    )  # fmt: skip


def test_an_older_fact_never_replaces_a_newer_one():
    readback = Readback(limits(fans=1))
    new = [LoadFact("m-0", 20.0, LoadState.ASLEEP, PowerState.OFF, 0.0), FanFact(1, 20.0, PowerState.OFF), PowerFact(1.0, 20.0)]
    old = [LoadFact("m-0", 10.0, LoadState.HASHING, PowerState.ON, 9.0), FanFact(1, 10.0, PowerState.ON), PowerFact(9.0, 10.0)]
    readback.take("pdu-1", new, 20.0)
    expected = snapshot(readback)
    readback.take("pdu-1", old, 10.0)
    assert snapshot(readback) == expected


def test_a_load_and_a_fan_that_nobody_mapped_are_ignored():
    readback = Readback(limits(fans=1))
    readback.take("pdu-1", [LoadFact("stranger", 1.0, watts=5.0), FanFact(7, 1.0, PowerState.ON)], 1.0)
    assert snapshot(readback).loads == snapshot(Readback(limits())).loads


def test_a_device_is_as_old_as_its_last_good_poll():
    readback = Readback(limits())
    readback.take("pdu-1", [PowerFact(3.0, 7.0)], 7.0)
    seen = snapshot(readback)
    assert {device.name: device.last_ok_mono_s for device in seen.devices} == {"foreman": None, "pdu-1": 7.0}
    assert [(meter.pdu, meter.kw, meter.mono_s) for meter in seen.meters] == [("pdu-1", 3.0, 7.0)]


def test_the_snapshot_is_frozen_against_what_comes_later():
    readback = Readback(limits())
    before = snapshot(readback)
    kept = replace(before)
    readback.take("foreman", [LoadFact("m-0", 10.0, state=LoadState.HASHING)], 10.0)
    assert before == kept
