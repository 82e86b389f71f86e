"""On which parts of a site a fault may fall, by the names that the plant and the operator use."""

from collections.abc import Callable, Mapping

from services.controller.core.plant import Limits
from services.simulator.twin.faults import Falls, Fault
from services.simulator.twin.kinds import KINDS
from services.simulator.twin.premises import MONITOR, ROOM_ALERT, Premises

SITE, CONTROLLER = "site", "controller"
_PARTS: Mapping[Falls, Callable[[Limits], dict[str, tuple[str, ...]]]] = {
    Falls.SIGNAL: lambda limits: {source.name: (f"signal:{source.name}",) for source in limits.sources},
    Falls.FAN: lambda limits: {f"fan-{fan.number}": (f"fan:{fan.number}",) for fan in limits.fans},
    Falls.MINER: lambda limits: {load.name: (f"miner:{load.name}",) for load in limits.loads},
    Falls.GROUP: lambda limits: {load.group: (f"group:{load.group}",) for load in limits.loads},
    Falls.OUTLET: lambda limits: {
        f"{load.pdu}/{load.outlet}": (f"outlet:{load.pdu}/{load.outlet}",) for load in limits.loads if load.pdu and load.outlet
    },
}
_ALL_OF_THEM = (Falls.SIGNAL, Falls.SOFT, Falls.RELAY, Falls.MONITOR)


def places(falls: Falls, limits: Limits, premises: Premises) -> Mapping[str, tuple[str, ...]]:
    """Each place by its name, with the devices and parts that a fault there strikes."""
    return {name: parts for name, parts in _places(falls, limits, premises).items() if parts}


def chosen(fault: Fault, on: str, limits: Limits, premises: Premises) -> tuple[str, ...]:
    """What a fault strikes that somebody put `on` a place. Raises ValueError that names the places there are."""
    known = places(fault.falls, limits, premises)
    if not on and (len(known) == 1 or (known and fault.falls in _ALL_OF_THEM)):
        return tuple(part for parts in known.values() for part in parts)
    if fault.falls in (Falls.OUTLET, Falls.MINER) and (found := _of_group(on, fault.falls, limits)):
        return found
    if on not in known:
        names = ", ".join(known) or f"none: this site has no such thing as {fault.falls.value}"
        raise ValueError(f"{fault.name}: found {'no place' if not on else repr(on)}; allowed: on {names}")
    return known[on]


def _of_group(group: str, falls: Falls, limits: Limits) -> tuple[str, ...]:
    loads = [load for load in limits.loads if load.group == group]
    if falls is Falls.MINER:
        return tuple(f"miner:{load.name}" for load in loads)
    return tuple(f"outlet:{load.pdu}/{load.outlet}" for load in loads if load.pdu and load.outlet)


def _places(falls: Falls, limits: Limits, premises: Premises) -> dict[str, tuple[str, ...]]:
    if struck := {name for name, kind in KINDS.items() if kind.falls is falls}:
        return {name: (name,) for name, kind in premises.kinds.items() if kind in struck}
    if falls in _PARTS:
        return _PARTS[falls](limits)
    if falls is Falls.SENSOR:
        return {sensor.name: (sensor.name,) for sensor in premises.sensors}
    if falls is Falls.ZONE:
        zones = dict.fromkeys(sensor.zone for sensor in premises.sensors)
        return {zone: tuple(one.name for one in premises.sensors if one.zone == zone) for zone in zones}
    at = {Falls.CONTROLLER: CONTROLLER, Falls.MONITOR: MONITOR}.get(falls, SITE)
    return {at: _at_large(falls, limits, premises)}


def _at_large(falls: Falls, limits: Limits, premises: Premises) -> tuple[str, ...]:
    signals = tuple(f"signal:{source.name}" for source in limits.sources)
    of_kind = {kind: tuple(name for name, one in premises.kinds.items() if one == kind) for kind in premises.kinds.values()}
    sensing = ((ROOM_ALERT,) if premises.sensors or premises.contacts else ()) + ((MONITOR,) if premises.monitor else ())
    match falls:
        case Falls.MONITOR:
            return (MONITOR,) if premises.monitor else ()
        case Falls.SENSING:
            return signals + sensing
        case Falls.FIELD:
            return tuple(name for name in premises.kinds if name not in of_kind.get("foreman", ())) + sensing
        case Falls.LINK:
            return signals + of_kind.get("foreman", ())
        case Falls.MAINS:
            return (SITE, *_at_large(Falls.FIELD, limits, premises))
        case Falls.CONTROLLER:
            return (CONTROLLER,)
        case _:
            return (SITE,)
