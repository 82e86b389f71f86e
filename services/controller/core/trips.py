"""The over-temperature trip: two consecutive polls of one intake at the emergency limit, or two intakes of a zone at once."""

from services.controller.core.memory import Hold, State, Trip
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot, TemperatureSeen
from services.controller.core.zones import is_fresh, is_meant
from services.shared.vocabulary import LeaseKind, SensorRole

OVER_TEMPERATURE = "over_temperature_"
"""What the key of a zone's trip begins with."""


def trip_zone(key: str) -> str | None:
    """The zone of an over-temperature trip; None for any other."""
    return key.removeprefix(OVER_TEMPERATURE) if key.startswith(OVER_TEMPERATURE) else None


def judge_trips(
    state: State, snapshot: Snapshot, limits: Limits, now: Now
) -> tuple[tuple[tuple[str, float], ...], tuple[Trip, ...]]:
    """The sensors that are hot with their first hot poll, and the trips that follow, one per zone.

    Only a cooler reading clears a sensor: a poll that read nothing between two hot ones says nothing.
    """
    intakes = [s for s in snapshot.temperatures if s.role is SensorRole.INTAKE]
    fresh = [s for s in intakes if s.celsius is not None and is_fresh(s.mono_s, limits, now)]
    hot = [s for s in fresh if s.celsius is not None and s.celsius >= limits.emergency_c]
    cool = {s.sensor for s in fresh} - {s.sensor for s in hot}
    first = {name: polled_s for name, polled_s in state.hot if name not in cool}
    first = {s.sensor: s.mono_s for s in hot if s.mono_s is not None} | first
    twice = [s for s in hot if s.mono_s is not None and s.mono_s > first[s.sensor]]
    zones = [s.zone for s in hot]
    culprits = [s for s in hot if s in twice or zones.count(s.zone) >= 2]
    trips = [Trip(f"{OVER_TEMPERATURE}{s.zone}", f"{s.sensor} at {s.celsius:.1f} °C", now) for s in culprits]
    trips += _forced(state, intakes, limits, now)
    return tuple(first.items()), tuple({trip.key: trip for trip in trips}.values())


def forced_c(zone: str, snapshot: Snapshot, holds: tuple[Hold, ...]) -> float | None:
    """The hottest temperature in °C that a person forces on an intake of the zone; None for none."""
    intakes = [s for s in snapshot.temperatures if s.zone == zone and s.role is SensorRole.INTAKE]
    forced = [hold for hold in holds if hold.kind is LeaseKind.TEMPERATURE and any(is_meant(hold.sensor, s) for s in intakes)]
    return max((hold.celsius for hold in forced if hold.celsius is not None), default=None)


def _forced(state: State, intakes: list[TemperatureSeen], limits: Limits, now: Now) -> list[Trip]:
    """A temperature that a person forces trips as one that is measured."""
    return [
        Trip(f"{OVER_TEMPERATURE}{zone}", f"forced to {hold.celsius:.1f} °C", now)
        for hold in state.holds
        if hold.kind is LeaseKind.TEMPERATURE and hold.celsius is not None and hold.celsius >= limits.emergency_c
        for zone in sorted({s.zone for s in intakes if is_meant(hold.sensor, s)})
    ]
