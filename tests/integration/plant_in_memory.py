"""A plant in memory, as its devices tell and command it: miners that sleep and wake, fans behind relays that fail on."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.controller.core.orders import Act, Order
from services.controller.drivers.base import FanFact, LoadFact
from services.shared.vocabulary import LoadState, PowerState
from tests.unit.controller.parts import MemoryDriver

MINERS, FANS = 6, 3
_MINER_TAKES_S = 5.0


@dataclass
class Plant:
    """Miners that sleep and wake, fans behind relays that fail on, and all that was done to them."""

    now_s: float = 1000.0
    asleep: set[str] = field(default_factory=set)
    open_outlets: set[str] = field(default_factory=set)
    moving: dict[str, tuple[bool, float]] = field(default_factory=dict)
    fans_off_until: dict[int, float] = field(default_factory=dict)
    wire: list[tuple[float, Act, str]] = field(default_factory=list)
    rises: list[tuple[float, str]] = field(default_factory=list)
    relay_changes: Counter[int] = field(default_factory=Counter)

    def obey(self, order: Order) -> None:
        """What the devices do with an order."""
        self.wire.append((self.now_s, order.act, order.target))
        name = order.target
        if order.act in (Act.SLEEP, Act.WAKE):
            self.moving[name] = (order.act is Act.SLEEP, self.now_s + _MINER_TAKES_S)
        elif order.act is Act.OUTLET_OFF:
            self.open_outlets.add(name)
        elif order.act is Act.OUTLET_ON:
            self.open_outlets.discard(name)
            self.rises.append((self.now_s, name))
        else:
            self._relay(int(name.removeprefix("fan-")), order)

    def _relay(self, fan: int, order: Order) -> None:
        off = order.act is Act.FAN_OFF
        if off != (fan in self.fans_off_until):
            self.relay_changes[fan] += 1
        if off:
            self.fans_off_until[fan] = self.now_s + (order.lease_s or 0.0)
        else:
            self.fans_off_until.pop(fan, None)

    def live(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds
        for name, (asleep, due_s) in list(self.moving.items()):
            if self.now_s >= due_s:
                del self.moving[name]
                if not asleep and name in self.asleep:
                    self.rises.append((self.now_s, name))
                (self.asleep.add if asleep else self.asleep.discard)(name)
        for fan, until_s in list(self.fans_off_until.items()):
            if self.now_s >= until_s:
                del self.fans_off_until[fan]
                self.relay_changes[fan] += 1

    def read_loads(self) -> list[LoadFact]:
        """What Foreman and the PDU would tell of each miner."""
        return [LoadFact(name, self.now_s, *self._read(name)) for name in (f"m-{n}" for n in range(MINERS))]

    def read_fans(self) -> list[FanFact]:
        """What the relay board would tell of each fan."""
        off = self.fans_off_until
        return [FanFact(n, self.now_s, PowerState.OFF if n in off else PowerState.ON) for n in range(1, FANS + 1)]

    def readings(self) -> Iterator[tuple[str, str, float]]:
        """Quantity, unit and value of every sensor."""
        yield "s1", "Cel", 24.0
        yield "voltage", "V", 120.0
        for number in range(1, FANS + 1):
            yield f"fan_{number}", "W", 0.0 if number in self.fans_off_until else 1500.0

    def _read(self, name: str) -> tuple[LoadState, PowerState, float]:
        if name in self.open_outlets:
            return LoadState.UNKNOWN, PowerState.OFF, 0.0
        asleep = name in self.asleep
        return LoadState.ASLEEP if asleep else LoadState.HASHING, PowerState.ON, 40.0 if asleep else 3000.0


@dataclass
class Wire(MemoryDriver):
    """A device that does what it is told, to the plant."""

    plant: Plant | None = None

    def __init__(self, device: str, plant: Plant) -> None:
        super().__init__(device)
        self.plant = plant

    async def send(self, order):
        assert self.plant is not None
        self.plant.obey(order)
        return await super().send(order)
