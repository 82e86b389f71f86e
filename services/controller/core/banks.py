"""Banks of fans: which fans share one air, the load that it carries, and how many fans the floors ask of each bank.

Fans without a zone serve the whole building and form the bank of the site; fans with a zone form the bank of that zone, which
carries that zone's load alone. A zone without fans of its own has the site's bank; where no fan is shared, it asks all fans.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from services.controller.core.memory import State
from services.controller.core.plant import SITE, Fan, Limits, zone_scope
from services.controller.core.wanted import Floor

_EPSILON = 1e-9
_WITH_A_SPARE = 3  # of two fans in a zone neither is a spare: half of the air is half of the load


@dataclass(frozen=True, slots=True)
class Bank:
    """The fans (indexes of the limits' tuple) that serve one scope, and the nominal kW of the loads in it."""

    scope: str
    members: tuple[int, ...]
    nominal_kw: float

    @property
    def label(self) -> str:
        """What tells its fans from others, in words: nothing for those of the site."""
        return "" if self.scope == SITE else f" of {self.scope}"

    def carries_kw(self, fans: int) -> float:
        """The load that so many running fans carry, kW: one of all is a spare, but not of two in a zone."""
        return self.nominal_kw * min(1.0, fans / self._enough)

    def needs(self, kw: float) -> int:
        """How many proven fans a load of `kw` in its scope needs before it is raised."""
        if self.nominal_kw <= 0 or kw <= 0:
            return 0
        return min(len(self.members), max(1, ceil(kw / self.nominal_kw * self._enough - _EPSILON)))

    @property
    def _enough(self) -> int:
        has_spare = self.scope == SITE or len(self.members) >= _WITH_A_SPARE
        return max(1, len(self.members) - has_spare)


def banks_of(limits: Limits) -> tuple[Bank, ...]:
    """Every bank, in the order of its first fan."""
    members: dict[str, list[int]] = {}
    for index, fan in enumerate(limits.fans):
        members.setdefault(scope_of(fan), []).append(index)
    return tuple(Bank(scope, tuple(own), limits.scope_kw.get(scope, 0.0)) for scope, own in members.items())


def scope_of(fan: Fan) -> str:
    """The scope that a fan serves."""
    return zone_scope(fan.zone) if fan.zone else SITE


def name_of(fan: Fan) -> str:
    """A fan in words: its number, and its zone where it has one."""
    return f"fan {fan.number} of {scope_of(fan)}" if fan.zone else f"fan {fan.number}"


def serving(zone: str, limits: Limits) -> tuple[str, int]:
    """The scope, and how many fans, that a zone may ask for: its own, else the site's, else all there are."""
    own = sum(fan.zone == zone for fan in limits.fans)
    if own:
        return zone_scope(zone), own
    return SITE, sum(not fan.zone for fan in limits.fans) or len(limits.fans)


def stages_of(floors: Iterable[Floor], limits: Limits) -> dict[str, int]:
    """How many fans of each bank the highest floors ask for. Without shared fans a floor of the site is every bank's in part."""
    floors, banks = tuple(floors), banks_of(limits)
    shared = any(bank.scope == SITE for bank in banks)
    stages = {}
    for bank in banks:
        size = len(bank.members)
        own = [floor.stage for floor in floors if floor.scope == bank.scope]
        parts = [] if shared else [part_of(floor.stage, bank, limits) for floor in floors if floor.scope == SITE]
        stages[bank.scope] = min(size, max((*own, *parts), default=0))
    return stages


def part_of(stage: int, bank: Bank, limits: Limits) -> int:
    """A bank's part of a stage of the whole site, rounded up."""
    return ceil(stage * len(bank.members) / len(limits.fans) - _EPSILON)


def stage_before(state: State, scope: str) -> int:
    """The stage that a scope's fans had at the last decision."""
    return dict(state.fan_stages).get(scope, state.fan_stage)
