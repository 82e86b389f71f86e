"""A Room Alert's page as measurements: pure, no connection.

Two vocabularies are in the field (long keys: 3E and older; short keys: 12E, 32E), numbers come as padded texts, and numbers of
the 32E's internals as texts too. A port is believed only if `enabled` is 1 and its type is not 0: an unplugged sensor keeps its
last value for ever, and an empty port reports 0.00 °C, 32.00 °F. Sources: captures of 3E v1.2.1, 12E v3.2.5, 32E v2.5.1.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.shared.answer import loads_strict
from services.shared.device import Nonsense
from services.shared.numbers import finite

Part = Mapping[str, Any]
LOWEST_C, HIGHEST_C = -40.0, 85.0  # the sensors' range by their maker
NEAR_FREEZING_C = 10.0  # a neighbour below it makes an exact zero plausible
TEMPERATURE_ONLY = 16.0  # type code: 16 temperature, 38 temperature and humidity, 65 analog, 0 none

_ARRAYS = (("internal_sen", "internal"), ("sensor", "sensor"), ("wireless_sen", "wireless"))
_SWITCH_ARRAYS = ("switch_sen", "s_sen")
_BARE_KEY = re.compile(r'"(?:[^"\\]|\\.)*"|([{,]\s*)([A-Za-z_]\w*)(\s*:)')


@dataclass(frozen=True, slots=True)
class Measured:
    """A temperature (Cel) or humidity (%RH) of one port; None with the reason. `empty`: nothing was ever plugged in there."""

    port: str
    quantity: str
    label: str
    unit: str
    value: float | None
    reason: str = ""
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A dry contact; None (with the reason) when its input is switched off or says neither 0 nor 1."""

    quantity: str
    label: str
    closed: bool | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything one answer tells. `uptime` is the unit's own text, only to see whether it moves."""

    measured: tuple[Measured, ...]
    contacts: tuple[Contact, ...]
    uptime: str | None


def parse(body: bytes, *, headless: bool) -> Page:
    """Read an answer. Old firmware (`headless`) sends bytes above 0x7F and bare keys. Raises Nonsense."""
    text = _ascii(body) if headless else body.decode("utf-8", "replace")
    page = loads_strict(_BARE_KEY.sub(_quote, text))
    if not isinstance(page, dict) or not any(isinstance(page.get(key), list) for key, _ in _ARRAYS):
        raise Nonsense(f"no Room Alert page: {text[:60]!r}")
    measured = _judge_zeros(tuple(_measurements(page)))
    return Page(measured, tuple(_contacts(page)), str(page["uptime"]) if "uptime" in page else None)


def _ascii(body: bytes) -> str:
    masked = bytes(byte & 0x7F for byte in body)
    return "".join(chr(byte) if byte >= 0x20 else " " for byte in masked)


def _quote(match: re.Match[str]) -> str:
    return match[0] if match[2] is None else f'{match[1]}"{match[2]}"{match[3]}'


def _measurements(page: Part) -> Iterator[Measured]:
    for key, prefix in _ARRAYS:
        for index, part in enumerate(_parts(page, key), start=1):
            if _first(part, "tempc", "tc", "tempf", "tf") is not None:
                yield from _port(f"{prefix}-{index}", part)


def _port(port: str, part: Part) -> Iterator[Measured]:
    label = str(_first(part, "label", "lab") or port)
    celsius, unplugged = _celsius(part), _unplugged(part)
    empty = bool(unplugged) and (celsius is None or celsius == 0.0)
    reason = unplugged or _outside(celsius, LOWEST_C, HIGHEST_C, "°C")
    yield Measured(port, port, label, "Cel", None if reason else celsius, reason, empty)
    humidity = _first(part, "humid", "h")
    if humidity is not None and finite(_first(part, "type", "t")) != TEMPERATURE_ONLY:
        percent = finite(humidity)
        reason = unplugged or _outside(percent, 0.0, 100.0, "%RH")
        yield Measured(port, f"{port}-humidity", label, "%RH", None if reason else percent, reason, empty)


def _unplugged(part: Part) -> str:
    enabled, kind = finite(_first(part, "enabled", "en")), finite(_first(part, "type", "t"))
    return "" if enabled == 1.0 and kind not in (None, 0.0) else "no sensor is plugged in"


def _celsius(part: Part) -> float | None:
    celsius, fahrenheit = _first(part, "tempc", "tc"), finite(_first(part, "tempf", "tf"))
    if celsius is not None:
        return finite(celsius)
    return None if fahrenheit is None else round((fahrenheit - 32.0) / 1.8, 2)


def _outside(value: float | None, lowest: float, highest: float, unit: str) -> str:
    if value is None:
        return "not a number"
    return "" if lowest <= value <= highest else f"{value:g} {unit} is outside {lowest:g} to {highest:g}"


def _judge_zeros(measured: tuple[Measured, ...]) -> tuple[Measured, ...]:
    neighbours = [one.value for one in measured if one.unit == "Cel" and one.value]
    if any(value < NEAR_FREEZING_C for value in neighbours):
        return measured
    suspect = {one.port for one in measured if one.unit == "Cel" and one.value == 0.0}
    reason = "exactly 0.00 °C, what an empty port reports, and no other sensor is near freezing"
    return tuple(replace(one, value=None, reason=reason) if one.port in suspect else one for one in measured)


def _contacts(page: Part) -> Iterator[Contact]:
    parts = [part for key in _SWITCH_ARRAYS for part in _parts(page, key)]
    for index, part in enumerate(parts, start=1):
        name, label = f"switch-{index}", str(_first(part, "label", "lab") or f"switch-{index}")
        if finite(_first(part, "enabled", "en")) != 1.0:
            yield Contact(name, label, None, "the input is switched off in the unit")
            continue
        status = _first(part, "status", "stat")
        closed = {"0": False, "1": True}.get(str(status).strip())
        yield Contact(name, label, closed, "" if closed is not None else f"its status is neither 0 nor 1: {status!r}")


def _parts(page: Part, key: str) -> Sequence[Part]:
    # An element that is no object keeps its index: the ports after it must not change their names.
    found = page.get(key)
    return [part if isinstance(part, dict) else {} for part in found] if isinstance(found, list) else []


def _first(part: Part, *keys: str) -> Any:
    return next((part[key] for key in keys if part.get(key) is not None), None)
