"""A moment of a twin: a step beside the truth of the plant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.simulator.plant import Plant
from services.simulator.twin.faults import Falls
from services.simulator.twin.step import Step
from services.simulator.twin.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Instant:
    """`sim_s` is seconds after midnight. `restarted`: this is the first decision of a new controller.

    `real_kw` is what the loads really draw, `zones_c` how warm each zone really is.
    """

    sim_s: float
    step: Step
    plant: Plant
    trouble: Trouble
    restarted: bool
    real_kw: float
    zones_c: Mapping[str, float]

    @classmethod
    def of(cls, sim_s: float, step: Step, plant: Plant, trouble: Trouble, *, restarted: bool = False) -> "Instant":
        """The plant as it is now."""
        return cls(sim_s, step, plant, trouble, restarted, plant.load_watts() / 1000, dict(plant.building.zones))


class Observer:
    """Whoever watches a twin: what is wrong is told with its moment.

    `sees_every_step`: also those that only send what an earlier decision wants.
    """

    sees_every_step = False

    def observe(self, _: Instant) -> tuple[str, ...]:
        """Look at one moment; what is wrong with it, in words."""
        return ()

    def end(self, _: Instant) -> tuple[str, ...]:
        """Look at the day's last moment."""
        return ()


def is_active(moment: Instant, falls: Iterable[Falls]) -> bool:
    """Whether a fault of any of these kinds is in force."""
    kinds = set(falls)
    return any(one.fault.falls in kinds for one in moment.trouble.active)
