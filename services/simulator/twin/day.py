"""A day that the twin runs: power events and faults with their moments, from a seed or from a person's text."""

from dataclasses import dataclass
from random import Random

from services.controller.core.plant import Limits
from services.shared.vocabulary import Level
from services.simulator.twin.clock import clock_text
from services.simulator.twin.faults import LIBRARY, Fault
from services.simulator.twin.premises import Premises
from services.simulator.twin.targets import places

_QUIET_AT_LAST = 0.8  # of a day by chance: from here on nothing new goes wrong, so that it must end well
_FIRST_S = 1200.0


@dataclass(frozen=True, slots=True)
class PowerEvent:
    """What a source says from one simulated second to another; `announced_s` before that it names the event's begin and end."""

    source: str
    level: Level
    begins_s: float
    ends_s: float
    target_kw: float | None = None
    drop_kw: float | None = None
    announced_s: float = 0.0

    def __str__(self) -> str:
        aim = f" to {self.target_kw:.0f} kW" if self.target_kw is not None else ""
        aim = f" by {self.drop_kw:.0f} kW" if self.drop_kw is not None else aim
        span = f"{clock_text(self.begins_s)}-{clock_text(self.ends_s)}"
        said = f" announced {self.announced_s / 60:.0f} min" if self.announced_s else ""
        return f"{self.level.value} {span}{aim} from {self.source}{said}"


@dataclass(frozen=True, slots=True)
class Placed:
    """A fault with its place, and when it begins and ends."""

    fault: Fault
    on: str
    strikes: tuple[str, ...]
    begins_s: float
    ends_s: float

    def __str__(self) -> str:
        span = (
            f"at {clock_text(self.begins_s)}"
            if self.fault.is_moment
            else f"{clock_text(self.begins_s)}-{clock_text(self.ends_s)}"
        )
        return f"{self.fault.name} on {self.on} {span}"


@dataclass(frozen=True, slots=True)
class Day:
    """From `begins_s` to `ends_s`, seconds after midnight. `seed` rules whatever is left to chance."""

    seed: int
    begins_s: float
    ends_s: float
    events: tuple[PowerEvent, ...] = ()
    faults: tuple[Placed, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """The schedule as a file of a day has it."""
        return (
            f"seed {self.seed}",
            f"begins {clock_text(self.begins_s)}",
            f"hours {(self.ends_s - self.begins_s) / 3600:g}",
            *(f"event {event}" for event in self.events),
            *(f"fault {fault}" for fault in self.faults),
        )


def day_by_chance(limits: Limits, premises: Premises, seed: int, hours: float) -> Day:
    """One to three power events and three to eight faults; the same seed gives the same day on the same site."""
    chance = Random(seed)  # noqa: S311 - repeatable chance is what a rehearsal needs
    length_s = hours * 3600.0
    events = tuple(_event(chance, limits, length_s) for _ in range(chance.randint(1, 3))) if limits.sources else ()
    faults = [_fault(chance, limits, premises, length_s) for _ in range(chance.randint(3, 8))]
    placed = tuple(sorted((one for one in faults if one), key=lambda one: one.begins_s))
    return Day(seed, 0.0, length_s, tuple(sorted(events, key=lambda one: one.begins_s)), placed)


def _event(chance: Random, limits: Limits, length_s: float) -> PowerEvent:
    begins = float(round(chance.uniform(min(_FIRST_S, length_s / 8), length_s * 0.6)))
    ends = float(round(min(begins + chance.uniform(900.0, 4 * 3600.0), length_s * _QUIET_AT_LAST)))
    nominal = sum(load.kw for load in limits.loads)
    kind, share = chance.random(), chance.random()
    level = chance.choice((Level.CONTROL, Level.CONTROL, Level.CONTROL, Level.EMERGENCY, Level.ALERT))
    return PowerEvent(
        chance.choice(limits.sources).name,
        level,
        begins,
        ends,
        target_kw=round(share * nominal, 1) if kind < 0.4 else None,
        drop_kw=round(share * nominal, 1) if 0.4 <= kind < 0.6 else None,
        announced_s=chance.choice((0.0, 0.0, 1800.0)),
    )


def _fault(chance: Random, limits: Limits, premises: Premises, length_s: float) -> Placed | None:
    fault = chance.choice(LIBRARY)
    known = places(fault.falls, limits, premises)
    begins = float(round(chance.uniform(min(_FIRST_S, length_s / 8), length_s * 0.7)))
    ends = float(round(min(begins + 60.0 * chance.uniform(*fault.minutes), length_s * _QUIET_AT_LAST)))
    if not known:
        return None
    on = chance.choice(tuple(known))
    return Placed(fault, on, known[on], begins, begins if fault.is_moment else max(begins + 10.0, ends))
