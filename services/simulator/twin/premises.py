"""The premises of a twin: a plant made from the site's own limits, and the instruments that look at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.controller.core.plant import Fan, Limits, Load
from services.shared.vocabulary import SensorRole, SwitchRole
from services.simulator.layout import Model, Place
from services.simulator.plant import Plant
from services.simulator.site import Faults
from services.simulator.twin.kinds import KINDS
from services.simulator.wiring import FanWiring

ROOM_ALERT, MONITOR = "roomalert-1", "iotawatt-1"
_SLEEP_WATTS = 50.0
_SIGNAL_PERIOD_S, _SENSOR_PERIOD_S, _MONITOR_PERIOD_S = 60.0, 15.0, 5.0


@dataclass(frozen=True, slots=True)
class Sensor:
    """A temperature sensor by its name on the bus, and where it hangs."""

    name: str
    zone: str
    role: SensorRole = SensorRole.INTAKE


@dataclass(frozen=True, slots=True)
class Contact:
    """A dry contact and what it means."""

    name: str
    role: SwitchRole


@dataclass(frozen=True, slots=True)
class Premises:
    """The instruments. `periods_s` by device kind, and `signal`, `sensor`, `monitor`; a kind that is not named has its usual one.

    `site_meter` is the name of a meter over the whole site, "" for none; `outlet_watts` whether the PDUs meter each outlet;
    `http_watts` the HTTP sections that measure their loads; `monitor` whether an energy monitor watches the fans.
    """

    sensors: tuple[Sensor, ...] = ()
    contacts: tuple[Contact, ...] = ()
    site_meter: str = ""
    outlet_watts: bool = True
    http_watts: frozenset[str] = frozenset()
    monitor: bool = True
    periods_s: Mapping[str, float] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Every acting device with its kind."""

    def period_s(self, device: str) -> float:
        """How often a device is polled."""
        if device in (ROOM_ALERT, MONITOR) or device not in self.kinds:
            key, usual = _SENSING.get(device, ("signal", _SIGNAL_PERIOD_S))
        else:
            key, usual = self.kinds[device], KINDS[self.kinds[device]].period_s
        return self.periods_s.get(key, usual)


_SENSING = {ROOM_ALERT: ("sensor", _SENSOR_PERIOD_S), MONITOR: ("monitor", _MONITOR_PERIOD_S)}


def usual_premises(limits: Limits) -> Premises:
    """Two intake sensors a zone, one behind the miners, three contacts and the utility's own, PDUs that meter their outlets."""
    zones = sorted(limits.zones & {load.zone for load in limits.loads} or limits.zones)
    intakes = [Sensor(f"{ROOM_ALERT}/sensor-{2 * i + n}", zone) for i, zone in enumerate(zones) for n in (1, 2)]
    behind = [Sensor(f"{ROOM_ALERT}/sensor-{2 * len(zones) + 1}", zones[0], SensorRole.EXHAUST)] if zones else []
    contacts = tuple(Contact(role.value, role) for role in (SwitchRole.DOOR, SwitchRole.FLOOD, SwitchRole.SMOKE))
    contacts += tuple(Contact(source.contact, SwitchRole.UTILITY) for source in limits.sources if source.contact)
    return Premises(tuple(intakes + behind), contacts, monitor=bool(limits.fans), kinds=acting_kinds(limits))


def acting_kinds(limits: Limits) -> dict[str, str]:
    """Every device that loads and fans name, with its kind."""
    guessed = {load.pdu: "snmp_pdu" for load in limits.loads if load.pdu}
    guessed |= {load.soft_device: _SOFT_KINDS[load.kind] for load in limits.loads if load.soft_device}
    guessed |= {fan.device: "modbus_fans" for fan in limits.fans if fan.wired}
    return {**guessed, **limits.device_kinds}


_SOFT_KINDS = {kind.soft: name for name, kind in KINDS.items() if kind.soft}


def plant_of(limits: Limits, faults: Faults, *, seed: int, begins_s: float) -> Plant:
    """The site's own loads, fans and zones, at rest with all load on. Raises ValueError for a site without loads."""
    if not limits.loads:
        raise ValueError("a site without loads cannot be rehearsed: loads.csv names none")
    hall = tuple(_place(load, number, limits) for number, load in enumerate(limits.loads, 1))
    wiring = FanWiring(len(limits.fans), ("nc",), tuple(_channels(limits.fans)))
    zones = tuple(fan.zone for fan in limits.fans)
    return Plant(wiring=wiring, faults=faults, seed=seed, hall=hall, fan_zones=zones, longest_step_s=60.0, begins_s=begins_s)


def _place(load: Load, number: int, limits: Limits) -> Place:
    watts = max(load.kw * 1000.0, 1.0)
    pace = limits.paces.get(load.soft_device)
    sleep_s = pace.effect_s if pace is not None and pace.effect_s > 0 else None
    model = Model(load.kind.value, watts, min(_SLEEP_WATTS, watts / 2), load.efficiency_j_th or 0.0, True, load.priority, sleep_s)
    return Place(load.name, number, model, load.zone, load.pdu if load.outlet else "", load.outlet or 0)


def _channels(fans: tuple[Fan, ...]) -> list[str]:
    used: dict[str, int] = {}
    channels = []
    for fan in fans:
        used[fan.device] = used.get(fan.device, 0) + 1
        channels.append(f"{fan.device}/{used[fan.device]}")
    return channels
