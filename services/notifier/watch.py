"""What only the notifier can see: a silent service, an absent broker, a channel that takes nothing, its own file, nobody outside.

What is found is said as alarms of our own, levels like everybody's; which services are heard is `roll_call`'s.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.notifier.chat_watch import Ears, chat_found
from services.notifier.findings import (
    BROKER_LOST,
    Finding,
    channel_lost,
    channel_refused,
    channel_untested,
    service_lost,
    store_fault,
    watcher_lost,
)
from services.notifier.lifesign import LifeSign
from services.notifier.record import Record
from services.notifier.roll_call import SERVICES, RollCall
from services.notifier.routing import CHANNEL_LOST, CHANNEL_TEST
from services.notifier.stages.inhibit import SERVICE_LOST
from services.notifier.worker import Worker
from services.shared.clock import Moment
from services.shared.messages import Alarm
from services.shared.vocabulary import AlarmKind, HealthState

OWNER = "notifier"
WATCHER_LOST = "not_reaching_watcher"
BROKER_LOST_S = 60.0
CHANNEL_LOST_S = 600.0
REPUBLISHED_WITHIN_S = 60.0
"""An owner that began anew has re-published all its alarms by then."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is looked at beside what was heard. `broker_lost_mono_s` is None while it is connected, `watcher` and `chat` without
    one."""

    broker_lost_mono_s: float | None
    workers: Mapping[str, Worker]
    store_fault: str | None
    watcher: LifeSign | None = None
    chat: Ears | None = None


class Watch:
    """Begins with the alarms of our own that stood when an earlier process ended: they stand until the opposite is seen.

    `services` are those that are listened for: none where there is no bus. `roll` is filled by the bus's handlers.
    """

    def __init__(self, boot: str, records: Iterable[Record], services: Collection[str] = SERVICES) -> None:
        self._boot = boot
        self._seq = 0
        self._standing = {record.key for record in records if record.source == OWNER and record.active}
        self.roll = RollCall(services, {key.removeprefix(SERVICE_LOST) for key in self._standing})
        self._said: dict[str, Finding] = {}

    def is_forsaken(self, record: Record, now: Moment) -> bool:
        """Whether its owner began anew and has not said it again."""
        since_s = self.roll.began_anew_s(record.source, record.boot, now)
        return record.source != OWNER and since_s is not None and since_s >= REPUBLISHED_WITHIN_S

    def levels(self, now: Moment, seen: Circumstances) -> Iterator[Alarm]:
        """Our own alarms that changed since the last call."""
        found = dict(self._found(now, seen))
        for key, finding in found.items():
            if self._said.get(key) != finding:
                yield self._alarm(key, finding, active=True, now=now)
        for key in self._standing - found.keys():
            gone = self._said.get(key, Finding(AlarmKind.WARNING, "Ended.", "", ""))
            yield self._alarm(key, gone, active=False, now=now)
        self._said, self._standing = found, set(found)

    def _found(self, now: Moment, seen: Circumstances) -> Iterator[tuple[str, Finding]]:
        yield from self._broker(now, seen.broker_lost_mono_s)
        for service, heard_mono_s in self.roll.silent(now, connected=seen.broker_lost_mono_s is None):
            yield SERVICE_LOST + service, service_lost(service).since(heard_mono_s)
        for name, worker in seen.workers.items():
            yield from self._channel(name, worker, now)
        yield from self._watcher(now, seen.watcher)
        yield from chat_found(seen.chat, self._standing, self._said, now)
        if seen.store_fault is not None:
            yield "alerts_database", store_fault(seen.store_fault)

    def _channel(self, name: str, worker: Worker, now: Moment) -> Iterator[tuple[str, Finding]]:
        """A reason that changes while the alarm stands is no news."""
        test = CHANNEL_TEST + name
        lost = CHANNEL_LOST + name
        if worker.test_failed:
            yield test, self._said.get(test) or channel_untested(name, worker.test_failed)
        if worker.check_failed:
            yield lost, channel_refused(name, worker.check_failed)
        elif _takes_nothing(worker, now, stood=lost in self._standing):
            found = self._said.get(lost) or channel_lost(name, worker.health.reason, waiting=bool(worker.rows))
            yield lost, found.since(worker.lost_since_mono_s)

    def _watcher(self, now: Moment, watcher: LifeSign | None) -> Iterator[tuple[str, Finding]]:
        """One that stood before we began stands until the watcher was reached."""
        if watcher is None:
            return
        if watcher.is_lost(now) or (WATCHER_LOST in self._standing and watcher.door.last_mono_s is None):
            found = self._said.get(WATCHER_LOST) or watcher_lost(watcher.door.fault)
            yield WATCHER_LOST, found.since(watcher.door.last_mono_s)

    def _broker(self, now: Moment, lost_mono_s: float | None) -> Iterator[tuple[str, Finding]]:
        if lost_mono_s is not None and ("broker_lost" in self._standing or now.mono_s - lost_mono_s >= BROKER_LOST_S):
            yield "broker_lost", BROKER_LOST.since(lost_mono_s)

    def _alarm(self, key: str, finding: Finding, *, active: bool, now: Moment) -> Alarm:
        self._seq += 1
        stood_s = 0.0 if finding.since_mono_s is None else max(now.mono_s - finding.since_mono_s, 0.0)
        return Alarm(
            key=key, source=OWNER, boot=self._boot, seq=self._seq, active=active, kind=finding.kind, cause=finding.cause,
            consequence=finding.consequence, action=finding.action, since_at=now.wall_s - stood_s,
        )  # fmt: skip


def _takes_nothing(worker: Worker, now: Moment, *, stood: bool) -> bool:
    """What is refused for good does not wait. One that stood before we began stands until something is taken, or the provider
    knows us and nothing waits."""
    if worker.lost_since_mono_s is None:
        is_open = bool(worker.rows) or worker.health.state is HealthState.STARTING
        return stood and is_open and worker.health.last_delivered_at is None
    since_s = worker.lost_since_mono_s if worker.rows else worker.refuses_since_mono_s
    return stood or (since_s is not None and now.mono_s - since_s >= CHANNEL_LOST_S)
