"""One lone pass over the site: the collector's sensors, the controller's loop, ledger and drivers, no broker between them."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.cli.alone.bus import Face, Switchboard
from services.cli.alone.careful import Careful, limits_alone
from services.cli.alone.records import Records
from services.cli.alone.seen import Seen, names, progress
from services.collector.drivers import DRIVERS as SENSORS
from services.collector.drivers.mqtt_sensor import MqttSensor
from services.collector.drivers.signal_mqtt import SignalMqtt
from services.collector.owner import Owner
from services.controller.devices import ActingDevices
from services.controller.dispatch import Dispatch
from services.controller.drivers import DRIVERS
from services.controller.inbox import Inbox
from services.controller.ledger import Ledger
from services.controller.limits import acting_devices, limits_from
from services.controller.loop import Loop, Parts
from services.controller.outbox import EventOutbox
from services.controller.readback import Readback
from services.controller.report import Report
from services.controller.senses import Senses
from services.controller.wake import Wake
from services.shared.clock import Clock, Moment
from services.shared.messages import Request
from services.shared.settings import missing
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Control, HealthState

REASON = "once, alone"
_HEARD = (SignalMqtt.kind, MqttSensor.kind)
_LOOK_EACH_S = 0.2
_FIRST_LOOKS = 0.6  # of the whole time: a device that hangs must leave some for what the others ask for
_RUN = 8  # letters of the boot, with which the ids of its orders begin
_ASK_EACH_S = 1.0
_VALID_S = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `unheard`: what is only heard over a broker. `in_time`: all came to rest before the time was over."""

    seen: Seen
    unheard: tuple[str, ...]
    unrecorded: str
    in_time: bool


class Alone:
    """The whole of it. Raises LedgerTaken when a controller runs, sqlite3.Error or OSError when the ledger cannot be opened."""

    def __init__(self, settings: Settings, tell: Callable[[str], None]) -> None:
        self._ledger = Ledger(Path(settings.data.folder) / "ledger.db")
        self._tell = tell
        self._clock = clock = Clock(settings.general.clock_trusted)
        self._board = Switchboard(clock)
        collector, bus = (Face(self._board, service, settings, clock) for service in ("collector", "controller"))
        limits = limits_alone(limits_from(settings))
        self._is_armed = limits.control is Control.ARMED
        drivers = {device: DRIVERS[kind](device, settings, clock) for device, kind in acting_devices(settings).items()}
        senses, readback, wake = Senses(settings), Readback(limits), Wake()
        self._dispatch = Dispatch(drivers, limits, clock, bus.boot, on_news=wake.shortly)
        self._acting = ActingDevices(drivers, readback, bus, clock, on_news=wake.soon)
        self._careful = Careful()
        report = Report(bus, limits, missing(settings))
        self._loop = Loop(
            Parts(
                limits, clock, bus, self._ledger, senses, readback, self._dispatch, report, wake,
                self._acting.nudge_lost, orders=self._careful.orders,
            )
        )  # fmt: skip
        Inbox(senses, self._loop, EventOutbox(self._ledger, bus), wake).listen(bus)
        sensors = [s for kind, make in SENSORS.items() if kind not in _HEARD for s in make(settings, collector, clock)]
        self._sensing = Owner(sensors, collector, clock)
        self._unheard = (*(n for n, one in settings.signals.items() if one.kind == "mqtt"), *settings.mqtt_sensors)
        self._records = Records(settings, bus, clock)
        self._bus = bus
        self._seen = Seen(bus.boot[:_RUN])
        self._seen.listen(bus)

    async def run(self, who: str, within_s: float) -> Outcome:
        """Ask every device, decide, act, and watch until all is at rest or the time is over."""
        until_s = self._now_s() + within_s
        try:
            async with asyncio.TaskGroup() as group:
                parts = (self._board.run, self._records.run, self._sensing.run, self._acting.run)
                tasks = [group.create_task(part()) for part in parts]
                await asyncio.sleep(0)  # by then each has told which devices it has
                await self._tell_history()
                await self._first_looks(until_s - within_s * (1 - _FIRST_LOOKS))
                deciding = group.create_task(self._loop.run())
                in_time = await self._second_looks(who, until_s) and await self._rest(until_s)
                self._tell("")
                deciding.cancel()
                await self._board.drained()
                for task in tasks:
                    task.cancel()
        finally:
            await self._dispatch.close()
            await self._records.close()
            self._ledger.close()
        return Outcome(self._seen, self._unheard, self._records.why_not, in_time)

    async def _tell_history(self) -> None:
        """What an earlier process could not tell it: history takes the events of a ledger without gaps alone."""
        after = -1
        while not self._records.why_not and (events := await self._ledger.unconfirmed(after)):
            for event in events:
                self._bus.publish(event)
            after = events[-1].ledger_seq

    async def _first_looks(self, until_s: float) -> None:
        """Ask until every device has answered or counts as lost."""
        await self._board.drained()
        while (waiting := self._seen.in_state(HealthState.STARTING)) and self._now_s() < until_s:
            self._tell(f"asking {len(self._seen.devices)} devices; no answer yet of {names(waiting)}")
            await asyncio.sleep(_ASK_EACH_S)
            self._nudge(HealthState.STARTING)

    async def _second_looks(self, who: str, until_s: float) -> bool:
        """Decide, ask every device once more and decide again: a trip by heat wants two polls. False when the time is over."""
        asked_s = self._now_s()
        replied = asyncio.get_running_loop().create_future()
        self._loop.ask(_request(who, self._clock.now()), replied)
        await replied
        self._nudge(HealthState.OK)
        looked = await self._until(lambda: self._polled_since(asked_s), until_s)
        looked_s = self._now_s()
        return await self._until(lambda: self._loop.decided_mono_s >= looked_s, until_s) and looked

    async def _rest(self, until_s: float) -> bool:
        """Where orders are sent: wait for their effect. False when the time is over."""
        return not self._is_armed or await self._until(lambda: self._is_at_rest(until_s), until_s)

    def _is_at_rest(self, until_s: float) -> bool:
        """Whether waiting shows nothing more; an order that rests until after the end is none to wait for."""
        if self._seen.state is not None:
            self._tell(progress(self._seen.state, self._seen))
        return self._seen.is_at_rest and self._careful.due_mono_s > until_s

    def _polled_since(self, mono_s: float) -> bool:
        ages_s = {**self._sensing.ages_s(), **self._acting.ages_s()}
        since_s = self._now_s() - mono_s
        return all((ages_s[one.device] or 0.0) <= since_s for one in self._seen.in_state(HealthState.OK))

    async def _until(self, condition: Callable[[], bool], until_s: float) -> bool:
        while not condition():
            if self._now_s() >= until_s:
                return False
            await asyncio.sleep(_LOOK_EACH_S)
        return True

    def _nudge(self, state: HealthState) -> None:
        self._sensing.nudge(state)
        self._acting.nudge(state)

    def _now_s(self) -> float:
        return self._clock.now().mono_s


def _request(who: str, now: Moment) -> Request:
    name = uuid.uuid4().hex
    expires_at = now.wall_s + _VALID_S
    return Request(
        subject=("cycle",), id=name, verb="cycle", who=who, reason=REASON, expires_at=expires_at, clock_trusted=now.wall_trusted
    )
