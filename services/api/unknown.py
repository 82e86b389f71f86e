"""What is not known of the site now: without some of it nobody may call the site safe, and the page tells all of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.api.tile_views import DeviceTile, FanTile, LoadTile, SensorTile, SwitchTile
from services.api.tiles import STALE
from services.shared.settings.tree import Settings
from services.shared.vocabulary import HealthState, PowerState, Proof, SensorRole, SwitchRole

COLLECTOR, CONTROLLER = "collector", "controller"
_VITAL = (SwitchRole.SMOKE, SwitchRole.FLOOD)
_GRAVEST = (*_VITAL, SwitchRole.UTILITY, SwitchRole.DOOR, SwitchRole.OTHER)
_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Seen:
    """What the feed shows now. `temperature_max_c` is the hottest fresh intake, None when there is none."""

    load: LoadTile
    switches: tuple[SwitchTile, ...]
    fans: tuple[FanTile, ...]
    sensors: tuple[SensorTile, ...]
    devices: tuple[DeviceTile, ...]
    temperature_max_c: float | None
    is_collector_silent: bool
    is_controller_silent: bool


def unsafe_without(seen: Seen, settings: Settings) -> tuple[str, ...]:
    """Why nobody knows that the site is safe, in half sentences; empty where all that it takes is known."""
    contacts = [f"the {role} contact" for role in _unread(seen, settings) if role in _VITAL]
    found = [*contacts, *(["the load"] if _is_load_unknown(seen.load) else [])]
    if seen.temperature_max_c is None:
        found.append("the temperature")
    else:
        found += [f"the temperature of zone {zone}" if zone else "a temperature" for zone in _blind(seen.sensors, settings)]
    read = f"{_joined(found)} {'is' if len(found) == 1 else 'are'} not read"
    return (*([read] if found else []), *_of_fans(seen.fans), *(["the collector is silent"] if seen.is_collector_silent else []))


def missing(seen: Seen, settings: Settings) -> tuple[str, ...]:
    """All that cannot be told of the present, in short sentences, each cause once."""
    return tuple(f"{line[0].upper()}{line[1:]}." for line in _missing(seen, settings))


def probes(seen: Seen, settings: Settings) -> tuple[str, ...]:
    """Whose device itself says that it cannot read them, a line for each reason: what a person should look at."""
    by_reason: dict[str, list[str]] = {}
    for one in [] if seen.is_collector_silent else _climate(seen.sensors, settings):
        if one.value is None and one.reason != STALE:
            by_reason.setdefault(one.reason, []).append(one.label or one.name)
    told = ((reason, _listed(list(dict.fromkeys(names)))) for reason, names in by_reason.items())
    return tuple(f"Check {names}, its plug and its cable: {reason}." for reason, names in told)


def _climate(sensors: Sequence[SensorTile], settings: Settings) -> list[SensorTile]:
    """Temperatures and humidities. A port that never had a value has no sensor, unless the configuration names it."""
    chosen = settings.temperature
    named = {name.strip().lower() for name, _ in (*chosen.roles, *chosen.zones)}
    climate = [one for one in sensors if one.unit in ("Cel", "%RH")]
    return [one for one in climate if one.measured_at is not None or one.name.lower() in named]


def _blind(sensors: Sequence[SensorTile], settings: Settings) -> list[str]:
    """Zones of whose intakes none is measured now."""
    intakes = [one for one in _climate(sensors, settings) if one.unit == "Cel" and one.role == SensorRole.INTAKE]
    seeing = {one.zone for one in intakes if not one.stale}
    return sorted({one.zone for one in intakes} - seeing)


def _missing(seen: Seen, settings: Settings) -> Iterator[str]:
    silent = [name for name, is_so in ((CONTROLLER, seen.is_controller_silent), (COLLECTOR, seen.is_collector_silent)) if is_so]
    yield from (f"the {name} is silent: nothing that it reads is of the present" for name in silent)
    lost = [one.name for one in seen.devices if one.state is HealthState.LOST and one.owner not in silent]
    if lost:
        yield f"no answer from {_listed(lost)}"
    if roles := _unread(seen, settings):
        yield f"not read: {_joined(['another contact' if role is SwitchRole.OTHER else f'the {role} contact' for role in roles])}"
    if _is_load_unknown(seen.load):
        yield "the load is not measured"
    yield from _of_sensors(seen, settings)
    yield from _of_fans(seen.fans)


def _of_sensors(seen: Seen, settings: Settings) -> Iterator[str]:
    old = [one.label or one.name for one in _climate(seen.sensors, settings) if one.stale]
    if seen.temperature_max_c is None:
        yield "no intake temperature is known"
    elif old:
        yield f"not measured now: {_listed(list(dict.fromkeys(old)))}"


def _of_fans(fans: Sequence[FanTile]) -> Iterator[str]:
    wanted = [fan for fan in fans if fan.commanded is PowerState.ON]
    if wanted and not any(fan.running is PowerState.ON and fan.proven is Proof.PROVEN for fan in wanted):
        yield "no fan is proven to run"


def _is_load_unknown(load: LoadTile) -> bool:
    return load.stale or load.measured_kw is None


def _unread(seen: Seen, settings: Settings) -> tuple[SwitchRole, ...]:
    """The roles of which some contact that is configured, or was heard, is not known, the gravest first."""
    read = {tile.name.lower() for tile in seen.switches if tile.active is not None}
    vital = {tile.name.lower(): tile.role for tile in seen.switches if tile.role in _VITAL}
    roles = {role for name, role in (vital | _roles(settings)).items() if name not in read}
    return tuple(sorted(roles, key=_GRAVEST.index))


def _roles(settings: Settings) -> dict[str, SwitchRole]:
    """By name. A trailing ! of a role reverses its contact."""
    return {name.lower(): SwitchRole(role.lower().removesuffix("!").strip()) for name, role in settings.temperature.switches}


def _listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b, c and 10 more`."""
    if len(names) > _MOST_NAMES:
        return f"{', '.join(names[:_MOST_NAMES])} and {len(names) - _MOST_NAMES} more"
    return _joined(names)


def _joined(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
