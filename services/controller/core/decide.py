"""The decision: from what is remembered and seen to what is wanted. Pure: no clock, no log, no input or output.

Every rule returns a ceiling on load or a floor on fans with its reason, or nothing. The lowest ceiling and the highest floor
win; order only breaks ties. Overrides join as one more rule, so they can only tighten. Down at once, up in stages.
"""

from dataclasses import replace

from services.controller.core import alarms, fans, interlocks, loads
from services.controller.core.escalation import escalate
from services.controller.core.memory import Cause, FanMemory, Phase, State
from services.controller.core.mode import Picture, derive_mode, is_proven
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.proof import Measured, measure
from services.controller.core.seen import Snapshot
from services.controller.core.signals import judge_signals
from services.controller.core.stamps import elapsed_s, is_over
from services.controller.core.thermal import judge_temperatures
from services.controller.core.wanted import Ceiling, Decision, Floor, LoadFigures, Targets
from services.shared.vocabulary import LeaseKind, LoadState, Mode, PowerState

_AT_LEAST_EACH_S = 1.0


def decide(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> Decision:
    """Decide once. The same arguments always give the same decision."""
    state = replace(state, holds=tuple(hold for hold in state.holds if not is_over(hold, now)))
    nominal_kw = sum(load.kw for load in limits.loads)
    signal = judge_signals(state, snapshot, limits, now, nominal_kw)
    thermal = judge_temperatures(state, snapshot, limits, now)
    trips = interlocks.merge(state.trips, interlocks.latch(state, snapshot, now) + thermal.trips)
    air = fans.judge_fans(state, snapshot, limits, now, nominal_kw)
    measured = measure(snapshot, limits, now)
    lost = alarms.lost_devices(state, snapshot, limits, now)

    ceilings = (
        interlocks.trip_ceilings(trips)
        + thermal.ceilings
        + air.ceilings
        + interlocks.switch_ceilings(snapshot, limits)
        + signal.ceilings
        + _site_limit(limits, nominal_kw)
    )
    state = replace(
        state,
        ceilings=loads.remember_ceilings(state, ceilings, limits, now),
        sources=signal.memories,
        trips=trips,
        hot=thermal.hot,
        thermal_stages=thermal.stages,
        zones=thermal.zones,
    )
    held = loads.held_down(state, limits)
    allowed = loads.allowed_kw(state, ceilings, held, limits)
    state = _adopt(state, snapshot, limits, now, allowed)
    holding = signal.holding + thermal.holding + _air_holding(state, air, limits, allowed, nominal_kw)
    state, kept, ramp_due = _move(state, ceilings, holding, held, allowed, snapshot, limits, now)
    hard = escalate(state, kept, ceilings, measured, snapshot, lost, limits, now)
    state = replace(state, opened=hard.opened)

    floors = _floors(state, thermal.floors, trips_floors=interlocks.trip_floors(trips, limits), allowed=allowed,
                     nominal_kw=nominal_kw, measured=measured, limits=limits, now=now)  # fmt: skip
    memories, stage, fan_due = fans.choose_fans(state, air, floors, limits, now)
    state = _with_fans(state, memories, stage, now)

    binding = tuple(c for c in ceilings if not limits.loads or c.kw < _nominal_of(c.scope, limits, nominal_kw) - 1e-6)
    picture = Picture(state, binding, holding, kept, allowed, held, measured, snapshot, limits, now)
    verdict = derive_mode(picture)
    state = _with_mode(state, verdict.mode, now)
    wanted_alarms = (
        signal.alarms
        + thermal.alarms
        + air.alarms
        + interlocks.switch_alarms(snapshot)
        + interlocks.trip_alarms(trips)
        + (
            alarms.load_alarms(hard.stubborn, hard.opened, measured, limits)
            or alarms.target_alarms(state, ceilings, measured, limits, now)
        )
        + alarms.device_alarms(lost, snapshot, limits, now)
        + alarms.clock_alarms(state, now)
    )
    known = dict(state.alarmed)
    state = replace(state, alarmed=tuple((one.key, known.get(one.key, now.wall_s)) for one in wanted_alarms))
    return Decision(
        state=state,
        targets=Targets(
            loads.targets_of(kept, state.opened, limits),
            tuple(memory.wanted for memory in state.fans),
            max((memory.since.mono_s for memory in state.ceilings), default=float("-inf")),
        ),
        reasons=verdict.reasons,
        limited_by=verdict.limited_by,
        ceilings=binding + holding,
        floors=floors,
        alarms=wanted_alarms,
        load=_figures(picture, nominal_kw),
        fans=air.figures,
        signals=signal.figures,
        temperature_max_c=thermal.max_c,
        next_due=min(now.mono_s + _AT_LEAST_EACH_S, signal.next_due, ramp_due, hard.next_due, fan_due),
    )


def _site_limit(limits: Limits, nominal_kw: float) -> tuple[Ceiling, ...]:
    if limits.site_limit_kw is None or limits.site_limit_kw >= nominal_kw:
        return ()
    return (Ceiling("site limit", limits.site_limit_kw, f"site limit {limits.site_limit_kw:.0f} kW", Cause.LIMIT),)


def _nominal_of(scope: str, limits: Limits, nominal_kw: float) -> float:
    return nominal_kw if scope == "site" else sum(load.kw for load in limits.loads if load.zone == scope)


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


def _air_holding(state: State, air: fans.FanVerdict, limits: Limits, allowed: float, nominal_kw: float) -> tuple[Ceiling, ...]:
    """Nothing is raised beyond what proven fans carry."""
    setpoint = state.setpoint_kw if state.setpoint_kw is not None else allowed
    carried = fans.carries_kw(air.proven, limits, nominal_kw)
    if not limits.fans or carried >= allowed - 1e-6 or setpoint >= allowed - 1e-6:
        return ()
    reason = f"{air.proven} of {len(limits.fans)} fans proven, enough for {carried:.0f} kW"
    return (Ceiling("airflow unproven", carried, reason),)


def _floors(
    state: State,
    thermal: tuple[Floor, ...],
    *,
    trips_floors: tuple[Floor, ...],
    allowed: float,
    nominal_kw: float,
    measured: Measured,
    limits: Limits,
    now: Now,
) -> tuple[Floor, ...]:
    """Every rule's floor on the number of running fans."""
    floors = list(thermal + trips_floors)
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


def _with_mode(state: State, mode: Mode, now: Now) -> State:
    phase = {
        Mode.STARTING: Phase.STARTING,
        Mode.NORMAL: Phase.FREE,
        Mode.MANUAL: Phase.FREE,
        Mode.RESTORING: Phase.RESTORING,
    }.get(mode, Phase.SHED)
    if mode is state.mode and state.mode_since is not None:
        return replace(state, phase=phase)
    return replace(state, phase=phase, mode=mode, mode_since=now)


def _figures(picture: Picture, nominal_kw: float) -> LoadFigures:
    setpoint = picture.state.setpoint_kw
    return LoadFigures(
        measured_kw=picture.measured.kw,
        measured_mono_s=picture.measured.oldest_mono_s,
        target_kw=picture.allowed_kw,
        setpoint_kw=setpoint if setpoint is not None else picture.allowed_kw,
        unknown_kw=picture.measured.unknown_kw,
        nominal_kw=nominal_kw,
        proven=is_proven(picture),
    )
