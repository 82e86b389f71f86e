"""How long what was measured counts as known to whoever looks: three polls of what measures it, and the deadline of one.

The controller goes by the configured ages, which may be longer: it holds what it decided while a meter begins anew.
"""

from collections.abc import Iterator

from services.api.image import READING_STALE_S, Image
from services.api.latest import age_s
from services.shared.clock import Moment
from services.shared.messages import FanView, Reading
from services.shared.settings.sensing import site_meter
from services.shared.settings.tree import Settings

LEAST_S = 15.0
"""A device that is asked every second is no more lost for it."""
_POWER = frozenset({"W", "kW", "MW"})


def fan_limit_s(image: Image, settings: Settings, fan: FanView) -> float:
    """Of a fan's watts, or of its relay where nothing measures it; never more than configured."""
    is_metered = fan.watts is not None
    poll_s = settings.iotawatt.poll_seconds if is_metered else settings.fans.poll_seconds
    due_s = _due_s(image, kind="iotawatt" if is_metered else "modbus_fans")
    return _limit_s(due_s, poll_s, settings.fans.watts_max_age_seconds)


def load_limit_s(image: Image, settings: Settings, now: Moment) -> float:
    """Of the load: as configured while any of its meters is read, and shorter as soon as none is."""
    most_s = settings.power.meter_max_age_seconds
    limits = [(reading, _limit_of_s(image, settings, reading)) for reading in _meters(image, settings)]
    if not limits or any(_is_within(reading, limit_s, now) for reading, limit_s in limits):
        return most_s
    return min(most_s, max(limit_s for _, limit_s in limits))


def stale_after_s(image: Image, reading: Reading) -> float:
    """How old a reading may be: its sensor's own heartbeat, the limit of temperatures, or that of everything else."""
    temperature_s = image.settings.temperature.stale_seconds
    mqtt = image.settings.mqtt_sensors.get(reading.device)
    if mqtt is not None:
        return max(mqtt.heartbeat_seconds, temperature_s)
    return temperature_s if reading.unit in ("Cel", "%RH") else READING_STALE_S


def humidity_percent(image: Image, now: Moment) -> float | None:
    """The highest fresh relative humidity."""
    humid = [reading for reading in image.readings.all() if reading.unit == "%RH" and reading.value is not None]
    values = [reading.value for reading in humid if _is_within(reading, stale_after_s(image, reading), now)]
    return max((value for value in values if value is not None), default=None)


def _meters(image: Image, settings: Settings) -> Iterator[Reading]:
    """The site's meter and every PDU, as heard last."""
    named = site_meter(settings)
    for reading in image.good.all():
        is_site = (reading.device.lower(), reading.quantity.lower()) == named and reading.unit in _POWER
        if is_site or (reading.quantity == "power" and reading.unit == "kW"):
            yield reading


def _limit_of_s(image: Image, settings: Settings, reading: Reading) -> float:
    most_s = settings.power.meter_max_age_seconds
    if reading.device in settings.mqtt_sensors:
        return min(most_s, stale_after_s(image, reading))
    poll_s = settings.iotawatt.poll_seconds if reading.source == "collector" else settings.pdu.poll_seconds
    return _limit_s(_due_s(image, device=reading.device), poll_s, most_s)


def _due_s(image: Image, *, kind: str = "", device: str = "") -> float:
    """Within what the owner of a device, or of all of a kind, has an answer or none; 0 while it says nothing."""
    healths = (one for owner in image.devices.all() for one in owner.devices)
    return max((one.due_s for one in healths if kind == one.kind or device == one.device), default=0.0)


def _limit_s(due_s: float, poll_s: float, most_s: float) -> float:
    return min(most_s, max(LEAST_S, due_s + 2 * poll_s)) if due_s else most_s


def _is_within(reading: Reading, limit_s: float, now: Moment) -> bool:
    age = age_s(reading.poll_started_mono_s, reading.host_boot, now)
    return age is not None and age <= limit_s
