"""What a lone run heard of itself: the newest state, the health of every device, the life of every order, the alarms."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.shared.bus import Bus
from services.shared.messages import Alarm, DeviceHealth, Devices, Event, Signal, State
from services.shared.vocabulary import CommandPhase, HealthState, Mode

_UNDER_WAY = (CommandPhase.SENT, CommandPhase.ACKNOWLEDGED)
_HELD_DOWN = (Mode.CURTAILING, Mode.CURTAILED, Mode.FAILSAFE, Mode.THERMAL_LIMIT, Mode.EMERGENCY)


@dataclass(slots=True)
class Seen:
    """Filled by the bus. `orders` holds the last step of each order of this run: the ids of these begin with `ours`."""

    ours: str
    state: State | None = None
    devices: dict[str, DeviceHealth] = field(default_factory=dict)
    signals: dict[str, Signal] = field(default_factory=dict)
    orders: dict[str, Event] = field(default_factory=dict)
    alarms: dict[str, Alarm] = field(default_factory=dict)

    def listen(self, bus: Bus) -> None:
        """Register for what is to be told."""
        bus.on(State, lambda state, _: self._take_state(state))
        bus.on(Devices, lambda devices, _: self._take_devices(devices))
        bus.on(Signal, lambda signal, _: self.signals.update({signal.name: signal}))
        bus.on(Event, lambda event, _: self._take_event(event))
        bus.on(Alarm, lambda alarm, _: self._take_alarm(alarm))

    def in_state(self, *states: HealthState) -> tuple[DeviceHealth, ...]:
        """The devices whose health is one of these."""
        return tuple(one for one in self.devices.values() if one.state in states)

    @property
    def is_blind(self) -> bool:
        """Whether no device answers."""
        return not self.in_state(HealthState.OK)

    @property
    def newest(self) -> tuple[Event, ...]:
        """The last step of the newest order of each act to each target: what was tried again does not count before."""
        return tuple({(event.act, event.target): event for event in self.orders.values()}.values())

    @property
    def under_way(self) -> tuple[Event, ...]:
        """Orders that are sent and have shown no effect yet."""
        return tuple(event for event in self.orders.values() if event.phase in _UNDER_WAY)

    @property
    def is_unproven(self) -> bool:
        """Whether load is asked off, and no measurement shows it off."""
        return self.state is not None and self.state.mode in _HELD_DOWN and not self.state.load.proven

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing more will show by waiting: no device that answers has an order, and what was asked off is off."""
        waits = self.state is None or (self.is_unproven and self.state.mode is not Mode.CURTAILED)
        silent = {one.device for one in self.in_state(HealthState.LOST)}
        return not waits and all(event.device in silent for event in self.under_way)

    def _take_state(self, state: State) -> None:
        self.state = state

    def _take_devices(self, devices: Devices) -> None:
        self.devices.update({one.device: one for one in devices.devices})

    def _take_event(self, event: Event) -> None:
        if event.phase is not None and event.command_id.startswith(self.ours):
            self.orders[event.command_id] = event

    def _take_alarm(self, alarm: Alarm) -> None:
        if alarm.active:
            self.alarms[alarm.key] = alarm
        else:
            self.alarms.pop(alarm.key, None)


def names(devices: Iterable[DeviceHealth]) -> str:
    """The names of some devices."""
    return ", ".join(one.device for one in devices)


def progress(state: State, seen: Seen) -> str:
    """What is on and what was sent, in a line."""
    load = state.load
    on = "what is on is not measured" if load.measured_kw is None else f"{load.measured_kw:.1f} kW on"
    confirmed = sum(event.phase is CommandPhase.CONFIRMED for event in seen.newest)
    return f"{state.mode}: {on}, target {load.target_kw:.1f} kW; {confirmed} of {len(seen.newest)} orders confirmed"
