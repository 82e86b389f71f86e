"""What the rules do to the load: adopted as found, brought down at once, raised by the ramp, cut where sleep failed."""

from dataclasses import dataclass, replace

from services.controller.core import drills, loads, ramp
from services.controller.core.changed import changed
from services.controller.core.escalation import Escalation, escalate
from services.controller.core.memory import Cause, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.proven_off import remember_proven_off
from services.controller.core.rest import remember_return
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.verdicts import Verdicts
from services.controller.core.waking import still_waking
from services.controller.core.wanted import Ceiling, Says
from services.shared.vocabulary import LoadState, PowerState


@dataclass(frozen=True, slots=True)
class Motion:
    """Where the load goes: what all ceilings allow, what of it must be shown, what holds a rise, who is held down, which loads
    run, which are cut.

    `returning`: loads that the ceilings allow and that the way up has not released yet. `unwoken`: loads that may run and are
    not woken now. `waking`: loads that were released and are not back yet.
    """

    allowed_kw: float
    owed_kw: float
    returning: frozenset[int]
    holding: tuple[Ceiling, ...]
    held: frozenset[str]
    kept: frozenset[int]
    unwoken: frozenset[str]
    waking: tuple[str, ...]
    hard: Escalation
    next_due: float


def move(state: State, verdicts: Verdicts, says: Says, snapshot: Snapshot, limits: Limits, now: Now) -> tuple[State, Motion]:
    """One step: down at once, up by at most one stage."""
    allowed = loads.may_run(says.ceilings, says.down, limits, state.running)
    allowed_kw = loads.kw_of(allowed, limits)
    before = state.running
    fell = bool(before - {limits.loads[i].name for i in allowed})
    state = ramp.debounce(state, says, limits, now, fell=fell)
    state, kept, due = _kept(state, allowed, says, snapshot, limits, now)
    running = frozenset(limits.loads[i].name for i in kept)
    state = changed(
        state,
        running=running,
        setpoint_kw=None if state.setpoint_kw is None else loads.kw_of(kept, limits),
        returned=remember_return(state, limits, now) if running - before else state.returned,
        load_off_since=now if fell else state.load_off_since,
        lowered=loads.remember_lowered(state, kept, limits, now),
    )
    hard = escalate(state, kept, says, verdicts.measured, snapshot, verdicts.lost, limits, now)
    proven_off = remember_proven_off(state, verdicts.measured, hard.drawing, snapshot, limits, now)
    holding = ramp.held_back(says.holding, kept, allowed, limits)
    unwoken = ramp.unwoken(state, kept, says.holding, limits, now)
    owed_kw, due = _owed_kw(allowed_kw, says, limits), min(due, hard.next_due)
    waking = still_waking(state, kept, unwoken, snapshot, limits, now)
    motion = Motion(allowed_kw, owed_kw, allowed - kept, holding, says.down, kept, unwoken, waking, hard, due)
    asleep = frozenset(name for name in verdicts.measured.proven_down if name in says.down)
    return changed(state, opened=hard.opened | drills.opened_by(state, asleep, limits), proven_off=proven_off), motion


def _owed_kw(allowed_kw: float, says: Says, limits: Limits) -> float:
    """What must be shown: all that is allowed, but not what the guard of the interval asks for beyond the target."""
    owed = tuple(one for one in says.ceilings if one.cause is not Cause.NONE)
    if len(owed) == len(says.ceilings):
        return allowed_kw
    return loads.kw_of(loads.may_run(owed, says.down, limits), limits)


def _kept(
    state: State, allowed: frozenset[int], says: Says, snapshot: Snapshot, limits: Limits, now: Now
) -> tuple[State, frozenset[int], float]:
    """The loads that run. Before adoption all stays as it is, but for what a ceiling takes off."""
    if state.setpoint_kw is None:
        as_they_are = _as_they_are(snapshot, limits)
        if elapsed_s(state.started, now) >= limits.start_grace_s:
            state = replace(state, setpoint_kw=0.0)  # adopted: from here on only the ramp adds to what runs
        names = frozenset(limits.loads[i].name for i in as_they_are)
        kept = loads.may_run(says.ceilings, says.down, limits, names) & as_they_are
        due = state.started.mono_s + limits.start_grace_s
        return state, kept, due if due > now.mono_s else float("inf")
    kept = frozenset(i for i in allowed if limits.loads[i].name in state.running)
    return ramp.climb(state, kept, says.ceilings, says.holding, says.down, limits, now)


def _as_they_are(snapshot: Snapshot, limits: Limits) -> frozenset[int]:
    down = (LoadState.ASLEEP,)
    return frozenset(i for i, seen in enumerate(snapshot.loads) if seen.state not in down and seen.outlet is not PowerState.OFF)
