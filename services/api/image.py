"""What the bus told last, and how old it is now.

Ages count on the monotonic clock of this boot from the moment the poll began; what another boot told has no age and is stale.
A message that is redelivered or overtaken never replaces a newer one, and one sent late is history, never live.
"""

from collections import deque

from services.api.kept import Kept
from services.api.latest import Latest, age_s, older_poll
from services.shared.bus import Foreign
from services.shared.clock import Clock, Moment
from services.shared.messages import (
    AlarmReport,
    AlarmState,
    Devices,
    Event,
    Message,
    Presence,
    Reading,
    Reported,
    Signal,
    State,
    SwitchReading,
    service_of_ping,
)
from services.shared.settings.tree import Settings

STATE_STALE_S = 15.0
"""The controller says its state at least every 5 s; after three of them it is silent."""
SILENT_TO_SEE_S = 8.0
"""Whoever looks is told sooner: after the 5 s, the 2 s that a decision waits for a slow card at most, and 1 s for the way."""
COLLECTOR_SILENT_S = 12.0
"""The collector tells how its devices do at least every 10 s, whatever they answer; 2 s for the way and a busy machine."""
SERVICE_SILENT_S = 12.0
"""Every service sends itself a message through the broker every 5 s: two of them, and 2 s for the way and a busy machine."""
READING_STALE_S = 60.0
_DECISIONS = 50


class Image:
    """Filled by the bus's handlers, read by the routes."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
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
        self.presence: Latest[Presence] = Latest()
        self.decisions: deque[Event] = deque(maxlen=_DECISIONS)
        self._overtaken_mono_s = float("-inf")
        self._collector_mono_s: float | None = None
        self.pinged_mono_s: dict[str, float] = {}
        self.kept = Kept()

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
        """A reading, unless it is a late one. The last good one is kept beside a bad one, to be shown as stale."""
        self._hear(reading)
        key = (reading.device, reading.quantity)
        if reading.hist or older_poll(reading, self.readings.get(*key)):
            return
        if self.readings.take(key, reading) and reading.value is not None:
            self.good.take(key, reading)

    def take_switch(self, switch: SwitchReading) -> None:
        """A dry contact."""
        self._hear(switch)
        if not older_poll(switch, self.switches.get(switch.device, switch.quantity)):
            self.switches.take((switch.device, switch.quantity), switch)

    def take_signal(self, signal: Signal) -> None:
        """A power signal as its source says it."""
        self._hear(signal)
        self.signals.take((signal.name,), signal)

    def take_reported(self, reported: Reported) -> None:
        """The read-back of a load group."""
        self.reported.take((reported.group,), reported)

    def take_devices(self, devices: Devices) -> None:
        """The health of one owner's devices."""
        self._hear(devices)
        self.devices.take((devices.source,), devices)

    def take_presence(self, presence: Presence) -> None:
        """A service's presence. The will of an earlier process or connection may come late: it says nothing now."""
        held = self.presence.get(presence.source)
        if presence.state == "offline" and held is not None and held.boot != presence.boot:
            return
        if self.presence.take((presence.source,), presence) and presence.state == "online":
            self.pinged_mono_s[presence.source] = self._clock.now().mono_s

    def take_ping(self, ping: Foreign) -> None:
        """What a service sends itself through the broker, whatever the plant does: its loop runs."""
        service = service_of_ping(ping.topic)
        if service in self.pinged_mono_s and not ping.retained:
            self.pinged_mono_s[service] = ping.received_mono_s

    def take_event(self, event: Event) -> None:
        """A decision or transition, for the detailed state; the rest is history's."""
        known = {(held.source, held.ledger_seq) for held in self.decisions}
        if event.kind in ("decision", "transition") and (event.source, event.ledger_seq) not in known:
            self.decisions.append(event)

    def _hear(self, message: Message) -> None:
        if message.source == "collector":
            self._collector_mono_s = self._clock.now().mono_s

    def is_hung(self, service: str, now: Moment) -> bool:
        """Whether a service that came online sends itself nothing any more. It need not have ended."""
        pinged_s = self.pinged_mono_s.get(service)
        return pinged_s is not None and now.mono_s - pinged_s > SERVICE_SILENT_S

    def is_collector_silent(self, now: Moment) -> bool:
        """Whether it is known to be offline, or has said nothing for longer than it ever should."""
        presence, heard_s = self.presence.get("collector"), self._collector_mono_s
        is_offline = presence is not None and presence.state == "offline"
        return is_offline or (heard_s is not None and now.mono_s - heard_s > COLLECTOR_SILENT_S)

    def state_age_s(self, now: Moment) -> float | None:
        """Seconds since the controller decided; None when it never did, or on another boot."""
        return None if self.state is None else age_s(self.state.decided_mono_s, self.state.host_boot, now)

    def overtake(self, mono_s: float) -> None:
        """Something was done to the site that no state can tell that was decided before this moment of the monotonic clock."""
        self._overtaken_mono_s = max(self._overtaken_mono_s, mono_s)

    def state_stale(self, now: Moment) -> bool:
        """True when the controller is silent: nothing it said may be shown as the present."""
        return bool(self.silence(now))

    def silence(self, now: Moment, silent_after_s: float = STATE_STALE_S) -> str:
        """Why nothing that the controller said may be shown as the present; empty when it may."""
        age, controller = self.state_age_s(now), self.presence.get("controller")
        if age is None or age > silent_after_s:
            return "the controller is silent"
        assert self.state is not None
        if controller is not None and _gone(controller, self.state):
            return "the controller is silent"
        if self.state.decided_mono_s < self._overtaken_mono_s:
            return "the controller was stopped directly, and has said nothing since"
        return ""

    def stale_after_s(self, reading: Reading) -> float:
        """How old a reading may be: its sensor's own heartbeat, the limit of temperatures, or that of everything else."""
        mqtt = self._settings.mqtt_sensors.get(reading.device)
        if mqtt is not None:
            return max(mqtt.heartbeat_seconds, self._settings.temperature.stale_seconds)
        return self._settings.temperature.stale_seconds if reading.unit in ("Cel", "%RH") else READING_STALE_S

    def fresh_value(self, reading: Reading, now: Moment) -> float | None:
        """The value while it is good and fresh, else None."""
        age = age_s(reading.poll_started_mono_s, reading.host_boot, now)
        return reading.value if age is not None and age <= self.stale_after_s(reading) else None

    def humidity_percent(self, now: Moment) -> float | None:
        """The highest fresh relative humidity."""
        values = [self.fresh_value(r, now) for r in self.readings.all() if r.unit == "%RH"]
        return max((value for value in values if value is not None), default=None)


def _gone(controller: Presence, state: State) -> bool:
    return controller.state == "offline" and controller.boot == state.boot
