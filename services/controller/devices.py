"""Keeps every acting device read: one poll loop each, its facts to the read-back, its health and sums to the bus."""

from collections.abc import Callable, Mapping, Sequence

from services.controller.drivers.base import Driver, Fact, PowerFact
from services.controller.readback import Readback
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Reading
from services.shared.poll import Poller
from services.shared.pollers import Pollers
from services.shared.vocabulary import HealthState, Quality


class ActingDevices(Pollers):
    """The poll loops of the controller's devices. `on_news` is called after every successful poll."""

    def __init__(
        self, drivers: Mapping[str, Driver], readback: Readback, bus: Bus, clock: Clock, on_news: Callable[[], None]
    ) -> None:
        super().__init__("controller", bus, clock)
        self._readback = readback
        self._on_news = on_news
        self.pollers = [self._poller(driver) for driver in drivers.values()]

    def nudge_lost(self) -> None:
        """Poll at once what does not answer: a device that is back is then found before anything is done without it."""
        self.nudge(HealthState.LOST)

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
            on_health=lambda _: self.tell_health(),
        )

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
