"""Sensors that [TEMPERATURE] names although no device can report them: told as warnings, with the nearest name that can be."""

import difflib
import re
from collections.abc import Iterable, Iterator

from services.shared.settings.problems import meant
from services.shared.settings.sensing import measuring_devices
from services.shared.settings.tree import Settings

_PORTS = ("internal", "sensor", "wireless")
_CONTACTS = ("switch",)
_QUANTITY = re.compile(r"^(.*?)[-_ ]?(\d*)(-humidity)?$")


def sensor_warnings(settings: Settings) -> Iterator[str]:
    """One sentence for each sensor of roles, zones and switches that cannot exist. A Room Alert's names are its driver's."""
    devices = measuring_devices(settings)
    told = settings.temperature
    for key, pairs, words in (
        ("roles", told.roles, _PORTS), ("zones", told.zones, _PORTS), ("switches", told.switches, _CONTACTS),
    ):  # fmt: skip
        where = settings.origins.get(f"TEMPERATURE.{key}", "default")
        for sensor, _ in pairs:
            if reason := _reason(sensor.lower(), devices, words):
                yield f"{where}: [TEMPERATURE] {key} names {sensor}, which cannot exist: {reason}"


def _reason(sensor: str, devices: Iterable[str], words: tuple[str, ...]) -> str:
    device, _, quantity = sensor.partition("/")
    if device not in devices:
        return f"no device {device} is configured{meant(device, devices)}"
    if not device.startswith("roomalert-"):
        return ""
    humidity = "" if words is _CONTACTS else "(-humidity)?"
    if re.fullmatch(rf"({'|'.join(words)})-[1-9]\d*{humidity}", quantity):
        return ""
    forms = ", ".join(f"{device}/{word}-1" for word in words)
    return f"did you mean {device}/{near}?" if (near := _form(quantity, words)) else f"allowed: {forms} and so on"


def _form(quantity: str, words: tuple[str, ...]) -> str:
    match = _QUANTITY.match(quantity)
    near = difflib.get_close_matches(match[1], words, 1) if match else []
    if not match or not near:
        return ""
    humidity = match[3] if match[3] and words is not _CONTACTS else ""
    return f"{near[0]}-{int(match[2] or 1) or 1}{humidity}"
