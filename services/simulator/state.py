"""The simulated site as the control port tells it, units in the names."""

from typing import Any

from services.simulator.devices.signal_page import SignalPage
from services.simulator.plant import SWITCHES, Plant

_SENSORS = ("intake-1", "intake-2", "exhaust", "outside")


def of_plant(plant: Plant) -> dict[str, Any]:
    """All that can be seen of the plant at once."""
    return {
        "speed": plant.speed,
        "now_s": round(plant.now_s(), 1),
        "temperatures_c": {name: round(plant.temperature_c(name), 2) for name in _SENSORS},
        "humidity_percent": round(plant.humidity_percent(), 1),
        "site_watts": round(plant.site_watts()),
        "load_watts": round(plant.load_watts()),
        "volts": round(plant.volts(), 2),
        "miners": plant.states(),
        "fans": [_fan(plant, number) for number in range(1, len(plant.fans) + 1)],
        "annunciator": plant.wiring.calls,
        "outlets_open": {name: pdu.open_count() for name, pdu in plant.pdus.items()},
        "breakers_tripped": {name: sorted(pdu.tripped) for name, pdu in plant.pdus.items() if pdu.tripped},
        "switches": {name: "closed" if plant.switch_closed(name) else "open" for name in SWITCHES},
        "faults": plant.faults.all(),
    }


def _fan(plant: Plant, number: int) -> dict[str, Any]:
    fan = plant.fans[number - 1]
    return {"fan": number, "powered": fan.powered, "watts": round(plant.fan_watts(number)), "air_percent": round(100 * fan.air)}


def of_signal(signal: SignalPage) -> dict[str, Any]:
    """What the utility's page says."""
    return {"level": signal.said.level, **signal.said.beside()}
