"""Conditions that force something, always in effect, no event needed: one small function each, then the trips they latch."""

from services.controller.core.banks import banks_of, serving
from services.controller.core.memory import Cause, Hold, State, Trip
from services.controller.core.moments import Now
from services.controller.core.notices import BY_HAND, OBSERVING
from services.controller.core.plant import SITE, Limits, zone_scope
from services.controller.core.seen import Snapshot, SwitchSeen
from services.controller.core.trips import forced_c, trip_zone
from services.controller.core.wanted import AlarmWanted, Ceiling, Floor, one_device
from services.controller.core.zones import is_fresh
from services.shared.vocabulary import AlarmKind, Control, RuleKind, SensorRole, SwitchRole

STOP_TRIP = "stop"
SMOKE_TRIP = "smoke"
_LATCHED = {
    SwitchRole.SMOKE: (SMOKE_TRIP, "Smoke", "Call the fire brigade; reset after it was looked at."),
    SwitchRole.FLOOD: ("flood", "Water", "Look for the leak; reset after it is dry."),
}


def latch(state: State, snapshot: Snapshot, now: Now) -> tuple[Trip, ...]:
    """The trips that the switches demand now."""
    return tuple(
        Trip(_LATCHED[switch.role][0], _found(_LATCHED[switch.role][1], switch), now)
        for switch in snapshot.switches
        if switch.active and switch.role in _LATCHED
    )


def merge(old: tuple[Trip, ...], new: tuple[Trip, ...]) -> tuple[Trip, ...]:
    """The standing trips and the new ones; the first of a key stands. A trip ends only by a person's reset."""
    keys = {trip.key for trip in old}
    return old + tuple({trip.key: trip for trip in reversed(new) if trip.key not in keys}.values())


def cause_present(key: str, snapshot: Snapshot, limits: Limits, now: Now, holds: tuple[Hold, ...] = ()) -> str | None:
    """Why a trip may not be reset now: its cause stands, also one that a person forces, or nothing fresh says that it is gone."""
    role = next((role for role, (latched, _, _) in _LATCHED.items() if latched == key), None)
    if role is not None:
        return _contact_present(role, key, snapshot, limits, now)
    zone = trip_zone(key)
    if zone is None:
        return None
    return _heat_present(zone, snapshot, limits, now) or _forced(zone, snapshot, limits, holds)


def _contact_present(role: SwitchRole, key: str, snapshot: Snapshot, limits: Limits, now: Now) -> str | None:
    contacts = [switch for switch in snapshot.switches if switch.role is role]
    if any(switch.active for switch in contacts):
        return f"the cause of {key} persists"
    silent = [switch.name for switch in contacts if not _is_read(switch, limits, now)]
    if silent:
        return f"the cause of {key} may persist: {role} contact {', '.join(silent)} is not read"
    return None if contacts else f"the cause of {key} may persist: no {role} contact is read"


def _heat_present(zone: str, snapshot: Snapshot, limits: Limits, now: Now) -> str | None:
    intakes = [s for s in snapshot.temperatures if s.zone == zone and s.role is SensorRole.INTAKE]
    fresh = [s.celsius for s in intakes if s.celsius is not None and is_fresh(s.mono_s, limits, now)]
    if not fresh:
        return f"the cause of over-temperature in zone {zone} may persist: no temperature there is fresh"
    if max(fresh) >= limits.max_temp_c:
        return f"the cause of over-temperature in zone {zone} persists: it has {max(fresh):.1f} °C"
    return None


def _forced(zone: str, snapshot: Snapshot, limits: Limits, holds: tuple[Hold, ...]) -> str | None:
    """A temperature that a person forces would trip it again at once."""
    celsius = forced_c(zone, snapshot, holds)
    if celsius is None or celsius < limits.max_temp_c:
        return None
    return f"the cause of over-temperature in zone {zone} persists: {celsius:.1f} °C is forced; release that lease first"


def _is_read(switch: SwitchSeen, limits: Limits, now: Now) -> bool:
    return switch.active is not None and is_fresh(switch.mono_s, limits, now)


def trip_ceilings(trips: tuple[Trip, ...]) -> tuple[Ceiling, ...]:
    """What each standing trip leaves on: nothing, in its zone or on the whole site."""
    return tuple(
        Ceiling(RuleKind.TRIP, "trip", 0.0, f"tripped: {trip.reason}", Cause.EMERGENCY, SITE)
        if (zone := trip_zone(trip.key)) is None
        else Ceiling(RuleKind.TRIP, "trip", 0.0, f"tripped: {trip.reason}", Cause.TRIP, zone_scope(zone))
        for trip in trips
    )


def trip_floors(trips: tuple[Trip, ...], limits: Limits) -> tuple[Floor, ...]:
    """All fans of a zone that is too hot; what fans do on smoke is configured."""
    floors = []
    for trip in trips:
        zone = trip_zone(trip.key)
        if zone is not None:
            scope, fans = serving(zone, limits)
            floors.append(Floor("trip", fans, f"tripped: {trip.reason}", scope))
        if trip.key == SMOKE_TRIP and limits.fans_on_smoke == "on":
            floors += [Floor("smoke", len(b.members), "smoke: fans on, as configured", b.scope) for b in banks_of(limits)]
    return tuple(floors)


def fans_stop(trips: tuple[Trip, ...], limits: Limits) -> bool:
    """Whether smoke stops every fan, as configured."""
    return limits.fans_on_smoke == "off" and any(trip.key == SMOKE_TRIP for trip in trips)


def _found(what: str, switch: SwitchSeen) -> str:
    """A contact that is named after its role tells no place."""
    return f"{what}." if _is_plain(switch) or switch.name.lower() == what.lower() else f"{what} at {switch.name}."


def _is_plain(switch: SwitchSeen) -> bool:
    return switch.name.lower() == switch.role.value.lower()


def switch_alarms(snapshot: Snapshot, limits: Limits, now: Now) -> tuple[AlarmWanted, ...]:
    """An open door is worth a word; so is a smoke or water contact that nothing reads, one alarm per role."""
    alarms = []
    doors = [switch for switch in snapshot.switches if switch.role is SwitchRole.DOOR and switch.active]
    if doors:
        alarms.append(AlarmWanted("door", AlarmKind.WARNING, _open(doors), "", "Close it."))
    for role in _LATCHED:
        silent = [s for s in snapshot.switches if s.role is role and not _is_read(s, limits, now)]
        if silent:
            alarms.append(_silent_alarm(role, [s.name for s in silent], one_device(s.device for s in silent)))
    return tuple(alarms)


def _open(doors: list[SwitchSeen]) -> str:
    return "A door is open." if all(map(_is_plain, doors)) else f"Door {', '.join(door.name for door in doors)} is open."


def _silent_alarm(role: SwitchRole, names: list[str], device: str) -> AlarmWanted:
    noun, verb = ("contact", "is") if len(names) == 1 else ("contacts", "are")
    plain = [role.value] == [name.lower() for name in names]
    cause = f"{role.capitalize()} {noun}{'' if plain else ' ' + ', '.join(names)} {verb} not read."
    consequence = f"The controller would not see {'smoke' if role is SwitchRole.SMOKE else 'water'} there."
    action = "Check the contact's device and its wires."
    return AlarmWanted(f"switch_lost_{role}", AlarmKind.WARNING, cause, consequence, action, device)


def trip_alarms(trips: tuple[Trip, ...], control: Control) -> tuple[AlarmWanted, ...]:
    """A trip is an emergency until a person resets it. Who observes switches nothing, and says so."""
    observes = control is Control.OBSERVE
    return tuple(
        AlarmWanted(
            f"trip_{trip.key}",
            AlarmKind.EMERGENCY,
            f"Tripped: {trip.reason}",
            OBSERVING if observes else "Its load goes off and stays off.",
            _action(trip.key, observes=observes),
        )
        for trip in trips
    )


def _action(key: str, *, observes: bool) -> str:
    actions = {latched: action for latched, _, action in _LATCHED.values()}
    action = actions.get(key, "Find the cause, then reset the trip.")
    if not observes:
        return action
    return f"{action} {BY_HAND}" if key == SMOKE_TRIP else f"{BY_HAND} {action}"  # first the fire brigade
