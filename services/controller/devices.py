"""Keeps every acting device read: one poll loop each, its facts to the read-back, its health and sums to the bus."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from services.controller.drivers.base import Driver, Fact, PowerFact
from services.controller.readback import Readback
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Devices, Reading
from services.shared.poll import Poller
from services.shared.vocabulary import HealthState, Quality

_HEALTH_EACH_S = 10.0


class ActingDevices:
    """The poll loops of the controller's devices. `on_news` is called after every successful poll."""

    def __init__(
        self, drivers: Mapping[str, Driver], readback: Readback, bus: Bus, clock: Clock, on_news: Callable[[], None]
    ) -> None:
        self._readback = readback
        self._bus = bus
        self._clock = clock
        self._on_news = on_news
        self._pollers = [self._poller(driver) for driver in drivers.values()]

    async def run(self) -> None:
        """Poll for ever."""
        async with asyncio.TaskGroup() as group:
            for poller in self._pollers:
                group.create_task(poller.run())
            while True:  # between changes the health only ages
                self._tell_health()
                await asyncio.sleep(_HEALTH_EACH_S)

    def nudge_lost(self) -> None:
        """Poll at once what does not answer: a device that is back is then found before anything is done without it."""
        self.nudge(HealthState.LOST)

    def nudge(self, state: HealthState) -> None:
        """Poll at once every device that is in this state; where a poll runs, once more after it."""
        for poller in self._pollers:
            if poller.health.state is state:
                poller.nudge()

    def ages_s(self) -> dict[str, float | None]:
        """Seconds since each device was last read, by device; None for one that never answered."""
        now_s = self._clock.now().mono_s
        heard = {poller.health.device: poller.health.last_ok_mono_s for poller in self._pollers}
        return {device: None if ok_s is None else max(0.0, now_s - ok_s) for device, ok_s in heard.items()}

    def _poller(self, driver: Driver) -> Poller:
        async def poll(started_mono_s: float) -> None:
            facts = await driver.poll(started_mono_s)
            self._readback.take(driver.device, facts, started_mono_s)
            self._tell_power(driver, facts)
            self._on_news()

        return Poller(
            driver.device,
            driver.kind,
            period_s=driver.period_s,
            deadline_s=driver.deadline_s,
            poll=poll,
            clock=self._clock,
            on_health=lambda _: self._tell_health(),
        )

    def _tell_health(self) -> None:
        healths = tuple(poller.health for poller in self._pollers)
        self._bus.publish(Devices(subject=("controller",), devices=healths))

    def _tell_power(self, driver: Driver, facts: Sequence[Fact]) -> None:
        now = self._clock.now()
        for fact in facts:
            if isinstance(fact, PowerFact):
                self._bus.publish(
                    Reading(
                        subject=(driver.device, "power"),
                        device=driver.device,
                        quantity="power",
                        value=round(fact.kw, 3),
                        unit="kW",
                        quality=Quality.GOOD,
                        poll_started_mono_s=fact.poll_started_mono_s,
                        measured_at=now.wall_s,
                    )
                )
