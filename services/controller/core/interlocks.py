"""Conditions that force something, always in effect, no event needed: one small function each, then the trips they latch."""

from services.controller.core.memory import Cause, State, Trip
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.core.thermal import is_fresh
from services.controller.core.wanted import AlarmWanted, Ceiling, Floor
from services.shared.vocabulary import AlarmKind, SensorRole, SwitchRole

STOP_TRIP = "stop"
SMOKE_TRIP = "smoke"
_LATCHED = {
    SwitchRole.SMOKE: (SMOKE_TRIP, "Smoke at {name}.", "Call the fire brigade; reset after it was looked at."),
    SwitchRole.FLOOD: ("flood", "Water at {name}.", "Look for the leak; reset after it is dry."),
}


def latch(state: State, snapshot: Snapshot, now: Now) -> tuple[Trip, ...]:
    """The trips that the switches demand now."""
    return tuple(
        Trip(_LATCHED[switch.role][0], _LATCHED[switch.role][1].format(name=switch.name), now)
        for switch in snapshot.switches
        if switch.active and switch.role in _LATCHED
    )


def merge(old: tuple[Trip, ...], new: tuple[Trip, ...]) -> tuple[Trip, ...]:
    """The standing trips and the new ones; the first of a key stands. A trip ends only by a person's reset."""
    keys = {trip.key for trip in old}
    return old + tuple({trip.key: trip for trip in reversed(new) if trip.key not in keys}.values())


def cause_present(key: str, snapshot: Snapshot, limits: Limits, now: Now) -> str | None:
    """Why a trip may not be reset now: its cause stands, or nothing fresh says that it is gone. None: it may."""
    if any(s.active and s.role in _LATCHED and _LATCHED[s.role][0] == key for s in snapshot.switches):
        return f"the cause of {key} persists"
    zone = key.removeprefix("over_temperature_")
    if zone == key:
        return None
    intakes = [s for s in snapshot.temperatures if s.zone == zone and s.role is SensorRole.INTAKE]
    fresh = [s.celsius for s in intakes if s.celsius is not None and is_fresh(s.mono_s, limits, now)]
    if not fresh:
        return f"the cause of {key} may persist: no fresh temperature in zone {zone}"
    if max(fresh) >= limits.max_temp_c:
        return f"the cause of {key} persists: {max(fresh):.1f} C in zone {zone}"
    return None


def trip_ceilings(trips: tuple[Trip, ...]) -> tuple[Ceiling, ...]:
    """What each standing trip leaves on: nothing, in its zone or on the whole site."""
    ceilings = []
    for trip in trips:
        zone = trip.key.removeprefix("over_temperature_")
        if zone != trip.key:
            ceilings.append(Ceiling("trip", 0.0, f"tripped: {trip.reason}", Cause.TRIP, zone))
        else:
            ceilings.append(Ceiling("trip", 0.0, f"tripped: {trip.reason}", Cause.EMERGENCY))
    return tuple(ceilings)


def trip_floors(trips: tuple[Trip, ...], limits: Limits) -> tuple[Floor, ...]:
    """All fans while too hot; what fans do on smoke is configured."""
    floors = []
    for trip in trips:
        if trip.key.startswith("over_temperature_"):
            floors.append(Floor("trip", len(limits.fans), f"tripped: {trip.reason}"))
        if trip.key == SMOKE_TRIP and limits.fans_on_smoke == "on":
            floors.append(Floor("smoke", len(limits.fans), "smoke: fans on, as configured"))
    return tuple(floors)


def switch_ceilings(snapshot: Snapshot, limits: Limits) -> tuple[Ceiling, ...]:
    """A utility's dry contact is one more power signal."""
    return tuple(
        Ceiling(f"contact {switch.name}", limits.curtail_to_kw, f"utility contact {switch.name} asks for control", Cause.UTILITY)
        for switch in snapshot.switches
        if switch.role is SwitchRole.UTILITY and switch.active
    )


def switch_alarms(snapshot: Snapshot) -> tuple[AlarmWanted, ...]:
    """An open door is worth a word; a utility contact is the utility asking."""
    alarms = []
    for switch in snapshot.switches:
        if switch.role is SwitchRole.DOOR and switch.active:
            alarms.append(AlarmWanted("door", AlarmKind.WARNING, f"Door {switch.name} is open.", "", "Close it."))
        if switch.role is SwitchRole.UTILITY and switch.active:
            cause = f"The utility's contact {switch.name} asks for control."
            alarms.append(AlarmWanted(f"contact_{switch.name}", AlarmKind.EMERGENCY, cause, "Load comes off now.", "None."))
    return tuple(alarms)


def trip_alarms(trips: tuple[Trip, ...]) -> tuple[AlarmWanted, ...]:
    """A trip is an emergency until a person resets it."""
    actions = {key: action for key, _, action in _LATCHED.values()}
    return tuple(
        AlarmWanted(
            f"trip_{trip.key}",
            AlarmKind.EMERGENCY,
            f"Tripped: {trip.reason}",
            "Its load is off and stays off.",
            actions.get(trip.key, "Find the cause, then reset the trip."),
        )
        for trip in trips
    )
