"""The owner of every sensing connection: one poll loop for each, their readings on the bus, their health and its alarms."""

import asyncio
from collections.abc import Sequence

from services.collector.drivers.base import Sensor
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Alarm, DeviceHealth, Devices
from services.shared.poll import Poller
from services.shared.vocabulary import AlarmKind, HealthState

SERVICE = "collector"
_HEALTH_EACH_S = 10.0
_HEALTH_EACH_S = 10.0
_LONGEST_BACKOFF_S = 60.0
_BACKOFF_PERIODS = 10.0


class Owner:
    """Polls the sensors for ever. A lost one is asked at least every tenth period, and at least once a minute."""

    def __init__(self, sensors: Sequence[Sensor], bus: Bus, clock: Clock) -> None:
        self._sensors = sensors
        self._bus = bus
        self._clock = clock
        self._pollers = [self._poller(sensor) for sensor in sensors]
        self._lost: dict[str, bool] = {}

    async def run(self) -> None:
        """Poll until cancelled, then give up the connections. The bus must have been started."""
        self._publish_devices()
        try:
            async with asyncio.TaskGroup() as group:
                for poller in self._pollers:
                    group.create_task(poller.run(), name=f"poll-{poller.health.device}")
                while True:  # also without any sensor; between changes the health only ages
                    await asyncio.sleep(_HEALTH_EACH_S)
                    self._publish_devices()
        finally:
            await asyncio.gather(*(sensor.close() for sensor in self._sensors), return_exceptions=True)

    def nudge(self, state: HealthState) -> None:
        """Poll at once every device that is in this state; where a poll runs, once more after it."""
        for poller in self._pollers:
            if poller.health.state is state:
                poller.nudge()

    def ages_s(self) -> dict[str, float | None]:
        """Seconds since each device last answered, by device; None for one that never did."""
        now_s = self._clock.now().mono_s
        heard = {poller.health.device: poller.health.last_ok_mono_s for poller in self._pollers}
        return {device: None if ok_s is None else max(0.0, now_s - ok_s) for device, ok_s in heard.items()}

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
        self._publish_devices()
        lost = health.state is HealthState.LOST
        if self._lost.get(health.device) is not lost:
            self._lost[health.device] = lost
            self._bus.publish(_alarm(health, self._clock.now().wall_s))

    def _publish_devices(self) -> None:
        healths = tuple(poller.health for poller in self._pollers)
        self._bus.publish(Devices(subject=(SERVICE,), devices=healths))


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
