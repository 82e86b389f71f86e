"""The Room Alert driver against a fake unit on a real socket: both firmwares, each fault, loss and return."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from services.collector.drivers.room_alert import RoomAlert, is_active
from services.shared.clock import Clock
from services.shared.device import DeviceError, Nonsense, Refused, Unreachable
from services.shared.messages import Reading, SwitchReading
from services.shared.settings import sections
from services.shared.vocabulary import Quality, SwitchRole
from services.simulator.devices.room_alert import FakeRoomAlert
from services.simulator.site import Faults
from tests.drivers.small_site import SmallSite

DEVICE = "roomalert-1"
SETTINGS = sections.Temperature(
    roles=(("roomalert-1/sensor-3", "exhaust"),),
    zones=(("roomalert-1/sensor-2", "north"),),
    switches=(
        ("roomalert-1/switch-1", "utility"),
        ("roomalert-1/switch-2", "door"),
        ("roomalert-1/switch-3", "flood"),
        ("roomalert-1/switch-4", "smoke"),
    ),
    timeout_seconds=0.5,
)


@dataclass
class Bench:
    site: SmallSite
    faults: Faults
    fake: FakeRoomAlert
    driver: RoomAlert

    async def read(self, started_mono_s: float = 100.0) -> dict[str, Reading | SwitchReading]:
        return {one.subject[1]: one for one in await self.driver.poll(started_mono_s)}


@asynccontextmanager
async def bench(generation: str = "B", settings: sections.Temperature = SETTINGS) -> AsyncIterator[Bench]:
    site, faults = SmallSite(), Faults()
    fake = FakeRoomAlert(site, faults, DEVICE, generation)
    port = await fake.start("127.0.0.1", 0)
    driver = RoomAlert(f"127.0.0.1:{port}", device=DEVICE, temperature=settings, clock=Clock())
    try:
        yield Bench(site, faults, fake, driver)
    finally:
        await driver.close()
        await fake.stop()


@pytest.mark.asyncio
@pytest.mark.parametrize(("generation", "legacy"), [("A", False), ("B", False), ("A", True), ("B", True)])
async def test_every_firmware_tells_the_same_temperatures_humidity_and_contacts(generation: str, legacy: bool) -> None:
    async with bench(generation) as unit:
        if legacy:
            unit.faults.set(DEVICE, "legacy")
        found = await unit.read(started_mono_s=77.5)
        values = {name: one.value for name, one in found.items() if isinstance(one, Reading)}
        assert values == {"sensor-1": 24.25, "sensor-1-humidity": 41.5, "sensor-2": 25.5, "sensor-3": 33.75}
        closed = {name: one.closed for name, one in found.items() if isinstance(one, SwitchReading)}
        assert closed == {"switch-1": True, "switch-2": False, "switch-3": False, "switch-4": False}
        assert {one.poll_started_mono_s for one in found.values()} == {77.5}
        assert {one.unit for one in found.values() if isinstance(one, Reading)} == {"Cel", "%RH"}


@pytest.mark.asyncio
async def test_roles_and_zones_are_those_of_the_settings() -> None:
    async with bench() as unit:
        found = await unit.read()
        assert (found["sensor-1"].role, found["sensor-1"].zone) == ("intake", "main")
        assert (found["sensor-2"].role, found["sensor-2"].zone) == ("intake", "north")
        assert (found["sensor-3"].role, found["sensor-3"].zone) == ("exhaust", "main")


@pytest.mark.asyncio
async def test_an_unplugged_sensor_is_a_bad_reading_and_never_its_last_value() -> None:
    async with bench() as unit:
        await unit.read()
        unit.faults.set(DEVICE, "unplugged", 1)
        found = await unit.read()
        for quantity in ("sensor-1", "sensor-1-humidity"):
            assert (found[quantity].value, found[quantity].quality) == (None, Quality.BAD)
            assert "plugged" in found[quantity].reason
        assert found["sensor-2"].value == 25.5
        unit.faults.clear()
        assert (await unit.read())["sensor-1"].value == 24.25


@pytest.mark.asyncio
async def test_a_port_that_never_held_a_sensor_is_left_out_unless_the_settings_name_it() -> None:
    async with bench() as unit:
        assert "sensor-4" not in await unit.read()
    named = SETTINGS.model_copy(update={"roles": (("RoomAlert-1/Sensor-4", "intake"),)})
    async with bench(settings=named) as unit:
        assert (await unit.read())["sensor-4"].quality is Quality.BAD


@pytest.mark.asyncio
async def test_temperatures_that_are_no_numbers_are_bad_and_the_contacts_still_count() -> None:
    async with bench() as unit:
        unit.faults.set(DEVICE, "nan")
        found = await unit.read()
        assert [one.value for one in found.values() if isinstance(one, Reading)] == [None] * 4
        assert found["switch-2"].active is False


@pytest.mark.asyncio
async def test_a_page_that_never_changes_is_frozen_after_a_minute_and_believed_again_when_it_moves() -> None:
    async with bench() as unit:
        unit.faults.set(DEVICE, "frozen")
        assert (await unit.read(started_mono_s=100.0))["sensor-1"].value == 24.25
        unit.site.seconds += 90
        unit.site.temperatures["intake-1"] = 41.0
        frozen = await unit.read(started_mono_s=190.0)
        assert frozen["sensor-1"].value is None
        assert "frozen" in frozen["sensor-1"].reason
        assert frozen["switch-1"].active is None
        unit.faults.clear()
        assert (await unit.read(started_mono_s=191.0))["sensor-1"].value == 41.0


@pytest.mark.asyncio
async def test_the_clock_of_the_unit_changes_nothing() -> None:
    async with bench() as unit:
        before = (await unit.read())["sensor-1"]
        unit.faults.set(DEVICE, "clock_2000")
        after = (await unit.read())["sensor-1"]
        assert after.value == before.value
        assert after.measured_at >= before.measured_at > 1_700_000_000


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("hang", Unreachable), ("reset", DeviceError), ("refuse", Unreachable), ("garbage", Nonsense), ("truncated", Nonsense),
        ("huge", Nonsense), ("error", Refused), ("html", Nonsense),
    ],
)  # fmt: skip
@pytest.mark.parametrize("legacy", [False, True])
async def test_a_fault_of_the_wire_is_a_device_error_and_the_unit_returns(
    fault: str, error: type[DeviceError], legacy: bool
) -> None:
    async with bench() as unit:
        if legacy:
            unit.faults.set(DEVICE, "legacy")
        await unit.read()
        unit.faults.set(DEVICE, fault)
        with pytest.raises(error):
            await unit.read()
        unit.faults.clear(kind=fault)
        assert (await unit.read())["sensor-2"].value == 25.5


@pytest.mark.asyncio
async def test_a_slow_unit_is_lost_only_beyond_the_deadline() -> None:
    async with bench() as unit:
        unit.faults.set(DEVICE, "slow", 0.05)
        assert (await unit.read())["sensor-1"].value == 24.25
        unit.faults.set(DEVICE, "slow", 5)
        with pytest.raises(Unreachable, match=r"within 0\.5 s"):
            await unit.read()


@pytest.mark.asyncio
async def test_a_unit_that_is_not_there_is_unreachable() -> None:
    async with bench() as unit:
        await unit.fake.stop()
        with pytest.raises(Unreachable):
            await unit.read()


@pytest.mark.asyncio
async def test_firmware_that_changes_its_path_is_found_again() -> None:
    async with bench() as unit:
        await unit.read()
        unit.faults.set(DEVICE, "legacy")
        assert (await unit.read())["sensor-1"].value == 24.25
        unit.faults.clear()
        assert (await unit.read())["sensor-1"].value == 24.25


def test_a_cut_utility_wire_curtails_and_other_contacts_are_active_when_closed() -> None:
    assert is_active(SwitchRole.UTILITY, closed=False, is_reversed=False) is True
    assert is_active(SwitchRole.UTILITY, closed=True, is_reversed=False) is False
    assert is_active(SwitchRole.UTILITY, closed=True, is_reversed=True) is True
    assert is_active(SwitchRole.SMOKE, closed=True, is_reversed=False) is True
    assert is_active(SwitchRole.SMOKE, closed=False, is_reversed=True) is True
    assert is_active(SwitchRole.DOOR, closed=False, is_reversed=False) is False
    assert is_active(SwitchRole.FLOOD, closed=None, is_reversed=True) is None
