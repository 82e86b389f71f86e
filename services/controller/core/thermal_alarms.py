"""Alarms of the air: too warm, too cold, too humid, not read. One key per zone and cause."""

from collections.abc import Container, Iterable

from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.core.wanted import AlarmWanted, one_device
from services.controller.core.zones import Zone, is_fresh
from services.shared.vocabulary import AlarmKind

DEADBAND_C = 0.5
DEADBAND_PERCENT = 2.0
"""So much a value must go back beyond its limit before its alarm ends: one that plays about the limit is one alarm."""


def climate_alarms(
    zones: Iterable[Zone], snapshot: Snapshot, limits: Limits, now: Now, standing: Container[str]
) -> tuple[AlarmWanted, ...]:
    """Every condition of temperature and humidity that holds now. `standing` are the keys of the alarms that held before."""
    alarms = [alarm for zone in zones for alarm in _of_zone(zone, limits, standing)]
    humid = [h.percent for h in snapshot.humidities if h.percent is not None and is_fresh(h.mono_s, limits, now)]
    band = DEADBAND_PERCENT if "humidity_high" in standing else 0.0
    if humid and max(humid) > limits.max_humidity - band:
        alarms.append(_warning("humidity_high", f"Humidity is {max(humid):.0f} %.", "Look for water and open louvres."))
    return tuple(alarms)


def _of_zone(zone: Zone, limits: Limits, standing: Container[str]) -> list[AlarmWanted]:
    if zone.celsius is None:
        return _unread(zone, limits)
    alarms = []
    if zone.celsius > limits.max_temp_c - _band_c(f"temperature_high_{zone.name}", standing):
        alarms.append(_high(zone, zone.celsius, limits))
    if zone.celsius < limits.min_temp_c + _band_c(f"temperature_low_{zone.name}", standing):
        alarms.append(_warning(f"temperature_low_{zone.name}", f"{_sentence(zone)}.", "Look at the louvres."))
    if zone.stale_names:
        names = ", ".join(zone.stale_names)
        cause = f"No fresh temperature from {names}."
        alarms.append(_warning(f"temperature_partial_{zone.name}", cause, "Check the sensor.", _device(zone)))
    return alarms


def _band_c(key: str, standing: Container[str]) -> float:
    return DEADBAND_C if key in standing else 0.0


def _unread(zone: Zone, limits: Limits) -> list[AlarmWanted]:
    key = f"temperature_lost_{zone.name}"
    if not zone.ever:
        cause = f"Zone {zone.name} has load, but no temperature of it was ever read."
        return [AlarmWanted(key, AlarmKind.WARNING, cause, "No load is raised there.", "Check the sensors and their zones.")]
    if zone.lost_s > limits.temperature_stale_s:
        return [_warning(key, f"No temperature of zone {zone.name} is fresh.", "Check Room Alert.", _device(zone))]
    return []


def _high(zone: Zone, celsius: float, limits: Limits) -> AlarmWanted:
    return AlarmWanted(
        f"temperature_high_{zone.name}",
        AlarmKind.WARNING,  # at the emergency limit the trip is the one emergency
        f"{_sentence(zone)} (limit {limits.max_temp_c:.0f} °C).",
        f"All fans run; load comes off from {limits.shed_c:.0f} °C.",
        "Look at fans, louvres and filters.",
    )


def _sentence(zone: Zone) -> str:
    return f"{zone.told[0].upper()}{zone.told[1:]}"


def _device(zone: Zone) -> str:
    """By which all its silent sensors are read."""
    return one_device(name.rpartition("/")[0] for name in zone.stale_names)


def _warning(key: str, cause: str, action: str, device: str = "") -> AlarmWanted:
    return AlarmWanted(key, AlarmKind.WARNING, cause, "", action, device)
