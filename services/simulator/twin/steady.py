"""What must stay steady, by the truth of the plant: no zone burns, nothing chatters, a restart raises nothing."""

from collections import deque

from services.controller.core.plant import Limits
from services.shared.vocabulary import LoadTarget, PowerState
from services.simulator.twin.faults import ON_ACTS, ON_SENSES
from services.simulator.twin.moment import Instant, Observer, is_active

_BURN_C, _BURN_S = 3.0, 900.0
_HOUR_S = 3600.0

_MOST_OF_ANY = 400
_MOST_TURNS = 10


class NotBurning(Observer):
    """No zone stays beyond the emergency limit with its load on, unless the eyes or the hands there are gone."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._since_s: dict[str, float] = {}

    def observe(self, moment: Instant) -> tuple[str, ...]:
        """Look at each zone's true temperature and load."""
        wrong = []
        excused = is_active(moment, ON_SENSES + ON_ACTS)
        for zone, celsius in moment.zones_c.items():
            burns = celsius > self._limits.emergency_c + _BURN_C and moment.plant.zone_share(zone) > 0.1
            if excused or not burns or zone not in self._limits.zones:
                self._since_s.pop(zone, None)
            elif moment.sim_s - self._since_s.setdefault(zone, moment.sim_s) > _BURN_S:
                self._since_s[zone] = moment.sim_s + _HOUR_S
                wrong.append(f"zone {zone} has been at {celsius:.1f} C for {_BURN_S / 60:.0f} min with its load on")
        return tuple(wrong)


class Calm(Observer):
    """No fan starts more often than its dwell time allows, and no load turns more than ten times within an hour."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._fans: list[bool] = []
        self._targets: tuple[LoadTarget, ...] = ()
        self._starts: dict[str, deque[float]] = {}
        dwell_s = max(limits.fan_min_on_s, limits.fan_start_spacing_s)  # heat may call a fan before it has rested
        self._most_starts = int(_HOUR_S / dwell_s) + 2 if dwell_s > 0 else _MOST_OF_ANY

    def observe(self, moment: Instant) -> tuple[str, ...]:
        """Count what was ordered."""
        targets = moment.step.decision.targets
        turned = [
            load.name
            for load, before, after in zip(self._limits.loads, self._targets, targets.loads, strict=False)
            if before is not LoadTarget.RUN and after is LoadTarget.RUN
        ]
        fans = [state is PowerState.ON for state in targets.fans]
        started = [f"fan-{n}" for n, (was, runs) in enumerate(zip(self._fans, fans, strict=False), 1) if runs and not was]
        self._targets, self._fans = targets.loads, fans
        fans_often = [name for name in started if self._is_often(name, self._most_starts, moment.sim_s)]
        loads_often = [name for name in turned if self._is_often(name, _MOST_TURNS, moment.sim_s)]
        return _often(fans_often, self._most_starts) + _often(loads_often, _MOST_TURNS)

    def _is_often(self, name: str, most: int, sim_s: float) -> bool:
        times = self._starts.setdefault(name, deque())
        times.append(sim_s)
        while times[0] < sim_s - _HOUR_S:
            times.popleft()
        if len(times) <= most:
            return False
        times.clear()
        return True


class SameAfterRestart(Observer):
    """The first decision of a new controller runs nothing that the last one written down had taken off."""

    def __init__(self) -> None:
        self._written: tuple[LoadTarget, ...] = ()

    def observe(self, moment: Instant) -> tuple[str, ...]:
        """Compare the targets over the restart."""
        targets = moment.step.decision.targets.loads
        down, self._written = self._written, targets
        if not moment.restarted:
            return ()
        raised = [
            load.name
            for load, before, after in zip(moment.step.limits.loads, down, targets, strict=False)
            if before is not LoadTarget.RUN and after is LoadTarget.RUN
        ]
        return (f"the restart raised {', '.join(raised[:5])} ({len(raised)} loads)",) if raised else ()


def _often(names: list[str], most: int) -> tuple[str, ...]:
    more = f" and {len(names) - 1} more were" if len(names) > 1 else " was"
    return (f"{names[0]}{more} started more than {most} times within an hour",) if names else ()
