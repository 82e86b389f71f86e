"""The collector over a live broker and a live page: signals, health and alarms as the rest of the plant hears them."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.collector.main import serve
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Alarm, Devices, Reading, Signal
from services.shared.ops import Ops
from services.shared.service import Context
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from services.shared.vocabulary import HealthState, Level
from services.simulator.devices.signal_page import Said, SignalPage
from services.simulator.site import Faults
from tests.broker import LiveBroker
from tests.drivers.small_site import SmallSite
from tests.waiting import until


@dataclass
class Plant:
    page: SignalPage
    faults: Faults
    outside: Bus
    signals: list[Signal] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    devices: list[Devices] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)

    def level(self, name: str) -> Level | None:
        return next((signal.level for signal in reversed(self.signals) if signal.name == name), None)

    def state(self, device: str) -> HealthState | None:
        return next((one.state for one in (self.devices[-1].devices if self.devices else ()) if one.device == device), None)

    def alarm(self, key: str) -> bool | None:
        return next((alarm.active for alarm in reversed(self.alarms) if alarm.key == key), None)


def settings_for(broker: LiveBroker, site: str, port: int) -> Settings:
    page = s.SignalSource(
        url=f"http://127.0.0.1:{port}/power-signal", form="css", path="#signal .value", poll_seconds=0.1, timeout_seconds=0.3
    )
    grid = s.SignalSource(kind="mqtt", topic=f"{site}/grid", heartbeat_minutes=0.5 / 60)
    return Settings(
        general=s.General(site=site),
        signals={"utility": page, "grid": grid},
        mqtt_sensors={"barn": s.MqttSensor(topic=f"{site}/+/temperature", heartbeat_seconds=60)},
        broker=broker.settings("collector"),
    )


@asynccontextmanager
async def plant(broker: LiveBroker, site: str) -> AsyncIterator[Plant]:
    faults, clock = Faults(), Clock("yes")
    page = SignalPage(SmallSite(), faults)
    settings = settings_for(broker, site, await page.start("127.0.0.1", 0))
    outside = Bus(broker.settings("admin"), service="test", site=site, clock=clock)
    bed = Plant(page, faults, outside)
    heard: list[tuple[Any, list[Any]]] = [
        (Signal, bed.signals), (Reading, bed.readings), (Devices, bed.devices), (Alarm, bed.alarms),
    ]  # fmt: skip
    for kind, kept in heard:
        outside.on(kind, lambda message, _arrival, kept=kept: kept.append(message))
    await outside.start()
    bus = Bus(settings.broker, service="collector", site=site, clock=clock)
    context = Context("collector", settings, clock, bus, Ops("collector", tick_age_s=lambda: 0.0))
    service = asyncio.create_task(serve(context))
    try:
        await until(lambda: bus.connected and outside.connected, what="both are on the bus")
        yield bed
    finally:
        service.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await service
        await bus.stop()
        await outside.stop()
        await page.stop()


@pytest.mark.asyncio
async def test_a_signal_that_changes_on_the_page_is_heard_on_the_bus(broker: LiveBroker, site: str) -> None:
    async with plant(broker, site) as bed:
        await until(lambda: bed.level("utility") is Level.NORMAL)
        bed.page.said = Said("control")
        await until(lambda: bed.level("utility") is Level.CONTROL)
        bed.faults.set("signal", "html")
        await until(lambda: bed.level("utility") is Level.UNKNOWN)
        assert bed.state("utility") is HealthState.OK


@pytest.mark.asyncio
async def test_a_lost_page_is_one_line_one_alarm_and_no_signal_and_its_return_is_one_line(
    broker: LiveBroker, site: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with plant(broker, site) as bed:
        await until(lambda: bed.state("utility") is HealthState.OK and bed.signals)
        bed.faults.set("signal", "reset")
        await until(lambda: bed.state("utility") is HealthState.LOST and bed.alarm("device_lost_utility"))
        told = len([one for one in bed.signals if one.name == "utility"])
        bed.faults.clear()
        await until(lambda: bed.state("utility") is HealthState.OK and bed.alarm("device_lost_utility") is False)
        await until(lambda: len([one for one in bed.signals if one.name == "utility"]) > told)
        lines = [record.getMessage() for record in caplog.records if record.getMessage().startswith("utility ")]
    assert [line.split(":")[0] for line in lines] == ["utility is lost", "utility answers again"]


@pytest.mark.asyncio
async def test_other_programs_topics_are_heard_after_their_first_message_and_missed_when_silent(
    broker: LiveBroker, site: str
) -> None:
    async with plant(broker, site) as bed:
        publisher = Shouting(broker)
        try:
            await until(lambda: bed.state("grid") is HealthState.LOST, what="a signal that was never heard is lost")

            def heard() -> bool:
                publisher.say(f"{site}/grid", "emergency")
                publisher.say(f"{site}/intake/temperature", "21.5")
                return bed.level("grid") is Level.EMERGENCY and bool(bed.readings)

            await until(heard)
            assert (bed.readings[0].device, bed.readings[0].quantity, bed.readings[0].value) == ("barn", "intake", 21.5)
            await until(lambda: bed.state("grid") is HealthState.LOST and bed.alarm("device_lost_grid"))
        finally:
            publisher.end()


class Shouting:
    """Another program on the broker."""

    def __init__(self, broker: LiveBroker) -> None:
        import paho.mqtt.client as mqtt

        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.username_pw_set("site", broker.passwords["site"])
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()

    def say(self, topic: str, text: str) -> None:
        self._client.publish(topic, text, qos=1)

    def end(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
