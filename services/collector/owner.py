"""The owner of every sensing connection: one poll loop for each, their readings on the bus, their health and its alarms."""

import asyncio
from collections.abc import Sequence

from services.collector.drivers.base import Sensor
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Alarm, DeviceHealth
from services.shared.poll import Poller
from services.shared.pollers import Pollers
from services.shared.vocabulary import AlarmKind, HealthState

SERVICE = "collector"
_LONGEST_BACKOFF_S = 60.0
_BACKOFF_PERIODS = 10.0


class Owner(Pollers):
    """Polls the sensors for ever. A lost one is asked at least every tenth period, and at least once a minute."""

    def __init__(self, sensors: Sequence[Sensor], bus: Bus, clock: Clock) -> None:
        super().__init__(SERVICE, bus, clock)
        self._sensors = sensors
        self.pollers = [self._poller(sensor) for sensor in sensors]
        self._lost: dict[str, bool] = {}

    async def run(self) -> None:
        """Poll until cancelled, then give up the connections. The bus must have been started."""
        try:
            await super().run()
        finally:
            await asyncio.gather(*(sensor.close() for sensor in self._sensors), return_exceptions=True)

    def _poller(self, sensor: Sensor) -> Poller:
        async def poll(started_mono_s: float) -> None:
            for message in await sensor.poll(started_mono_s):
                self._bus.publish(message)

        return Poller(
            sensor.device,
            sensor.kind,
            period_s=sensor.period_s,
            deadline_s=sensor.deadline_s,
            poll=poll,
            clock=self._clock,
            on_health=self._on_health,
            max_backoff_s=min(_LONGEST_BACKOFF_S, _BACKOFF_PERIODS * sensor.period_s),
        )

    def _on_health(self, health: DeviceHealth) -> None:
        self.tell_health()
        lost = health.state is HealthState.LOST
        if self._lost.get(health.device) is not lost:
            self._lost[health.device] = lost
            self._bus.publish(_alarm(health, self._clock.now().wall_s))


def _alarm(health: DeviceHealth, now_s: float) -> Alarm:
    lost = health.state is HealthState.LOST
    key = f"device_lost_{health.device}"
    return Alarm(
        subject=(key,),
        key=key,
        active=lost,
        kind=AlarmKind.WARNING,
        cause=f"{health.device} does not answer: {health.reason}" if lost else f"{health.device} answers",
        consequence="What it measures ages; after its limit the site acts as if it were lost." if lost else "",
        action="Check its power, its cable and its address; it is asked again by itself." if lost else "",
        since_at=health.lost_since_at if health.lost_since_at is not None else now_s,
    )
