"""A hall whose fans and miners do what the last decision wanted, but for those that are named dead, welded or silent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from services.controller.core.plant import Limits
from services.controller.core.seen import FanSeen, Snapshot, TemperatureSeen
from services.controller.core.wanted import Decision
from services.shared.vocabulary import Level, LoadTarget, PowerState
from tests.plant import Site, fan, intake, limits, load, miner, seen

ON, OFF = PowerState.ON, PowerState.OFF
RUNNING_W = 1500.0


def warm(celsius: float, zone: str = "main") -> Callable[[float], tuple[TemperatureSeen, ...]]:
    """Two intakes of a zone at a temperature."""
    return lambda at: (intake(celsius, at, f"ra/{zone}1", zone), intake(celsius, at, f"ra/{zone}2", zone))


def two_zones(east: int = 3, west: int = 2, shared: int = 0, **changes: Any) -> Limits:
    """Ten miners, five per zone, with fans of their own; `shared` fans serve the whole building."""
    zones = ["east"] * east + ["west"] * west + [""] * shared
    loads = tuple(load(i, zone="east" if i < 5 else "west") for i in range(10))
    site = limits(loads, fans=len(zones), zones=frozenset({"east", "west"}), **changes)
    return replace(site, fans=tuple(replace(one, zone=zone) for one, zone in zip(site.fans, zones, strict=True)))


class Hall(Site):
    """A site that obeys. `dead` fans draw nothing, `welded` ones always draw, `celsius` is that of each zone."""

    def __init__(self, site: Limits, celsius: float = 20.0) -> None:
        super().__init__(site)
        self.now_s = 0.0
        self.celsius = {one.zone: celsius for one in site.loads}
        self.level = Level.NORMAL
        self.dead: set[int] = set()
        self.welded: set[int] = set()
        self.changes: dict[str, Any] = {}

    def look(self) -> Snapshot:
        """What is seen now."""
        at, targets = self.now_s, self.decision.targets if self.decision else None
        loads = [
            miner(at, asleep=targets is not None and targets.loads[i] is not LoadTarget.RUN)
            for i in range(len(self.limits.loads))
        ]
        wanted = targets.fans if targets else (ON,) * len(self.limits.fans)
        return seen(
            at,
            self.limits,
            level=self.level,
            loads=loads,
            fans=tuple(self._fan(one.number, state, at) for one, state in zip(self.limits.fans, wanted, strict=True)),
            temperatures=tuple(one for zone, celsius in self.celsius.items() for one in warm(celsius, zone)(at)),
            **self.changes,
        )

    def _fan(self, number: int, wanted: PowerState, at: float) -> FanSeen:
        draws = number in self.welded or (wanted is ON and number not in self.dead)
        return fan(at, RUNNING_W if draws else 0.0, wanted)

    def step(self, seconds: float = 1.0) -> Decision:
        """Let some seconds pass, then decide."""
        self.now_s += seconds
        decision = self.at(self.now_s, self.look())
        assert decision.next_due > self.now_s
        return decision

    def until(self, mono_s: float, step_s: float = 5.0) -> Decision:
        """Decide again and again up to a moment."""
        decision = self.step(0.0)
        while self.now_s + step_s <= mono_s:
            decision = self.step(step_s)
        return decision

    def on(self) -> set[int]:
        """The numbers of the fans that are wanted on."""
        assert self.decision is not None
        return {one.number for one, state in zip(self.limits.fans, self.decision.targets.fans, strict=True) if state is ON}

    def running(self, zone: str = "") -> int:
        """How many miners run, of a zone or in all."""
        assert self.decision is not None
        pairs = zip(self.limits.loads, self.decision.targets.loads, strict=True)
        return sum(target is LoadTarget.RUN and zone in ("", one.zone) for one, target in pairs)

    def alarms(self) -> dict[str, str]:
        """The alarms that hold, by key."""
        assert self.decision is not None
        return {one.key: one.cause for one in self.decision.alarms}
