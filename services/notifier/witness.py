"""What the notifier heard of the site, for the self-test: who decides, what is measured, who takes messages.

Ages count from when it was polled or decided, on this boot's monotonic clock. What another boot said is no news.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from services.notifier.record import Phase, Record
from services.notifier.self_test import Known
from services.notifier.worker import Worker
from services.shared.clock import Moment
from services.shared.messages import Devices, State
from services.shared.settings.sections import Notifications
from services.shared.vocabulary import AlarmKind, HealthState

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is asked for beside what was heard. `lost`: services that fell silent; `desk_fault`: why nobody would be told."""

    workers: Mapping[str, Worker]
    records: Iterable[Record]
    lost: tuple[str, ...]
    broker_lost_mono_s: float | None
    desk_fault: str | None
    store_fault: str | None


@dataclass
class Witness:
    """Filled by the bus's handlers. `state` is the controller's last, whatever its age."""

    told: Notifications
    began: Moment
    state: State | None = None
    _devices: dict[str, Devices] = field(default_factory=dict)
    _took: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)
    _proved_mono_s: float | None = None
    _waits_since: dict[str, float] = field(default_factory=dict)

    def take_state(self, state: State) -> None:
        """The controller's state. One that is overtaken says nothing."""
        if self.state is None or state.boot != self.state.boot or state.seq >= self.state.seq:
            self.state = state

    def take_devices(self, devices: Devices) -> None:
        """What an owner says of its devices."""
        self._devices[devices.source] = devices

    def known(self, now: Moment, around: Surroundings) -> Known:
        """All that the self-test asks for."""
        self._look_at(around.workers, now)
        return Known(
            started_mono_s=self.began.mono_s, decided_mono_s=self._decided(now), measures=self._measures(),
            heard_mono_s=self._heard(now), lost=around.lost, broker_lost_mono_s=around.broker_lost_mono_s,
            emergency_waits_s=self._waits_s(around, now), desk_fault=around.desk_fault, store_fault=around.store_fault,
            proved_mono_s=self._proved_mono_s, prove_within_s=self._within_s(around.workers),
        )  # fmt: skip

    def _decided(self, now: Moment) -> float | None:
        state = self.state
        return state.decided_mono_s if state is not None and state.host_boot == now.host_boot else None

    def _heard(self, now: Moment) -> float | None:
        """By what the controller measures and is told; where it says nothing of that, by what the owners say of their devices."""
        state = self.state
        if state is not None and state.host_boot == now.host_boot and (heard := _measured(state)):
            return max(heard)
        known = [(owner.host_boot, device) for owner in self._devices.values() for device in owner.devices]
        if any(device.state is HealthState.OK for _, device in known):
            return now.mono_s
        answered = [device.last_ok_mono_s for boot, device in known if boot == now.host_boot]
        return max((mono_s for mono_s in answered if mono_s is not None), default=None)

    def _measures(self) -> bool:
        known = (device for owner in self._devices.values() for device in owner.devices)
        return any(device.state is not HealthState.NOT_CONFIGURED for device in known)

    def _look_at(self, workers: Mapping[str, Worker], now: Moment) -> None:
        """A channel is proved when it took something new; the calendar may leap, so its moments are only compared."""
        for name, worker in workers.items():
            health = worker.health
            took = (health.last_delivered_at, health.tested_at)
            if health.state is HealthState.OK and took != self._took.get(name, (None, None)):
                self._proved_mono_s = now.mono_s
            self._took[name] = took

    def _waits_s(self, around: Surroundings, now: Moment) -> float | None:
        """How long the oldest has waited since it was first seen to; by the calendar, which may leap, nobody counts."""
        waiting = {*_waits_everywhere(around.workers), *_untaken(around.records)} if around.workers else set()
        self._waits_since = {key: self._waits_since.get(key, now.mono_s) for key in waiting}
        return max((now.mono_s - since_s for since_s in self._waits_since.values()), default=None)

    def _within_s(self, workers: Mapping[str, Worker]) -> float | None:
        """By the heartbeat where it goes out, else by the weekly test; without either nothing proves a channel."""
        told = self.told
        if told.heartbeat_minutes > 0 and ("telegram" in workers or (told.heartbeat_email and "email" in workers)):
            return max(3 * told.heartbeat_minutes * 60.0, _DAY_S)
        return 8 * _DAY_S if workers and told.channel_test else None


def _measured(state: State) -> list[float]:
    """When anything that its decision goes by was polled."""
    polled = [
        state.load.measured_mono_s,
        state.temperature_mono_s,
        *(one.observed_mono_s for one in state.signals),
        *(one.read_mono_s for one in state.fans),
    ]
    return [mono_s for mono_s in polled if mono_s is not None]


def _waits_everywhere(workers: Mapping[str, Worker]) -> set[str]:
    """The emergencies that wait at every channel: one that any of them took has reached somebody."""
    waiting = [
        {key for row in worker.rows.values() if row.kind is AlarmKind.EMERGENCY for key in row.keys}
        for worker in workers.values()
    ]
    return set.intersection(*waiting) if waiting else set()


def _untaken(records: Iterable[Record]) -> Iterator[str]:
    """The emergencies that nobody has seen and no provider took, whether they wait, were refused, or got lost on the way."""
    for record in records:
        unseen = record.told is AlarmKind.EMERGENCY and record.phase is Phase.UNACKNOWLEDGED
        if unseen and not any(receipt.delivered for receipt in record.receipts):
            yield record.key
