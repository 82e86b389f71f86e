"""Miners that obey at once: the plant behind the fake Foreman and the fake HTTP loads."""

import time
from dataclasses import dataclass, field


@dataclass
class HallMiner:
    name: str
    foreman_id: int
    state: str = "hashing"


@dataclass
class MinerHall:
    """`speed` 1000: the agent's 15 simulated seconds pass in 15 ms."""

    count: int = 3
    speed: float = 1000.0
    modes: list[tuple[str, str]] = field(default_factory=list)
    watts: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._miners = [HallMiner(f"A-{number:03d}", 900_000 + number) for number in range(1, self.count + 1)]

    def now_s(self) -> float:
        return time.monotonic() * self.speed

    def miners(self) -> list[HallMiner]:
        return self._miners

    def miner(self, name: str) -> HallMiner:
        return next(miner for miner in self._miners if miner.name == name)

    def set_power_mode(self, miner: str, mode: str) -> None:
        self.modes.append((miner, mode))
        self.miner(miner).state = "asleep" if mode == "sleeping" else "hashing"

    def miner_watts(self, miner: str) -> float:
        return self.watts.get(miner, 3300.0 if self.miner(miner).state == "hashing" else 12.0)
