"""An IoTaWatt's answers as measurements: pure, no connection. Source: its firmware 02_08_04.

`/status` names no input: inputs, then outputs, pair by position with `/query?show=series`. Without mains voltage at its
transformer the monitor reports 0 W everywhere, exactly as if all fans had stopped; such watts are unusable, not zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.shared.answer import loads_strict
from services.shared.device import Nonsense
from services.shared.numbers import finite

SETTLE_S = 30.0  # its figures start from 0 after a restart
VOLTS_TOLERANCE = 0.20
_UNITS = {"Watts": "W", "Volts": "V", "Amps": "A"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One series; None with the reason."""

    quantity: str
    unit: str
    value: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """One answer of `/status`, its parts still raw. `run_s` counts since the monitor's own start."""

    inputs: tuple[Mapping[str, Any], ...]
    outputs: tuple[Mapping[str, Any], ...]
    run_s: float | None

    @property
    def layout(self) -> tuple[object, ...]:
        """What changes when someone reconfigures the monitor."""
        return (*(one.get("channel") for one in self.inputs), *(one.get("name") for one in self.outputs))


def parse_status(body: str) -> Status:
    """Read `/status`. Raises Nonsense."""
    found = loads_strict(body)
    if not isinstance(found, dict) or not isinstance(found.get("stats"), dict):
        raise Nonsense(f"no IoTaWatt status: {body[:60]!r}")
    return Status(_objects(found, "inputs"), _objects(found, "outputs"), finite(found["stats"].get("runseconds")))


def parse_series(body: str) -> tuple[str, ...]:
    """The names in order. A monitor without any series sends `{"series":]}`. Raises Nonsense."""
    found = loads_strict(body.replace('"series":]', '"series":[]'))
    if not isinstance(found, dict):
        raise Nonsense(f"no series: {body[:60]!r}")
    return tuple(str(one.get("name", "")) for one in _objects(found, "series"))


def fits(status: Status, names: Sequence[str]) -> bool:
    """Whether the names belong to this status: as many, and the outputs (which do name themselves) the same."""
    outputs = [one.get("name") for one in status.outputs]
    return len(names) == len(status.inputs) + len(outputs) and all(names) and list(names[len(status.inputs) :]) == outputs


def measure(status: Status, names: Sequence[str], nominal_volts: float) -> tuple[Measured, ...]:
    """Every series with its value, or with the reason why it has none."""
    volts = [finite(one.get("Vrms")) for one in status.inputs if "Vrms" in one]
    unusable = _why_not_watts(volts, nominal_volts)
    rows = [*_inputs(status, names), *_outputs(status)]
    return tuple(_judge(name, unit, raw, status.run_s, unusable) for name, unit, raw in rows)


def _inputs(status: Status, names: Sequence[str]) -> Iterator[tuple[str, str, object]]:
    first = True
    for one, name in zip(status.inputs, names, strict=False):
        if "Vrms" in one:
            yield ("voltage" if first else name), "V", one["Vrms"]
            first = False
        else:
            yield name, "W", one.get("Watts")


def _outputs(status: Status) -> Iterator[tuple[str, str, object]]:
    for one in status.outputs:
        unit = str(one.get("units", ""))
        yield str(one["name"]), _UNITS.get(unit, unit), one.get("value")


def _judge(name: str, unit: str, raw: object, run_s: float | None, unusable: str) -> Measured:
    value = finite(raw)
    if value is None:
        return Measured(name, unit, None, f"not a number: {str(raw)[:20]!r}")
    if run_s is None or run_s < SETTLE_S:
        return Measured(name, unit, None, "just restarted: its figures still settle")
    if unusable and unit not in ("V", "Hz"):
        return Measured(name, unit, None, unusable)
    return Measured(name, unit, value)


def _why_not_watts(volts: Sequence[float | None], nominal_volts: float) -> str:
    if not volts:
        return "the monitor has no voltage input"
    for value in volts:
        if value is None or abs(value - nominal_volts) > VOLTS_TOLERANCE * nominal_volts:
            return f"mains voltage at the monitor is {'unknown' if value is None else f'{value:g} V'}"
    return ""


def _objects(found: Mapping[str, Any], key: str) -> tuple[Mapping[str, Any], ...]:
    parts = found.get(key)
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise Nonsense(f"no list of {key}")
    return tuple(parts)
