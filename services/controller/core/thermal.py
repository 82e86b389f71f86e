"""Temperature: votes per zone, what they ask of fans and load, and the trip. Only intake sensors vote."""

from dataclasses import dataclass, replace
from math import ceil

from services.controller.core.memory import Cause, State, Trip
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot, TemperatureSeen
from services.controller.core.stamps import elapsed_s
from services.controller.core.wanted import AlarmWanted, Ceiling, Floor
from services.shared.vocabulary import AlarmKind, LeaseKind, SensorRole

_SHED_STAGES = 4


@dataclass(frozen=True, slots=True)
class ThermalVerdict:
    """All zones judged."""

    ceilings: tuple[Ceiling, ...]
    holding: tuple[Ceiling, ...]
    floors: tuple[Floor, ...]
    alarms: tuple[AlarmWanted, ...]
    trips: tuple[Trip, ...]
    stages: tuple[tuple[str, int], ...]
    hot: tuple[tuple[str, float], ...]
    zones: tuple[tuple[str, Stamp | None], ...]
    max_c: float | None


@dataclass(frozen=True, slots=True)
class _Zone:
    name: str
    celsius: float | None
    """The vote, with the margin of a single sensor already added."""
    measured_c: float | None
    """The vote as measured or forced, as people are told it."""
    blind_since: Stamp | None
    lost_s: float
    stale_names: tuple[str, ...]

    @property
    def told(self) -> str:
        """The zone's temperature in words."""
        if self.celsius == self.measured_c:
            return f"zone {self.name} at {self.measured_c:.1f} C"
        return f"zone {self.name} at {self.measured_c:.1f} C, judged as {self.celsius:.1f} C: one sensor is left"


def judge_temperatures(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> ThermalVerdict:
    """Vote per zone, then fans first, then shedding in stages, then the trip."""
    zones = _zones(snapshot, state, limits, now)
    fan_count = len(limits.fans)
    stages = tuple((zone.name, _shed_stage(zone, state, limits)) for zone in zones)
    hot, trips = _trips(state, snapshot, limits, now)
    known = [zone.measured_c for zone in zones if zone.measured_c is not None]
    return ThermalVerdict(
        ceilings=tuple(c for zone, (_, stage) in zip(zones, stages, strict=True) if (c := _ceiling(zone, stage, limits))),
        holding=tuple(
            Ceiling("temperature stale", 0.0, f"no fresh temperature in zone {zone.name}", scope=zone.name)
            for zone in zones
            if zone.celsius is None
        ),
        floors=tuple(_floor(zone, state.fan_stage, limits, fan_count) for zone in zones),
        alarms=_alarms(zones, snapshot, limits, now),
        trips=trips,
        stages=stages,
        hot=hot,
        zones=tuple((zone.name, zone.blind_since) for zone in zones),
        max_c=max(known, default=None),
    )


def _zones(snapshot: Snapshot, state: State, limits: Limits, now: Now) -> tuple[_Zone, ...]:
    """Every zone that has an intake sensor now, or had one: a zone does not vanish with its readings."""
    seen = {one.zone for one in snapshot.temperatures if one.role is SensorRole.INTAKE}
    remembered = {name for name, _ in state.zones} & limits.zones
    return tuple(_zone(name, snapshot, state, limits, now) for name in sorted(seen | remembered))


def _zone(name: str, snapshot: Snapshot, state: State, limits: Limits, now: Now) -> _Zone:
    sensors = [s for s in snapshot.temperatures if s.zone == name and s.role is SensorRole.INTAKE]
    fresh = {s.sensor: s.celsius for s in sensors if s.celsius is not None and is_fresh(s.mono_s, limits, now)}
    blind_since = None if fresh else dict(state.zones).get(name) or _last_good(sensors, now)
    measured = _vote(sorted(fresh.values()))
    judged = measured + limits.single_sensor_margin_c if measured is not None and len(fresh) == 1 else measured
    for celsius in _forced(state, sensors):  # a forced value never stands in for lost sensors
        if limits.demo or (judged is not None and celsius > judged):
            measured = judged = celsius
    stale = tuple(s.sensor for s in sensors if s.sensor not in fresh)
    return _Zone(name, judged, measured, blind_since, elapsed_s(blind_since, now) if blind_since else 0.0, stale)


def _forced(state: State, sensors: list[TemperatureSeen]) -> list[float]:
    holds = [h for h in state.holds if h.kind is LeaseKind.TEMPERATURE and h.celsius is not None]
    return [h.celsius for h in holds if h.celsius is not None and any(is_meant(h.sensor, s) for s in sensors)]


def _last_good(sensors: list[TemperatureSeen], now: Now) -> Stamp:
    """Since when a zone is blind: its last good poll if it is known, else this moment."""
    moments = [s.mono_s for s in sensors if s.celsius is not None and s.mono_s is not None]
    return replace(now, mono_s=max(moments)) if moments else now


def is_meant(sensor: str, seen: TemperatureSeen) -> bool:
    """Whether a name that a person gave means this sensor: its full name, the end of it, its label, or nothing for all."""
    return not sensor or sensor in (seen.sensor, seen.label) or seen.sensor.endswith(f"/{sensor}")


def is_fresh(mono_s: float | None, limits: Limits, now: Now) -> bool:
    """Whether a temperature or humidity polled at that moment may still be used."""
    return mono_s is not None and now.mono_s - mono_s <= limits.temperature_stale_s


def _vote(values: list[float]) -> float | None:
    """Three: the median. Two: the hotter. One: that one. None: no statement."""
    if not values:
        return None
    return values[len(values) // 2] if len(values) >= 3 else values[-1]


def _shed_stage(zone: _Zone, state: State, limits: Limits) -> int:
    """0 to 4 quarters of the zone's load to take off, with hysteresis so that noise does not switch."""
    before = dict(state.thermal_stages).get(zone.name, 0)
    if zone.celsius is None:
        if zone.lost_s <= limits.temperature_lost_s:
            return before
        return min(_SHED_STAGES, 1 + int((zone.lost_s - limits.temperature_lost_s) // limits.restore_step_s))
    step_c = (limits.emergency_c - limits.shed_c) / _SHED_STAGES

    def stage_at(celsius: float) -> int:
        return 0 if celsius < limits.shed_c else min(_SHED_STAGES, 1 + int((celsius - limits.shed_c) / step_c))

    return max(stage_at(zone.celsius), min(before, stage_at(zone.celsius + limits.fan_hysteresis_c)))


def _ceiling(zone: _Zone, stage: int, limits: Limits) -> Ceiling | None:
    if stage == 0:
        return None
    nominal_kw = sum(load.kw for load in limits.loads if load.zone == zone.name)
    kw = nominal_kw * (1 - stage / _SHED_STAGES)
    if zone.celsius is None:
        reason = f"all temperatures of zone {zone.name} lost for {zone.lost_s / 60:.0f} min"
        return Ceiling("temperature lost", kw, reason, Cause.THERMAL, zone.name)
    return Ceiling("temperature", kw, zone.told, Cause.THERMAL, zone.name)


def _floor(zone: _Zone, before: int, limits: Limits, fan_count: int) -> Floor:
    if zone.celsius is None:
        return Floor("temperature", fan_count, f"no fresh temperature in zone {zone.name}: all fans")
    if zone.celsius >= limits.max_temp_c:
        return Floor("temperature", fan_count, f"{zone.told}: all fans")
    if zone.celsius <= limits.min_temp_c:
        return Floor("temperature", 0, f"{zone.told}: cold")
    span_c = limits.max_temp_c - limits.fan_stage_start_c

    def stage_at(celsius: float) -> int:
        return max(0, min(fan_count, ceil((celsius - limits.fan_stage_start_c) / span_c * fan_count)))

    stage = max(stage_at(zone.celsius), min(before, stage_at(zone.celsius + limits.fan_hysteresis_c)))
    return Floor("temperature", stage, zone.told)


def _trips(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> tuple[tuple[tuple[str, float], ...], tuple[Trip, ...]]:
    """Two consecutive polls of one sensor above the emergency limit, or two sensors at once."""
    before = dict(state.hot)
    hot = {
        s.sensor: (before.get(s.sensor, s.mono_s), s)
        for s in snapshot.temperatures
        if s.role is SensorRole.INTAKE and s.celsius is not None and s.mono_s is not None
        if s.celsius >= limits.emergency_c and is_fresh(s.mono_s, limits, now)
    }
    twice = [s for first, s in hot.values() if s.mono_s is not None and s.mono_s > first]
    culprits = twice or ([s for _, s in hot.values()] if len(hot) >= 2 else [])
    trips = [Trip(f"over_temperature_{seen.zone}", f"{seen.sensor} at {seen.celsius:.1f} C", now) for seen in culprits]
    for hold in state.holds:
        if hold.kind is LeaseKind.TEMPERATURE and (hold.celsius or 0.0) >= limits.emergency_c:
            zones = {s.zone for s in snapshot.temperatures if s.role is SensorRole.INTAKE and is_meant(hold.sensor, s)}
            trips += [Trip(f"over_temperature_{zone}", f"forced to {hold.celsius:.1f} C", now) for zone in sorted(zones)]
    return tuple((name, first) for name, (first, _) in hot.items()), tuple({t.key: t for t in trips}.values())


def _alarms(zones: tuple[_Zone, ...], snapshot: Snapshot, limits: Limits, now: Now) -> tuple[AlarmWanted, ...]:
    alarms = []
    for zone in zones:
        if zone.celsius is not None and zone.celsius > limits.max_temp_c:
            alarms.append(_high(zone, limits))
        if zone.celsius is not None and zone.celsius < limits.min_temp_c:
            alarms.append(
                _warning(f"temperature_low_{zone.name}", f"{zone.told[0].upper()}{zone.told[1:]}.", "Look at the louvres.")
            )
        if zone.stale_names and zone.celsius is not None:
            names = ", ".join(zone.stale_names)
            alarms.append(
                _warning(f"temperature_partial_{zone.name}", f"No fresh temperature from {names}.", "Check the sensor.")
            )
        if zone.celsius is None and zone.lost_s > limits.temperature_stale_s:
            alarms.append(
                _warning(f"temperature_lost_{zone.name}", f"No temperature of zone {zone.name} is fresh.", "Check Room Alert.")
            )
    humid = [h.percent for h in snapshot.humidities if h.percent is not None and is_fresh(h.mono_s, limits, now)]
    if humid and max(humid) > limits.max_humidity:
        alarms.append(_warning("humidity_high", f"Humidity is {max(humid):.0f} %.", "Look for water and open louvres."))
    return tuple(alarms)


def _high(zone: _Zone, limits: Limits) -> AlarmWanted:
    assert zone.celsius is not None
    kind = AlarmKind.EMERGENCY if zone.celsius > limits.emergency_c else AlarmKind.WARNING
    return AlarmWanted(
        f"temperature_high_{zone.name}",
        kind,
        f"{zone.told[0].upper()}{zone.told[1:]} (limit {limits.max_temp_c:.0f} C).",
        f"All fans run; load comes off from {limits.shed_c:.0f} C.",
        "Look at fans, louvres and filters.",
    )


def _warning(key: str, cause: str, action: str) -> AlarmWanted:
    return AlarmWanted(key, AlarmKind.WARNING, cause, "", action)
