"""The IoTaWatt driver against a fake monitor on a real socket: pairing, dead voltage, restart, each fault, loss and return."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from services.collector.drivers.iotawatt import IotaWatt
from services.collector.drivers.iotawatt_json import Status, fits, measure, parse_series
from services.shared.clock import Clock
from services.shared.device import DeviceError, Nonsense, Refused, Unreachable
from services.shared.messages import Reading
from services.shared.settings import sections
from services.shared.vocabulary import Quality
from services.simulator.devices.iotawatt import FakeIotaWatt
from services.simulator.site import Faults
from tests.drivers.small_site import SmallSite

DEVICE = "iotawatt-1"
SETTINGS = sections.Iotawatt(timeout_seconds=0.5)
SERIES = "/query?show=series"


@dataclass
class Bench:
    site: SmallSite
    faults: Faults
    fake: FakeIotaWatt
    driver: IotaWatt

    async def read(self, started_mono_s: float = 100.0) -> dict[str, Reading]:
        return {one.subject[1]: one for one in await self.driver.poll(started_mono_s)}


@asynccontextmanager
async def bench(settings: sections.Iotawatt = SETTINGS, password: str = "") -> AsyncIterator[Bench]:
    site, faults = SmallSite(), Faults()
    fake = FakeIotaWatt(site, faults, DEVICE, password)
    port = await fake.start("127.0.0.1", 0)
    driver = IotaWatt(f"127.0.0.1:{port}", device=DEVICE, iotawatt=settings, clock=Clock())
    try:
        yield Bench(site, faults, fake, driver)
    finally:
        await driver.close()
        await fake.stop()


@pytest.mark.asyncio
async def test_voltage_fans_and_outputs_come_under_the_names_they_have_in_the_monitor() -> None:
    async with bench() as monitor:
        monitor.site.fans[3] = 5.0
        found = await monitor.read(started_mono_s=42.5)
        assert found["voltage"].value == 121.6
        assert found["voltage"].unit == "V"
        assert found["fan_1"].value == 1401.0
        assert found["fan_3"].value == 5.0
        assert found["site_total"].value == 985_000.0
        assert found["fans_total"].unit == "W"
        assert len(found) == 12
        assert {one.poll_started_mono_s for one in found.values()} == {42.5}


@pytest.mark.asyncio
async def test_dead_voltage_is_not_nine_stopped_fans() -> None:
    async with bench() as monitor:
        await monitor.read()
        monitor.faults.set(DEVICE, "no_volts")
        found = await monitor.read()
        assert found["voltage"].value == 0.0
        watts = [one for one in found.values() if one.unit == "W"]
        assert len(watts) == 11
        assert {(one.value, one.quality, one.reason) for one in watts} == {
            (None, Quality.BAD, "mains voltage at the monitor is 0 V")
        }
        monitor.faults.clear()
        assert (await monitor.read())["fan_1"].value == 1401.0


@pytest.mark.asyncio
@pytest.mark.parametrize(("volts", "usable"), [(96.0, True), (95.9, False), (144.0, True), (144.1, False)])
async def test_watts_count_only_within_a_fifth_of_the_nominal_voltage(volts: float, usable: bool) -> None:
    async with bench() as monitor:
        monitor.site.mains_v = volts
        assert ((await monitor.read())["fan_1"].value is not None) is usable


@pytest.mark.asyncio
async def test_a_monitor_that_just_restarted_is_not_believed_yet() -> None:
    async with bench() as monitor:
        monitor.fake.ran_before_s, monitor.site.seconds = 0.0, 29.0
        assert {one.value for one in (await monitor.read()).values()} == {None}
        monitor.site.seconds = 30.0
        assert (await monitor.read())["fan_1"].value == 1401.0


@pytest.mark.asyncio
async def test_a_page_that_never_changes_is_frozen_after_a_minute() -> None:
    async with bench() as monitor:
        monitor.faults.set(DEVICE, "frozen")
        assert (await monitor.read(started_mono_s=100.0))["fan_1"].value == 1401.0
        monitor.site.seconds += 90
        found = await monitor.read(started_mono_s=190.0)
        assert found["fan_1"].value is None
        assert "frozen" in found["fan_1"].reason


@pytest.mark.asyncio
async def test_names_are_read_at_first_every_five_minutes_and_when_the_channels_change() -> None:
    async with bench() as monitor:
        for second in (0, 5, 10, 299):
            monitor.site.seconds = 1000.0 + second
            await monitor.read(started_mono_s=second)
        assert monitor.fake.paths.count(SERIES) == 1
        await monitor.read(started_mono_s=300)
        assert monitor.fake.paths.count(SERIES) == 2
        monitor.faults.set(DEVICE, "empty")
        assert await monitor.read(started_mono_s=305) == {}
        monitor.faults.clear()
        assert (await monitor.read(started_mono_s=310))["fan_1"].value == 1401.0
        assert monitor.fake.paths.count(SERIES) == 4


@pytest.mark.asyncio
async def test_a_series_that_is_no_number_is_bad_and_the_voltage_stays() -> None:
    async with bench() as monitor:
        monitor.faults.set(DEVICE, "nan")
        found = await monitor.read()
        assert found["voltage"].value == 121.6
        assert {one.value for one in found.values() if one.unit == "W"} == {None}
        assert "not a number" in found["fan_1"].reason


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("hang", Unreachable), ("reset", DeviceError), ("refuse", Unreachable), ("garbage", Nonsense), ("truncated", DeviceError),
        ("huge", Nonsense), ("error", Refused), ("html", Nonsense), ("slow", Unreachable),
    ],
)  # fmt: skip
async def test_a_fault_of_the_wire_is_a_device_error_and_the_monitor_returns(fault: str, error: type[DeviceError]) -> None:
    async with bench() as monitor:
        await monitor.read()
        monitor.faults.set(DEVICE, fault, 5)
        with pytest.raises(error):
            await monitor.read()
        monitor.faults.clear()
        assert (await monitor.read())["fan_2"].value == 1402.0


@pytest.mark.asyncio
async def test_one_login_serves_many_polls() -> None:
    settings = SETTINGS.model_copy(update={"username": "user", "password": SecretStr("quiet water")})
    async with bench(settings, password="quiet water") as monitor:
        for started in (100.0, 105.0, 110.0):
            assert (await monitor.read(started_mono_s=started))["fan_1"].value == 1401.0
        assert monitor.fake.challenges == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("username", ["", "user"])
async def test_a_wrong_or_missing_password_is_refused_and_told_without_the_password(username: str) -> None:
    settings = SETTINGS.model_copy(update={"username": username, "password": SecretStr("wrong guess")})
    async with bench(settings, password="quiet water") as monitor:
        with pytest.raises(Refused, match="401") as caught:
            await monitor.read()
        assert "guess" not in str(caught.value)


def test_an_empty_monitor_sends_invalid_json_and_is_understood() -> None:
    assert parse_series('{"series":]}') == ()


def test_names_that_do_not_fit_are_seen() -> None:
    status = Status(({"channel": 0, "Vrms": 120.0},), ({"name": "total", "units": "Watts", "value": 1.0},), 100.0)
    assert fits(status, ("Voltage", "total"))
    assert not fits(status, ("Voltage",))
    assert not fits(status, ("total", "Voltage"))


def test_without_a_voltage_input_there_are_no_watts() -> None:
    status = Status(({"channel": 1, "Watts": " 5"},), (), 100.0)
    found = measure(status, ("fan_1",), 120.0)
    assert found[0].value is None
    assert "voltage" in found[0].reason
