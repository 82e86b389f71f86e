"""What the verdicts do to the load: adopted as found, held, moved by the ramp, and cut where sleep failed."""

from dataclasses import dataclass, replace

from services.controller.core import fans, loads
from services.controller.core.escalation import Escalation, escalate
from services.controller.core.memory import State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.verdicts import Verdicts
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import LoadState, PowerState


@dataclass(frozen=True, slots=True)
class Motion:
    """Where the load goes: what all ceilings allow, what holds a rise, who is held down, which loads run, which are cut."""

    allowed_kw: float
    holding: tuple[Ceiling, ...]
    held: frozenset[str]
    kept: frozenset[int]
    hard: Escalation
    next_due: float


def move(state: State, verdicts: Verdicts, snapshot: Snapshot, limits: Limits, now: Now) -> tuple[State, Motion]:
    """One step: down at once, up by at most one stage."""
    ceilings = verdicts.ceilings
    held = loads.held_down(state, limits)
    allowed = loads.allowed_kw(state, ceilings, held, limits)
    state = _adopt(state, snapshot, limits, now, allowed)
    holding = verdicts.signal.holding + verdicts.thermal.holding + _air_holding(state, verdicts, limits, allowed)
    state, kept, due = _move(state, ceilings, holding, held, allowed, snapshot, limits, now)
    hard = escalate(state, kept, ceilings, verdicts.measured, snapshot, verdicts.lost, limits, now)
    motion = Motion(allowed, holding, held, kept, hard, min(due, hard.next_due))
    return replace(state, opened=hard.opened), motion


def _adopt(state: State, snapshot: Snapshot, limits: Limits, now: Now, allowed: float) -> State:
    """A site without a past adopts its loads as they are once they are known; what binds lowers them and wakes none."""
    if state.setpoint_kw is not None or elapsed_s(state.started, now) < limits.start_grace_s:
        return state
    running = _as_they_are(snapshot, limits)
    names = frozenset(limits.loads[i].name for i in running)
    return replace(state, setpoint_kw=min(allowed, loads.kw_of(running, limits)), running=names)


def _as_they_are(snapshot: Snapshot, limits: Limits) -> frozenset[int]:
    down = (LoadState.ASLEEP,)
    return frozenset(i for i, seen in enumerate(snapshot.loads) if seen.state not in down and seen.outlet is not PowerState.OFF)


def _move(
    state: State,
    ceilings: tuple[Ceiling, ...],
    holding: tuple[Ceiling, ...],
    held: frozenset[str],
    allowed: float,
    snapshot: Snapshot,
    limits: Limits,
    now: Now,
) -> tuple[State, frozenset[int], float]:
    """The setpoint moved, the loads that run by it, and the moment of the next step. Before adoption all stays as it is."""
    if state.setpoint_kw is None:
        kept = loads.allocate(float("inf"), ceilings, held, limits) & _as_they_are(snapshot, limits)
        return replace(state, running=frozenset(limits.loads[i].name for i in kept)), kept, float("inf")
    raise_to_kw = min((one.kw for one in holding), default=allowed)  # a hold of one zone holds the site
    state, raised_kw, due = loads.ramp(state, allowed, raise_to_kw, limits, now)
    state, kept = loads.choose(state, ceilings, held, raised_kw, limits)
    return state, kept, due


def _air_holding(state: State, verdicts: Verdicts, limits: Limits, allowed: float) -> tuple[Ceiling, ...]:
    """Nothing is raised beyond what proven fans carry."""
    setpoint = state.setpoint_kw if state.setpoint_kw is not None else allowed
    carried = fans.carries_kw(verdicts.air.proven, limits, verdicts.nominal_kw)
    if not limits.fans or carried >= allowed - 1e-6 or setpoint >= allowed - 1e-6:
        return ()
    reason = f"{verdicts.air.proven} of {len(limits.fans)} fans proven, enough for {carried:.0f} kW"
    return (Ceiling("airflow unproven", carried, reason),)
