"""The parts of collector and controller over one bus, as a lone pass needs them: sensors, loop, ledger, drivers; no broker."""

from pathlib import Path

from services.cli.alone.bus import Face, Switchboard
from services.cli.alone.careful import Careful, limits_alone
from services.cli.alone.records import Records
from services.cli.alone.seen import Seen
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
from services.shared.clock import Clock
from services.shared.settings import missing
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Control, HealthState

_HEARD = (SignalMqtt.kind, MqttSensor.kind)
_RUN = 8  # letters of the boot, with which the ids of its orders begin


class Site:
    """Wired, and not begun. `unheard`: what is only heard over a broker.

    Raises LedgerTaken when a controller runs, sqlite3.Error or OSError when the ledger cannot be opened.
    """

    def __init__(self, settings: Settings) -> None:
        self._ledger = Ledger(Path(settings.data.folder) / "ledger.db")
        self.clock = clock = Clock(settings.general.clock_trusted)
        self.board = Switchboard(clock)
        collector, bus = (Face(self.board, service, settings, clock) for service in ("collector", "controller"))
        limits = limits_alone(limits_from(settings))
        self.is_armed = limits.control is Control.ARMED
        drivers = {device: DRIVERS[kind](device, settings, clock) for device, kind in acting_devices(settings).items()}
        senses, readback, wake = Senses(settings), Readback(limits), Wake()
        self._dispatch = Dispatch(drivers, limits, clock, bus.boot, on_news=wake.shortly)
        self.acting = ActingDevices(drivers, readback, bus, clock, on_news=wake.soon)
        self.careful = Careful()
        report = Report(bus, limits, missing(settings))
        self.loop = Loop(
            Parts(
                limits, clock, bus, self._ledger, senses, readback, self._dispatch, report, wake,
                self.acting.nudge_lost, orders=self.careful.orders,
            )
        )  # fmt: skip
        Inbox(senses, self.loop, EventOutbox(self._ledger, bus), wake).listen(bus)
        sensors = [s for kind, make in SENSORS.items() if kind not in _HEARD for s in make(settings, collector, clock)]
        self.sensing = Owner(sensors, collector, clock)
        self.unheard = (*(n for n, one in settings.signals.items() if one.kind == "mqtt"), *settings.mqtt_sensors)
        self.records = Records(settings, bus, clock)
        self._bus = bus
        self.seen = Seen(bus.boot[:_RUN])
        self.seen.listen(bus)

    async def tell_history(self) -> None:
        """What an earlier process could not tell it: history takes the events of a ledger without gaps alone."""
        after = -1
        while not self.records.why_not and (events := await self._ledger.unconfirmed(after)):
            for event in events:
                self._bus.publish(event)
            after = events[-1].ledger_seq

    def nudge(self, state: HealthState) -> None:
        """Ask the devices in this state now."""
        self.sensing.nudge(state)
        self.acting.nudge(state)

    def polled_since(self, mono_s: float) -> bool:
        """Whether every device that answers has answered since this moment of the monotonic clock."""
        ages_s = {**self.sensing.ages_s(), **self.acting.ages_s()}
        since_s = self.clock.now().mono_s - mono_s
        return all((ages_s[one.device] or 0.0) <= since_s for one in self.seen.in_state(HealthState.OK))

    async def close(self) -> None:
        """What was sent and recorded is on the card; the ledger is free."""
        await self._dispatch.close()
        await self.records.close()
        self._ledger.close()
