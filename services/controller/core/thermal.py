"""Temperature: what each zone's vote asks of fans and load. Fans first, then shedding in quarters, then the trip."""

from dataclasses import dataclass
from math import ceil

from services.controller.core.banks import serving, stage_before
from services.controller.core.memory import Cause, State, Trip
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits, zone_scope
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.thermal_alarms import climate_alarms
from services.controller.core.trips import judge_trips
from services.controller.core.wanted import AlarmWanted, Ceiling, Floor
from services.controller.core.zones import Zone, is_young, judge_zones
from services.shared.vocabulary import RuleKind

_SHED_STAGES = 4


@dataclass(frozen=True, slots=True)
class ThermalVerdict:
    """All zones judged. `cooler`: zones that are cool enough for a lower stage of shedding, since when.

    `read`: when the oldest poll began that each zone's vote rests on; None without a vote.
    """

    ceilings: tuple[Ceiling, ...]
    holding: tuple[Ceiling, ...]
    floors: tuple[Floor, ...]
    alarms: tuple[AlarmWanted, ...]
    trips: tuple[Trip, ...]
    stages: tuple[tuple[str, int], ...]
    cooler: tuple[tuple[str, Stamp], ...]
    hot: tuple[tuple[str, float], ...]
    zones: tuple[tuple[str, Stamp | None], ...]
    read: tuple[tuple[str, float | None], ...]
    max_c: float | None


def judge_temperatures(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> ThermalVerdict:
    """Vote per zone, then what follows for its fans and its load."""
    zones = judge_zones(snapshot, state, limits, now)
    shed = {zone.name: _shed_stage(zone, state, limits, now) for zone in zones}
    hot, trips = judge_trips(state, snapshot, limits, now)
    known = [zone.measured_c for zone in zones if zone.measured_c is not None]
    return ThermalVerdict(
        ceilings=tuple(ceiling for zone in zones if (ceiling := _ceiling(zone, shed[zone.name][0], limits))),
        holding=tuple(_holding(zone) for zone in zones if not is_young(zone.read_s, limits, now)),
        floors=tuple(_floor(zone, state, limits) for zone in zones),
        alarms=climate_alarms(zones, snapshot, limits, now, {key for key, _ in state.alarmed}),
        trips=trips,
        stages=tuple((name, stage) for name, (stage, _) in shed.items()),
        cooler=tuple((name, since) for name, (_, since) in shed.items() if since is not None),
        hot=hot,
        zones=tuple((zone.name, zone.blind_since) for zone in zones if zone.ever),
        read=tuple((zone.name, zone.read_s) for zone in zones),
        max_c=max(known, default=None),
    )


def _shed_stage(zone: Zone, state: State, limits: Limits, now: Now) -> tuple[int, Stamp | None]:
    """0 to 4 quarters of the zone's load to take off, and since when it is cool enough for one less.

    Up at once; down by one quarter after it has stood so for the time of a stage of the restore, with hysteresis, and on
    a new reading: an old one raises nothing.
    """
    before = dict(state.thermal_stages).get(zone.name, 0)
    if zone.celsius is None:
        return max(before, _blind_stage(zone, limits)), None
    stage = _stage_at(zone.celsius, limits)
    if stage >= before:
        return stage, None
    if _stage_at(zone.celsius + limits.fan_hysteresis_c, limits) >= before:
        return before, None
    since = dict(state.cooler).get(zone.name)
    since = since if since is not None and since.host_boot == now.host_boot else now
    stood = elapsed_s(since, now) >= limits.restore_step_s and is_young(zone.read_s, limits, now, after_s=since.mono_s)
    return (before - 1, now) if stood else (before, since)


def _stage_at(celsius: float, limits: Limits) -> int:
    if celsius < limits.shed_c:
        return 0
    step_c = (limits.emergency_c - limits.shed_c) / _SHED_STAGES
    return min(_SHED_STAGES, 1 + int((celsius - limits.shed_c) / step_c))


def _blind_stage(zone: Zone, limits: Limits) -> int:
    """What was seen once and is lost for too long is shed in stages; what was never seen is held and not shed."""
    if zone.lost_s <= limits.temperature_lost_s:
        return 0
    return min(_SHED_STAGES, 1 + int((zone.lost_s - limits.temperature_lost_s) // limits.restore_step_s))


def _ceiling(zone: Zone, stage: int, limits: Limits) -> Ceiling | None:
    if stage == 0:
        return None
    scope = zone_scope(zone.name)
    kw = limits.scope_kw.get(scope, 0.0) * (1 - stage / _SHED_STAGES)
    if zone.celsius is None:
        reason = f"all temperatures of zone {zone.name} lost for {zone.lost_s / 60:.0f} min"
        return Ceiling(RuleKind.BLIND, "temperature lost", kw, reason, Cause.THERMAL, scope)
    return Ceiling(RuleKind.TEMPERATURE, "temperature", kw, zone.told, Cause.THERMAL, scope)


def _holding(zone: Zone) -> Ceiling:
    what = "fresh" if zone.celsius is None else "new"
    reason = f"no {what} temperature in zone {zone.name}"
    return Ceiling(RuleKind.STALE, "temperature stale", 0.0, reason, scope=zone_scope(zone.name))


def _floor(zone: Zone, state: State, limits: Limits) -> Floor:
    """All the fans that serve the zone when it is too warm or unknown, else in steps with hysteresis."""
    scope, fans = serving(zone.name, limits)
    if zone.celsius is None:
        return Floor("temperature", fans, f"no fresh temperature in zone {zone.name}: all its fans", scope)
    if zone.celsius >= limits.max_temp_c:
        return Floor("temperature", fans, f"{zone.told}: all its fans", scope)
    if zone.celsius <= limits.min_temp_c:
        return Floor("temperature", 0, f"{zone.told}: cold", scope)
    span_c = limits.max_temp_c - limits.fan_stage_start_c

    def stage_at(celsius: float) -> int:
        return max(0, min(fans, ceil((celsius - limits.fan_stage_start_c) / span_c * fans)))

    before = stage_before(state, scope)
    stage = max(stage_at(zone.celsius), min(before, stage_at(zone.celsius + limits.fan_hysteresis_c)))
    return Floor("temperature", stage, zone.told, scope)
