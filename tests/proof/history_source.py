"""What flows to the api's records in the proof: sensors, alarms, and a controller's ledger that re-sends what is not stored."""

import asyncio
import itertools
from dataclasses import dataclass, field
from pathlib import Path

from services.controller import outbox
from services.controller.ledger import Ledger
from services.controller.ledger_events import OWNER
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Alarm, Event, Message, Presence, Reading, Stored
from services.shared.vocabulary import AlarmKind, Quality
from tests.broker import LiveBroker

SENSORS = 40
ROUNDS_HZ = 10
"""So often each sensor is read; an event and an alarm come with each round."""
AT = 1_800_000_000.0


@dataclass
class Published:
    """What was given to the broker, and what history said that it stored."""

    readings: list[str] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    stored: int = 0

    def hear(self, message: Stored) -> None:
        """The owner's own record of the mark."""
        self.stored = max(self.stored, message.ledger_seq if message.owner == OWNER else 0)


class Source:
    """Sensors, alarms, and a controller's ledger that re-sends what is not stored."""

    def __init__(self, folder: Path, broker: LiveBroker, site: str) -> None:
        self.published = Published()
        self.bus = Bus(broker.settings("admin"), service=OWNER, site=site, clock=Clock("yes"), history_after_s=0.0)
        self.ledger = Ledger(folder / "ledger.db")
        self.outbox = outbox.EventOutbox(self.ledger, self.bus)
        self.bus.on(Stored, lambda message, _: self.published.hear(message))
        self.bus.on(Stored, lambda message, _: self.outbox.take_stored(message))
        self.bus.on(Presence, lambda message, _: self.outbox.take_presence(message))

    @property
    def is_heard(self) -> bool:
        """Whether an api was there that asked for what is published."""
        return self.bus.connected and self.outbox._history_is_there

    async def resend(self) -> None:
        """As the controller does, only sooner."""
        outbox._RESEND_EACH_S = 1.0  # in this process alone
        await self.outbox.run()

    async def flow(self) -> None:
        """Publish until cancelled."""
        for number in itertools.count():
            await self._round(AT + number / ROUNDS_HZ, number)
            await asyncio.sleep(1 / ROUNDS_HZ)

    async def _round(self, at: float, number: int) -> None:
        for sensor in range(SENSORS):
            self.bus.publish(reading(f"sensor-{sensor}", at))
            self.published.readings.append(f"sensor-{sensor}@{round(at * 1000)}")
        self.bus.publish(alarm(f"hot-{number % 7}", at, active=number % 2 == 0))
        self.published.alarms.append(f"hot-{number % 7}@{round(at * 1000)}@{int(number % 2 == 0)}")
        what = Event(subject=(OWNER,), ledger_seq=0, kind="decision", happened_at=at, title=f"decision {number}")
        for event in await self.ledger.commit(None, {}, [what]):
            self.published.events.append(event.ledger_seq)
            if number % 5:  # one in five the process did not come to send: it is sent again
                self.bus.publish(event)


def reading(quantity: str, at: float) -> Reading:
    """One good reading."""
    return Reading(
        subject=("roomalert-1", quantity), device="roomalert-1", quantity=quantity, value=at % 40, unit="Cel",
        quality=Quality.GOOD, poll_started_mono_s=Clock().now().mono_s, measured_at=at,
    )  # fmt: skip


def alarm(key: str, at: float, *, active: bool) -> Message:
    """One rise or fall."""
    return Alarm(subject=(key,), key=key, active=active, kind=AlarmKind.WARNING, cause="hot", since_at=at)
