"""A plant that stands still: what a fake sensing device needs, each value settable by the test."""

from dataclasses import dataclass, field


@dataclass
class SmallSite:
    speed: float = 1.0
    seconds: float = 1000.0
    mains_v: float = 121.6
    site_w: float = 985_000.0
    humidity: float = 41.5
    temperatures: dict[str, float] = field(default_factory=lambda: {"intake-1": 24.25, "intake-2": 25.5, "exhaust": 33.75})
    fans: dict[int, float] = field(default_factory=lambda: {number: 1400.0 + number for number in range(1, 10)})
    closed: dict[str, bool] = field(default_factory=lambda: {"utility": True, "door": False, "flood": False, "smoke": False})

    def now_s(self) -> float:
        return self.seconds

    def volts(self) -> float:
        return self.mains_v

    def fan_watts(self, number: int) -> float:
        return self.fans[number]

    def site_watts(self) -> float:
        return self.site_w

    def temperature_c(self, sensor: str) -> float:
        return self.temperatures[sensor]

    def humidity_percent(self) -> float:
        return self.humidity

    def switch_closed(self, name: str) -> bool:
        return self.closed[name]
