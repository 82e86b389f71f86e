"""All poll loops of one service, and the health of their devices on the bus."""

import asyncio
from collections.abc import Sequence

from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Devices
from services.shared.poll import Poller
from services.shared.vocabulary import HealthState

_HEALTH_EACH_S = 10.0


class Pollers:
    """Of the `service`; who derives from it sets `pollers`, whose `on_health` calls `tell_health`."""

    pollers: Sequence[Poller] = ()

    def __init__(self, service: str, bus: Bus, clock: Clock) -> None:
        self._service = service
        self._bus = bus
        self._clock = clock

    async def run(self) -> None:
        """Poll until cancelled. The bus must have been started."""
        self.tell_health()
        async with asyncio.TaskGroup() as group:
            for poller in self.pollers:
                group.create_task(poller.run(), name=f"poll-{poller.health.device}")
            while True:  # also without any device; between changes the health only ages
                await asyncio.sleep(_HEALTH_EACH_S)
                self.tell_health()

    def nudge(self, state: HealthState) -> None:
        """Poll at once every device that is in this state; where a poll runs, once more after it."""
        for poller in self.pollers:
            if poller.health.state is state:
                poller.nudge()

    def ages_s(self) -> dict[str, float | None]:
        """Seconds since each device last answered, by device; None for one that never did."""
        now_s = self._clock.now().mono_s
        heard = {poller.health.device: poller.health.last_ok_mono_s for poller in self.pollers}
        return {device: None if ok_s is None else max(0.0, now_s - ok_s) for device, ok_s in heard.items()}

    def tell_health(self) -> None:
        """The health of every device, now."""
        healths = tuple(poller.health for poller in self.pollers)
        self._bus.publish(Devices(subject=(self._service,), devices=healths))
