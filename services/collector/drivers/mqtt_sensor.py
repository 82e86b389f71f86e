"""Sensors that other programs publish: one reading for each topic that the filter takes. They age from their receipt."""

import re
from collections.abc import Sequence

from services.collector.drivers.listening import MAX_BYTES, PERIOD_S, Listening, Topics
from services.collector.extract import NotFound, json_text
from services.collector.levels import collapse, text_for_people
from services.collector.roles import role_and_zone
from services.shared.bus import Foreign
from services.shared.clock import Clock
from services.shared.messages import Message, Reading, level_of_topic
from services.shared.settings.sections import MqttSensor as Section
from services.shared.settings.sections import Temperature
from services.shared.vocabulary import Quality

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?")
_CONVERSIONS = {"F": ("Cel", 5 / 9, -32.0), "kW": ("W", 1000.0, 0.0)}
_CREDIBLE = {"Cel": (-60.0, 125.0), "%RH": (0.0, 100.0), "W": (-1e8, 1e8), "V": (0.0, 1e5)}
"""Outside of these no sensor of the kind can read: -127 Cel is how an unplugged one-wire sensor says so."""


class MqttSensor:
    """The device is the section's name; the quantity is what `+` and `#` stood for, joined by `-`, else the last topic level."""

    kind = "mqtt_sensor"
    period_s = PERIOD_S

    def __init__(self, name: str, section: Section, *, temperature: Temperature, topics: Topics, clock: Clock) -> None:
        self.device = name
        self._section = section
        self._temperature = temperature
        self._clock = clock
        self._listening = Listening(topics, section.topic, heartbeat_s=section.heartbeat_seconds, clock=clock)
        self.deadline_s = self._listening.deadline_s

    async def poll(self, started_mono_s: float) -> Sequence[Message]:
        """What arrived. Waits for a message; raises Unreachable after `heartbeat_seconds` of silence."""
        return [self._reading(foreign) for foreign in await self._listening.arrivals()]

    async def close(self) -> None:
        """The bus keeps the connection."""

    def _reading(self, foreign: Foreign) -> Reading:
        unit, factor, offset = _CONVERSIONS.get(self._section.unit, (self._section.unit, 1.0, 0.0))
        quantity = quantity_of(self._section.topic, foreign.topic)
        role, zone = role_and_zone(self._temperature, f"{self.device}/{quantity}")
        value, reason = None, ""
        try:
            value = _credible((self._number(foreign.payload) + offset) * factor, unit)
        except NotFound as error:
            reason = str(error)
        now = self._clock.now()
        return Reading(
            subject=(self.device, quantity),
            device=self.device,
            quantity=quantity,
            zone=zone if unit == "Cel" else "",
            role=role.value if unit == "Cel" else "",
            value=value,
            unit=unit,
            quality=Quality.BAD if value is None else Quality.GOOD,
            reason=reason,
            poll_started_mono_s=foreign.received_mono_s,
            measured_at=now.wall_s - (now.mono_s - foreign.received_mono_s),
        )

    def _number(self, payload: bytes) -> float:
        if len(payload) > MAX_BYTES:
            raise NotFound(f"more than {MAX_BYTES} bytes")
        text = payload.decode("utf-8", "replace")
        text = collapse(json_text(text, self._section.path) if self._section.path else text)
        if not _NUMBER.fullmatch(text):
            raise NotFound(f"{text_for_people(text)!r} is not a number")
        return float(text)


def quantity_of(topic_filter: str, topic: str) -> str:
    """What the wildcards stood for: `intake` of `site/+/temperature` and `site/intake/temperature`."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    matched = [level for want, level in zip(wanted, levels, strict=False) if want == "+"]
    if wanted[-1] == "#":
        matched += levels[len(wanted) - 1 :]
    return level_of_topic("-".join(matched) if matched else levels[-1])


def _credible(value: float, unit: str) -> float:
    low, high = _CREDIBLE.get(unit, (-1e12, 1e12))
    if not low <= value <= high:
        raise NotFound(f"{value:g} {unit} is outside of what a sensor can read ({low:g} to {high:g})")
    return value
