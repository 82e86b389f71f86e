"""What the bus told last, and how old it is now.

Ages count on the monotonic clock of this boot from the moment the poll began; what another boot told has no age and is stale.
A message that is redelivered or overtaken never replaces a newer one, and one sent late is history, never live.
"""

from collections import deque

from services.api.kept import Kept
from services.api.latest import Latest, age_s, older_poll
from services.api.signs import SILENT, Signs
from services.api.waking_loads import Woken
from services.shared.clock import Clock, Moment
from services.shared.messages import (
    AlarmReport,
    AlarmState,
    Devices,
    Event,
    MemberReport,
    Reading,
    Reported,
    Signal,
    State,
    SwitchReading,
)
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Control

STATE_STALE_S = 15.0
"""The controller says its state at least every 5 s; after three of them it is silent."""
SILENT_TO_SEE_S = 8.0
"""Whoever looks is told sooner: after the 5 s, the 2 s that a decision waits for a slow card at most, and 1 s for the way."""
READING_STALE_S = 60.0
_DECISIONS = 50


class Image:
    """Filled by the bus's handlers, read by the routes."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self._clock = clock
        self._state: Latest[State] = Latest()
        self._alarm_state: Latest[AlarmState] = Latest()
        self._alarm_report: Latest[AlarmReport] = Latest()
        self.readings: Latest[Reading] = Latest()
        self.good: Latest[Reading] = Latest()
        self.switches: Latest[SwitchReading] = Latest()
        self.signals: Latest[Signal] = Latest()
        self.reported: Latest[Reported] = Latest()
        self.devices: Latest[Devices] = Latest()
        self.decisions: deque[Event] = deque(maxlen=_DECISIONS)
        self.signs = Signs(clock)
        self.kept = Kept()
        self._woken = Woken()

    @property
    def state(self) -> State | None:
        """The controller's last state."""
        return self._state.get()

    @property
    def alarm_state(self) -> AlarmState | None:
        """The notifier's last word."""
        return self._alarm_state.get()

    @property
    def alarm_report(self) -> AlarmReport | None:
        """How the alarms themselves do, as the notifier said last."""
        return self._alarm_report.get()

    def now(self) -> Moment:
        """The present moment, for everything that is told in one answer."""
        return self._clock.now()

    def take_state(self, state: State) -> None:
        """The controller's state."""
        if self._state.take((), state):
            self.kept.take(state)

    def take_alarm_state(self, alarms: AlarmState) -> None:
        """The notifier's alarms and channels."""
        self._alarm_state.take((), alarms)

    def take_alarm_report(self, report: AlarmReport) -> None:
        """How the alarms themselves do."""
        self._alarm_report.take((), report)

    def take_reading(self, reading: Reading) -> None:
        """A reading, unless it is a late one. The last good one is kept beside a bad one: since when it is out."""
        self.signs.hear(reading)
        key = (reading.device, reading.quantity)
        if reading.hist or older_poll(reading, self.readings.get(*key)):
            return
        if self.readings.take(key, reading) and reading.value is not None:
            self.good.take(key, reading)

    def take_switch(self, switch: SwitchReading) -> None:
        """A dry contact."""
        self.signs.hear(switch)
        if not older_poll(switch, self.switches.get(switch.device, switch.quantity)):
            self.switches.take((switch.device, switch.quantity), switch)

    def take_signal(self, signal: Signal) -> None:
        """A power signal as its source says it."""
        self.signs.hear(signal)
        self.signals.take((signal.name,), signal)

    def take_reported(self, reported: Reported) -> None:
        """The read-back of a load group."""
        before, armed = self.reported.get(reported.group), self.state is not None and self.state.control is Control.ARMED
        if self.reported.take((reported.group,), reported):
            self._woken.take(before, reported, self._clock.now().mono_s, armed=armed)

    def members(self, group: str, now: Moment) -> tuple[MemberReport, ...]:
        """The loads of a group as they are shown; none of one that nobody reported."""
        reported = self.reported.get(group)
        return tuple(self._woken.told(one, now.mono_s) for one in reported.members) if reported else ()

    def take_devices(self, devices: Devices) -> None:
        """The health of one owner's devices."""
        self.signs.hear(devices)
        self.devices.take((devices.source,), devices)

    def take_event(self, event: Event) -> None:
        """A decision or transition, for the detailed state; the rest is history's."""
        known = {(held.source, held.ledger_seq) for held in self.decisions}
        if event.kind in ("decision", "transition") and (event.source, event.ledger_seq) not in known:
            self.decisions.append(event)

    def state_age_s(self, now: Moment) -> float | None:
        """Seconds since the controller decided; None when it never did, or on another boot."""
        return None if self.state is None else age_s(self.state.decided_mono_s, self.state.host_boot, now)

    def state_stale(self, now: Moment) -> bool:
        """True when the controller is silent: nothing it said may be shown as the present."""
        return bool(self.silence(now))

    def silence(self, now: Moment, silent_after_s: float = STATE_STALE_S) -> str:
        """Why nothing that the controller said may be shown as the present; empty when it may."""
        age = self.state_age_s(now)
        if self.state is None or age is None or age > silent_after_s:
            return SILENT
        return self.signs.silence(self.state)
