"""How far a twin may leap: small steps while something moves, long ones when all is calm."""

from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.wanted import Decision
from services.simulator.plant import Plant

LONGEST_S = 60.0
_SHORTEST_S = 0.05
_STAIRS = ((10.0, 2.0), (60.0, 5.0), (300.0, 15.0))  # quiet for less than so long: at most so far
_FANS_ALONE_S = 200.0  # a fan that starts or stops disturbs as little as what was that long ago
_NEAR_A_LIMIT_C = 1.0
_NEAR_S = 15.0


class Leap:
    """Remembers since when it is quiet."""

    def __init__(self, limits: Limits, plant: Plant, sim_s: float) -> None:
        self._limits = limits
        self._plant = plant
        self._disturbed_s = sim_s
        self._heats = (limits.max_temp_c, limits.shed_c, limits.emergency_c)
        self._waits = sorted({limits.response_deadline_s, limits.thermal_soft_wait_s, 10.0})
        self._last: Decision | None = None

    def disturb(self, sim_s: float) -> None:
        """Something began or ended."""
        self._disturbed_s = sim_s

    def longest_s(self, decision: Decision, sim_s: float, now: Now) -> float:
        """The longest leap from here that misses nothing which the decision waits for."""
        self._notice(decision, sim_s)
        quiet = sim_s - self._disturbed_s
        longest = next((leap for stair, leap in _STAIRS if quiet < stair), LONGEST_S)
        if longest > _NEAR_S and (self._is_near_a_limit() or decision.load.setpoint_kw < decision.load.target_kw - 1e-6):
            longest = _NEAR_S
        return max(_SHORTEST_S, min(longest, self._wait_s(decision, now)))

    def _notice(self, decision: Decision, sim_s: float) -> None:
        last, self._last = self._last, decision
        if last is None or last.targets.loads != decision.targets.loads or last.state.mode is not decision.state.mode:
            self._disturbed_s = sim_s
        elif last.targets.fans != decision.targets.fans:
            self._disturbed_s = max(self._disturbed_s, sim_s - _FANS_ALONE_S)

    def _is_near_a_limit(self) -> bool:
        return any(abs(zone - heat) < _NEAR_A_LIMIT_C for zone in self._plant.building.zones.values() for heat in self._heats)

    def _wait_s(self, decision: Decision, now: Now) -> float:
        """Until the next wait of a ceiling, or the release, is over."""
        left = [memory.since.mono_s + wait - now.mono_s for memory in decision.state.ceilings for wait in self._waits]
        if decision.state.clear_since is not None:
            left.append(decision.state.clear_since.mono_s + self._limits.release_s - now.mono_s)
        return min((one for one in left if one > 0), default=LONGEST_S)
