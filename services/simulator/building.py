"""The air of the building: its zones, which miners heat and fans exchange with the outside."""

from collections.abc import Mapping, Sequence
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
"""Between two zones, which are one hall. More zones mix each with the hall's mean."""

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
    """Starts in balance with all load on and all fans running.

    `scale` is its size: 1 is the hall of 1 MW in two zones that the constants describe; a smaller one holds and loses less.
    """

    def __init__(self, outside_c: float, zones: Sequence[str] = ZONES, scale: float = 1.0) -> None:
        self.zones = {zone: outside_c + 8.0 for zone in zones}
        self._scale = scale
        share = 2.0 * scale / len(self.zones)
        self._heat, self._walls = HEAT_J_PER_K * share, WALLS_W_PER_K * share
        self._mixing = 2.0 * MIXING_W_PER_K * share if len(self.zones) > 1 else 0.0  # with the mean: half as far away

    def step(
        self,
        dt_s: float,
        watts: Mapping[str, float],
        air: Mapping[str, float],
        outside_c: float,
        fan_w_per_k: float = FAN_W_PER_K,
    ) -> None:
        """Pass `dt_s` seconds with the watts and running fans of each zone.

        Implicit: each zone's new temperature balances at the end of the step, so that a step of any length is stable and ends
        in the true balance; up to 5 s it also shows the way there.
        """
        held, mixing = self._heat / dt_s, self._mixing
        gains, shares = {}, {}
        for zone, celsius in self.zones.items():
            lost = fan_w_per_k * air[zone] + self._walls
            whole = held + lost + mixing
            gains[zone] = (held * celsius + lost * outside_c + watts[zone]) / whole
            shares[zone] = mixing / whole
        count = len(gains)
        mean_c = sum(gains.values()) / (count - sum(shares.values()))
        for zone, gain in gains.items():
            self.zones[zone] = gain + shares[zone] * mean_c

    def exhaust_c(self, watts: float) -> float:
        """Behind the miners, which heat what passes them."""
        return self._mean_c() + _EXHAUST_K * watts / (_FULL_LOAD_W * self._scale)

    def humidity_percent(self, outside_c: float, outside_percent: float) -> float:
        """The outside's vapour in warmer air (Magnus formula)."""
        return max(5.0, min(100.0, outside_percent * _vapour(outside_c) / _vapour(self._mean_c())))

    def _mean_c(self) -> float:
        return sum(self.zones.values()) / len(self.zones)


def _vapour(celsius: float) -> float:
    return 6.112 * exp(17.62 * celsius / (243.12 + celsius))
