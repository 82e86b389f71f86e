"""The hall: its fans, the zones whose air they move, and the building that miners heat."""

from collections.abc import Mapping, Sequence

from services.simulator.building import FAN_W_PER_K, Building
from services.simulator.fans import Fan
from services.simulator.wiring import FanWiring

_FULL_FANS = 9  # of the hall that the building's constants describe


class Hall:
    """`scale` is its size against that hall; its fans together carry the same heat, however many they are.

    `fan_zones`: whose air each fan moves, "" (or a zone without miners): it takes its turn. Empty: all take turns.
    """

    def __init__(
        self, fans: Sequence[Fan], zones: Sequence[str], fan_zones: Sequence[str], *, scale: float, outside_c: float
    ) -> None:
        self.building = Building(outside_c, zones, scale)
        self._fans = fans
        named = fan_zones or [""] * len(fans)
        self._zones = tuple(zone if zone in zones else zones[index % len(zones)] for index, zone in enumerate(named))
        self._fan_w_per_k = FAN_W_PER_K * scale * _FULL_FANS / max(1, len(fans))

    def is_steady(self, wiring: FanWiring, now_s: float, *, mains: bool) -> bool:
        """Whether no fan starts, runs up or runs out."""
        return all(fan.is_steady(mains and wiring.feeds(fan.number), now_s) for fan in self._fans)

    def step(
        self, dt_s: float, now_s: float, wiring: FanWiring, watts: Mapping[str, float], outside_c: float, *, mains: bool
    ) -> None:
        """Pass `dt_s` seconds, up to `now_s`, with the watts of each zone."""
        air = dict.fromkeys(self.building.zones, 0.0)
        for fan, zone in zip(self._fans, self._zones, strict=True):
            fan.step(mains and wiring.feeds(fan.number), now_s, dt_s)
            air[zone] += fan.air
        self.building.step(dt_s, watts, air, outside_c, self._fan_w_per_k)
