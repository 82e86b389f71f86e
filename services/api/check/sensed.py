"""What the last poll of a sensing device read, in a few words."""

from collections.abc import Sequence

from services.api.check.rows import Found, Judge
from services.api.image import Image
from services.shared.messages import DeviceHealth, Reading, Signal
from services.shared.settings.sensing import site_meter
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Level

_MOST = 3
_ORDER = "Cel %RH V W"
_UNITS = {"Cel": "°C", "%RH": "%", "W": "W", "V": "V"}


def signal(health: DeviceHealth, image: Image, _: Settings) -> Found:
    """The level, or why there is none."""
    said = image.signals.get(health.device)
    if said is None:
        return Found("answered", "and the level is not known yet", is_fault=True)
    if said.level is Level.UNKNOWN:
        return Found("level unknown", said.reason, is_fault=True)
    view = next((one for one in (image.state.signals if image.state else ()) if one.name == health.device), None)
    trouble = "it is taken out of service" if view is not None and not view.in_service else said.reason
    return Found(f"level {said.level}{_event(said)}", trouble)


def room_alert(health: DeviceHealth, image: Image, settings: Settings) -> Found:
    """Temperatures first, then humidities; contacts are counted. What the configuration names and it has not is told."""
    readings = _of(health, image)
    contacts = [one.quantity for one in image.switches.all() if one.device == health.device]
    found = values(readings)
    more = [f"{len(contacts)} contacts"] if contacts else []
    missing = _missing(health.device, settings, [*(one.quantity for one in readings), *contacts])
    return Found(", ".join([found.words, *more]), found.trouble or missing, found.is_fault)


def _missing(name: str, settings: Settings, there: Sequence[str]) -> str:
    """`it has no sensor-8: ...`; empty where every name is there."""
    chosen = settings.temperature
    keys = [key.strip().lower() for key, _ in (*chosen.roles, *chosen.zones, *chosen.switches)]
    named = dict.fromkeys(key.partition("/")[2] for key in keys if key.startswith(f"{name}/"))
    absent = [one for one in named if one not in {quantity.lower() for quantity in there}]
    more = " ..." if len(absent) > _MOST else ""
    return f"it has no {', '.join(absent[:_MOST])}{more}: roles, zones and switches of [TEMPERATURE]" if absent else ""


def iotawatt(health: DeviceHealth, image: Image, settings: Settings) -> Found:
    """The voltage, how many series, and which of those that are configured it does not have."""
    readings = _of(health, image)
    volts = [one.value for one in readings if one.unit == "V" and one.value is not None]
    series = {one.quantity.lower(): one for one in readings if one.unit != "V"}
    words = ", ".join([*(_range("V", [one]) for one in volts), f"{len(series)} series"])
    if readings and all(one.value is None for one in readings):
        return Found("answered", f"and gives no value: {readings[0].reason}", is_fault=True)
    if missing := [one for one in _wanted(health.device, settings) if one.lower() not in series]:
        return Found(words, f"it has no series {', '.join(missing[:_MOST])}: series of [FANS], site_meter of [METER]")
    return Found(words, _valueless(readings))


def mqtt(health: DeviceHealth, image: Image, _: Settings) -> Found:
    """The values of its topics."""
    return values([one for one in image.readings.all() if one.device == health.device])


def values(readings: Sequence[Reading]) -> Found:
    """From the lowest to the highest of each unit, and what gives none."""
    bad = [one for one in readings if one.value is None]
    by_unit: dict[str, list[float]] = {}
    for one in readings:
        if one.value is not None:
            by_unit.setdefault(one.unit, []).append(one.value)
    if not by_unit:
        return Found("answered", f"and gives no value: {bad[0].reason}" if bad else "and has no sensor", is_fault=True)
    words = ", ".join(_range(unit, sorted(found)) for unit, found in sorted(by_unit.items(), key=lambda one: _ORDER.find(one[0])))
    return Found(words, _valueless(readings))


def _valueless(readings: Sequence[Reading]) -> str:
    """`sensor-2 gives no value: unplugged`, or `sensor-2 and 3 more give no value: ...`; empty where all give one."""
    bad = [one for one in readings if one.value is None]
    if not bad:
        return ""
    name = bad[0].label or bad[0].quantity
    who = f"{name} gives" if len(bad) == 1 else f"{name} and {len(bad) - 1} more give"
    return f"{who} no value: {bad[0].reason}"


def _of(health: DeviceHealth, image: Image) -> list[Reading]:
    """What that very poll read: what an earlier one did is no word of this one."""
    began_s = health.polled_mono_s or 0.0
    return [one for one in image.readings.all() if one.device == health.device and one.poll_started_mono_s >= began_s - 0.001]


def _wanted(monitor: str, settings: Settings) -> tuple[str, ...]:
    """The series that something of the site is proven by; with several monitors each has only some."""
    if len(settings.apis.iotawatt_ip) != 1:
        return ()
    fans = settings.fans
    own = fans.series or tuple(f"fan_{number}" for number in range(1, fans.count + 1) if settings.apis.fan_relay_ip)
    device, quantity = site_meter(settings)
    return (*own, quantity) if device == monitor else own  # the PDUs' sum and a meter on the broker are no series of it


def _range(unit: str, found: Sequence[float]) -> str:
    """`26.4 °C`, or `22.1 to 26.4 °C (3)`."""
    decimals = 0 if unit in ("%RH", "W") else 1
    low, high = f"{found[0]:.{decimals}f}", f"{found[-1]:.{decimals}f} {_UNITS.get(unit, unit)}"
    return high if len(found) == 1 else f"{low} to {high} ({len(found)})"


def _event(said: Signal) -> str:
    if said.target_kw is not None:
        return f", at most {said.target_kw:g} kW"
    return "" if said.drop_kw is None else f", {said.drop_kw:g} kW less"


JUDGES: dict[str, Judge] = {
    "signal_http": signal,
    "signal_mqtt": signal,
    "room_alert": room_alert,
    "iotawatt": iotawatt,
    "mqtt_sensor": mqtt,
}
