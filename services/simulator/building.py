"""The air of the building: two zones that miners heat and fans exchange with the outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, pi, sin

from services.simulator.layout import ZONES

HEAT_J_PER_K = 5.0e6
"""Of one zone: 2,500 m3 of air (3 MJ/K) and the metal that follows it within seconds (2 MJ/K). At 1 MW in two zones and no
fans the air rises by 1 K in 10 s."""

FAN_W_PER_K = 13_900.0
"""One fan at full flow: 11.5 m3/s (24,000 cfm) of 1.2 kJ/(m3 K). Nine of them carry 1 MW at 8 K above the outside."""

WALLS_W_PER_K = 2_000.0
"""Of one zone: walls, doors and the draught through standing louvres."""

MIXING_W_PER_K = 40_000.0
"""Between the zones, which are one hall."""

_DAY_S = 86_400.0
_EXHAUST_K = 10.0  # above the zones' mean at full load
_FULL_LOAD_W = 1.0e6


@dataclass(slots=True)
class Outside:
    """The weather: `swing_c` around `mean_c` in a day that begins at nine in the morning. Relative humidity in percent."""

    mean_c: float = 16.0
    swing_c: float = 6.0
    humidity_percent: float = 60.0

    def celsius(self, now_s: float) -> float:
        """Its temperature."""
        return self.mean_c + self.swing_c * sin(2 * pi * now_s / _DAY_S)


class Building:
    """Starts in balance with all load on and all fans running."""

    def __init__(self, outside_c: float) -> None:
        self.zones = {zone: outside_c + 8.0 for zone in ZONES}

    def step(self, dt_s: float, watts: Mapping[str, float], air: Mapping[str, float], outside_c: float) -> None:
        """Pass `dt_s` seconds (at most 5: the balance is summed in steps) with the watts and running fans of each zone."""
        east, west = ZONES
        mixed_w = MIXING_W_PER_K * (self.zones[east] - self.zones[west])
        for zone, mixing_w in ((east, -mixed_w), (west, mixed_w)):
            lost_w = (FAN_W_PER_K * air[zone] + WALLS_W_PER_K) * (self.zones[zone] - outside_c)
            self.zones[zone] += (watts[zone] + mixing_w - lost_w) * dt_s / HEAT_J_PER_K

    def exhaust_c(self, watts: float) -> float:
        """Behind the miners, which heat what passes them."""
        return self._mean_c() + _EXHAUST_K * watts / _FULL_LOAD_W

    def humidity_percent(self, outside_c: float, outside_percent: float) -> float:
        """The outside's vapour in warmer air (Magnus formula)."""
        return max(5.0, min(100.0, outside_percent * _vapour(outside_c) / _vapour(self._mean_c())))

    def _mean_c(self) -> float:
        return sum(self.zones.values()) / len(self.zones)


def _vapour(celsius: float) -> float:
    return 6.112 * exp(17.62 * celsius / (243.12 + celsius))
