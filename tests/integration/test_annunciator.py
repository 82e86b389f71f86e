"""From the notifier's word on the bus to the lamp on the relay board: a whole controller, a live broker, a board on a socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.controller.main import serve
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Annunciator
from services.shared.ops import Ops
from services.shared.service import Context
from services.shared.settings import sections as s
from services.shared.settings.tree import Settings
from services.simulator.devices.modbus_relay import FakeModbusRelay
from services.simulator.own_time import in_own_time
from services.simulator.plant import Plant
from services.simulator.site import Faults
from tests.broker import LiveBroker
from tests.waiting import until

CLOCK = Clock("yes")


@asynccontextmanager
async def controller(settings: Settings) -> AsyncIterator[None]:
    bus = Bus(settings.broker, service="controller", site=settings.general.site, clock=CLOCK)
    task = asyncio.create_task(serve(Context("controller", settings, CLOCK, bus, Ops("controller", tick_age_s=lambda: 0.0))))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await bus.stop()


@pytest.mark.asyncio
async def test_the_notifiers_word_lights_the_lamp_in_observe_mode_and_over_a_restart(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    lamp = s.Annunciator(board="relay-1", relay=12)
    plant = Plant.of(Settings(annunciator=lamp, simulator=s.Simulator(miners=1)), faults := Faults())
    board = FakeModbusRelay(in_own_time(plant), faults, "relay-1")
    port = await board.start("127.0.0.1", 0)
    settings = Settings(
        general=s.General(site=site), apis=s.Apis(fan_relay_ip=(f"127.0.0.1:{port}",)), fans=s.Fans(wiring=("nc",)),
        annunciator=lamp, broker=broker.settings("controller"), data=s.Data(folder=str(tmp_path)),
    )  # fmt: skip
    notifier = Bus(broker.settings("notifier"), service="notifier", site=site, clock=CLOCK)
    await notifier.start()
    try:
        async with controller(settings):
            await until(lambda: board.requests, 10, "the board is read")
            assert plant.wiring.calls is False
            await until(lambda: _says_it(notifier) or plant.wiring.calls, 10)
        assert plant.wiring.calls
        await board.power_cycle()
        assert not plant.wiring.calls
        async with controller(settings):
            await until(lambda: _says_it(notifier) or plant.wiring.calls, 10, "the next word lights it again")
            notifier.publish(Annunciator(sound=False, reason="", since_at=None))
            await until(lambda: plant.wiring.calls is False, 10)
    finally:
        await notifier.stop()
        await board.stop()


def _says_it(notifier: Bus) -> None:
    """It is not retained: the notifier says it again and again."""
    notifier.publish(Annunciator(sound=True, reason="emergency trip_smoke: taken by none of sms", since_at=0.0))
