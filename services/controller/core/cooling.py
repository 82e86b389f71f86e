"""What the verdicts do to the fans: every rule's floor, the highest wins, and which fans run for it."""

from dataclasses import replace

from services.controller.core import fans, interlocks
from services.controller.core.memory import FanMemory, State
from services.controller.core.moments import Now
from services.controller.core.motion import Motion
from services.controller.core.plant import Limits
from services.controller.core.stamps import elapsed_s
from services.controller.core.verdicts import Verdicts
from services.controller.core.wanted import Floor
from services.shared.vocabulary import LeaseKind, PowerState


def cool(state: State, verdicts: Verdicts, motion: Motion, limits: Limits, now: Now) -> tuple[State, tuple[Floor, ...], float]:
    """The fans chosen, by which floors, and the moment of the next start or stop."""
    floors = _floors(state, verdicts, motion, limits, now)
    memories, stage, due = fans.choose_fans(state, verdicts.air, floors, limits, now)
    return _with_fans(state, memories, stage, now), floors, due


def _floors(state: State, verdicts: Verdicts, motion: Motion, limits: Limits, now: Now) -> tuple[Floor, ...]:
    """Every rule's floor on the number of running fans."""
    allowed, nominal_kw, measured = motion.allowed_kw, verdicts.nominal_kw, verdicts.measured
    floors = list(verdicts.thermal.floors + interlocks.trip_floors(verdicts.trips, limits))
    setpoint = state.setpoint_kw if state.setpoint_kw is not None else allowed
    if setpoint > 0 or measured.kw is None or measured.kw > nominal_kw * 0.02:
        floors.append(Floor("load", min(1, len(limits.fans)), "at least one fan while any load is on"))
    if setpoint < allowed - 1e-6:
        lead = fans.needed_for(min(allowed, setpoint + limits.restore_step_kw), limits, nominal_kw)
        floors.append(Floor("restore", lead, "fans lead the heat"))
    elif elapsed_s(state.stepped, now) < limits.fan_lag_s:
        floors.append(Floor("restore", fans.needed_for(setpoint, limits, nominal_kw), "released load is still coming"))
    if elapsed_s(state.started, now) < limits.start_grace_s:
        floors.append(Floor("start", len(limits.fans), "fans first after a start"))
    if elapsed_s(state.load_off_since, now) < limits.fan_lag_s:
        floors.append(Floor("lag", state.fan_stage, "fans lag behind the heat"))
    for hold in state.holds:
        if hold.kind is LeaseKind.FANS and hold.fan_stage is not None:
            floors.append(Floor("lease", min(hold.fan_stage, len(limits.fans)), f"forced by {hold.owner}"))
    return tuple(floors)


def _with_fans(state: State, memories: tuple[FanMemory, ...], stage: int, now: Now) -> State:
    started = any(
        new.wanted is PowerState.ON and (i >= len(state.fans) or state.fans[i].wanted is PowerState.OFF)
        for i, new in enumerate(memories)
    )
    return replace(state, fans=memories, fan_stage=stage, last_fan_start=now if started else state.last_fan_start)
