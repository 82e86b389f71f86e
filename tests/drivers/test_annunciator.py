"""The lamp on a relay, against a fake relay board on a real TCP socket that fans share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from services.controller import annunciator as module
from services.controller.annunciator import Annunciator
from services.controller.core.orders import Act, Order
from services.controller.drivers.modbus_fans import ModbusFans
from services.shared import messages
from services.shared.bus import Arrival
from services.shared.clock import Clock, Moment
from services.shared.device import Refused
from services.shared.messages import Alarm
from services.shared.settings import Settings, sections
from services.simulator.devices.modbus_relay import FakeModbusRelay
from services.simulator.own_time import in_own_time
from services.simulator.plant import Plant
from services.simulator.site import Faults
from services.simulator.state import of_plant
from tests.unit.controller.parts import KeptBus, LeapingClock
from tests.waiting import until

CHOICE = sections.Annunciator(board="relay-1", relay=12)
FANS = sections.Fans(count=9, wiring=("nc",))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(module, "LOOK_EACH_S", 0.05)
    monkeypatch.setattr(module, "AGAIN_S", 0.05)
    yield


class CountingClock(LeapingClock):
    """Every look at the relay begins with a look at the clock."""

    looks = 0

    def now(self) -> Moment:
        self.looks += 1
        return super().now()


@dataclass
class Bench:
    plant: Plant
    faults: Faults
    board: FakeModbusRelay
    driver: ModbusFans
    clock: CountingClock
    bus: KeptBus
    emergencies: list[str]
    annunciator: Annunciator

    @property
    def burns(self) -> bool:
        return bool(of_plant(self.plant)["annunciator"])

    @property
    def alarms(self) -> list[bool]:
        return [alarm.active for alarm in self.bus.of(Alarm)]

    def hear(self, sound: bool, reason: str = "emergency trip_smoke: taken by none of sms") -> None:
        level = messages.Annunciator(sound=sound, reason=reason if sound else "", since_at=None)
        self.annunciator.take(level, Arrival(self.clock.now().mono_s, False, False))

    async def looks(self, more: int = 3) -> None:
        """So many looks later every one that had begun is over."""
        seen = self.clock.looks
        await until(lambda: self.clock.looks >= seen + more)


@contextlib.asynccontextmanager
async def bench(choice: sections.Annunciator = CHOICE, *, channels: int = 16) -> AsyncIterator[Bench]:
    plant = Plant.of(Settings(annunciator=choice, fans=FANS, simulator=sections.Simulator(miners=1)), faults := Faults())
    board = FakeModbusRelay(in_own_time(plant), faults, "relay-1", channels=channels)
    port = await board.start("127.0.0.1", 0)
    driver = ModbusFans(f"127.0.0.1:{port}", device="relay-1", fans=FANS, clock=Clock())
    driver._link._timeout_s = 0.3
    clock, bus, emergencies = CountingClock(), KeptBus(), []  # type: ignore[var-annotated]
    annunciator = Annunciator(choice, driver, bus, clock, lambda: tuple(emergencies))  # type: ignore[arg-type]
    task = asyncio.create_task(annunciator.run())
    try:
        yield Bench(plant, faults, board, driver, clock, bus, emergencies, annunciator)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await driver.close()
        await board.stop()


@pytest.mark.asyncio
async def test_it_burns_while_the_notifier_says_so_and_no_fan_notices() -> None:
    async with bench() as b:
        b.hear(True)
        await until(lambda: b.burns)
        assert [fact.relay.value for fact in await b.driver.poll(1.0)] == ["on"] * 9  # type: ignore[union-attr]
        await b.driver.send(Order("relay-1", Act.FAN_OFF, "fan-3", expires_mono_s=Clock().now().mono_s + 9, lease_s=60))
        assert b.burns
        b.hear(False)
        await until(lambda: not b.burns)
        assert b.alarms == [False]


@pytest.mark.asyncio
async def test_until_somebody_says_so_the_relay_stays_as_an_earlier_process_left_it() -> None:
    async with bench() as b:
        b.plant.set_coil("relay-1", 11, True)
        await b.looks()
        assert b.burns
        assert not b.board.requests
        b.clock.mono_s += 181
        await until(lambda: not b.burns)


@pytest.mark.asyncio
async def test_a_dead_notifier_and_an_emergency_of_the_controllers_own_sound_it() -> None:
    async with bench() as b:
        b.emergencies.append("trip_smoke")
        b.hear(False)
        await b.looks()
        assert not b.burns
        b.clock.mono_s += 181
        await until(lambda: b.burns)
        b.emergencies.clear()
        await until(lambda: not b.burns)
        b.emergencies.append("trip_smoke")
        await until(lambda: b.burns)
        b.hear(False)
        await until(lambda: not b.burns)


@pytest.mark.asyncio
async def test_a_board_that_restarts_or_is_away_is_brought_back_to_it() -> None:
    async with bench() as b:
        b.hear(True)
        await until(lambda: b.burns)
        b.faults.set("relay-1", "offline", True)
        b.plant.reboot("relay-1")
        await b.board.power_cycle()
        assert not b.burns
        await until(lambda: b.annunciator._failing_mono_s is not None)
        b.clock.mono_s += 16
        await until(lambda: b.alarms == [False, True])
        b.faults.clear("relay-1", "offline")
        await until(lambda: b.burns)
        await until(lambda: b.alarms == [False, True, False])


@pytest.mark.asyncio
async def test_a_board_that_is_away_is_not_an_alarm_of_its_own_while_nothing_must_sound() -> None:
    async with bench() as b:
        b.faults.set("relay-1", "offline", True)
        b.hear(False)
        await b.looks()
        b.clock.mono_s += 60
        await b.looks()
        assert b.alarms == [False]


@pytest.mark.asyncio
async def test_a_relay_that_does_not_follow_is_an_alarm_that_says_what_it_reads() -> None:
    async with bench() as b:
        b.faults.set("relay-1", "lie", True)
        b.hear(True)
        await b.looks()
        assert b.alarms == [False]
        b.clock.mono_s += 16
        await until(lambda: b.alarms == [False, True])
        assert "relay-1/12 does not follow: it reads off after it was told on" in b.bus.of(Alarm)[-1].cause
        b.faults.clear("relay-1", "lie")
        await until(lambda: b.alarms == [False, True, False])
        assert b.burns


@pytest.mark.asyncio
async def test_a_relay_that_the_board_does_not_have_is_told_before_it_is_needed() -> None:
    async with bench(channels=9) as b:
        b.hear(False)
        await b.looks()
        b.clock.mono_s += 16
        await until(lambda: b.alarms == [False, True])
        assert "illegal data address" in b.bus.of(Alarm)[-1].cause


@pytest.mark.asyncio
async def test_a_fans_relay_is_refused_by_the_driver_itself() -> None:
    async with bench() as b:
        with pytest.raises(Refused, match="relay-1/9 is a fan's"):
            await b.driver.write_relay(9, energised=True)
        assert not b.board.requests
