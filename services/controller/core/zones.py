"""The temperature of each zone: a vote of its intake sensors, or the moment since when nothing fresh is known of it."""

from dataclasses import dataclass, replace
from math import inf

from services.controller.core.memory import State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot, TemperatureSeen
from services.controller.core.stamps import elapsed_s
from services.shared.vocabulary import LeaseKind, SensorRole


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone judged. `ever` False: its sensors are configured, but none has delivered anything yet."""

    name: str
    celsius: float | None
    """The vote, with the margin of a single sensor already added."""
    measured_c: float | None
    """The vote as measured or forced, as people are told it."""
    blind_since: Stamp | None
    lost_s: float
    stale_names: tuple[str, ...]
    ever: bool = True
    read_s: float | None = None
    """When the oldest poll began that the vote rests on; None without a vote."""

    @property
    def told(self) -> str:
        """The zone's temperature in words."""
        if self.celsius == self.measured_c:
            return f"zone {self.name} at {self.measured_c:.1f} °C"
        return f"zone {self.name} at {self.measured_c:.1f} °C, judged as {self.celsius:.1f} °C: by one sensor alone"


def judge_zones(snapshot: Snapshot, state: State, limits: Limits, now: Now) -> tuple[Zone, ...]:
    """Every zone that has an intake sensor now or had one (a zone does not vanish with its readings), and those that should."""
    seen = {one.zone for one in snapshot.temperatures if one.role is SensorRole.INTAKE}
    known = seen | ({name for name, _ in state.zones} & limits.zones)
    silent = _silent(limits) - known if elapsed_s(state.started, now) >= limits.start_grace_s else frozenset()
    return tuple(
        _judge(name, snapshot, state, limits, now) if name in known else Zone(name, None, None, None, 0.0, (), ever=False)
        for name in sorted(known | silent)
    )


def _silent(limits: Limits) -> frozenset[str]:
    """Zones that temperatures are configured for and that have load to protect."""
    return limits.zones & {load.zone for load in limits.loads}


def _judge(name: str, snapshot: Snapshot, state: State, limits: Limits, now: Now) -> Zone:
    sensors = [s for s in snapshot.temperatures if s.zone == name and s.role is SensorRole.INTAKE]
    fresh = {s.sensor: s.celsius for s in sensors if s.celsius is not None and is_fresh(s.mono_s, limits, now)}
    read_s = min((s.mono_s for s in sensors if s.sensor in fresh and s.mono_s is not None), default=None)
    blind_since = None if fresh else dict(state.zones).get(name) or _last_good(sensors, now)
    measured = _vote(sorted(fresh.values()))
    judged = measured + limits.single_sensor_margin_c if measured is not None and len(fresh) == 1 else measured
    for celsius in sorted(_forced(state, sensors)):  # the hottest counts; it never stands in for lost sensors
        if limits.demo or (judged is not None and celsius > judged):
            measured = judged = celsius
            read_s = now.mono_s if limits.demo else read_s
    stale = tuple(s.sensor for s in sensors if s.sensor not in fresh)
    return Zone(name, judged, measured, blind_since, elapsed_s(blind_since, now) if blind_since else 0.0, stale, read_s=read_s)


def _forced(state: State, sensors: list[TemperatureSeen]) -> list[float]:
    holds = [h for h in state.holds if h.kind is LeaseKind.TEMPERATURE]
    return [h.celsius for h in holds if h.celsius is not None and any(is_meant(h.sensor, s) for s in sensors)]


def _last_good(sensors: list[TemperatureSeen], now: Now) -> Stamp:
    """Since when a zone is blind: its last good poll if it is known, else this moment."""
    moments = [s.mono_s for s in sensors if s.celsius is not None and s.mono_s is not None]
    return replace(now, mono_s=max(moments)) if moments else now


def is_meant(sensor: str, seen: TemperatureSeen) -> bool:
    """Whether a name that a person gave means this sensor: its full name, the end of it, its label, or nothing for all."""
    return not sensor or sensor in (seen.sensor, seen.label) or seen.sensor.endswith(f"/{sensor}")


def is_fresh(mono_s: float | None, limits: Limits, now: Now) -> bool:
    """Whether what Room Alert or another sensor was polled for at that moment may still be used."""
    return mono_s is not None and now.mono_s - mono_s <= limits.temperature_stale_s


def is_young(read_s: float | None, limits: Limits, now: Now, *, after_s: float = -inf) -> bool:
    """Whether less cooling, or more load, may rest on what was polled at that moment: not long ago, and after `after_s`."""
    return read_s is not None and now.mono_s - read_s <= limits.temperature_young_s and read_s > after_s


def _vote(values: list[float]) -> float | None:
    """Three: the median. Two: the hotter. One: that one. None: no statement."""
    if not values:
        return None
    return values[len(values) // 2] if len(values) >= 3 else values[-1]
