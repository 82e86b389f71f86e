"""The decision: from what is remembered and seen to what is wanted. Pure: no clock, no log, no input or output.

Every rule returns a ceiling on load or a floor on fans with its reason, or nothing. The lowest ceiling and the highest floor
win; order only breaks ties. Overrides join as one more rule, so they can only tighten. Down at once, up in stages.
"""

from dataclasses import replace

from services.controller.core import alarms, interlocks, loads
from services.controller.core.cooling import cool
from services.controller.core.memory import Phase, State
from services.controller.core.mode import Picture, derive_mode, is_proven
from services.controller.core.moments import Now
from services.controller.core.motion import Motion, move
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import is_over
from services.controller.core.verdicts import Verdicts, judge
from services.controller.core.wanted import AlarmWanted, Ceiling, Decision, LoadFigures, Targets
from services.shared.vocabulary import Mode

_AT_LEAST_EACH_S = 1.0


def decide(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> Decision:
    """Decide once: judge, remember, move the load, cool, name it. The same arguments always give the same decision."""
    state = replace(state, holds=tuple(hold for hold in state.holds if not is_over(hold, now)))
    verdicts = judge(state, snapshot, limits, now)
    state = _remember(state, verdicts, limits, now)
    state, motion = move(state, verdicts, snapshot, limits, now)
    state, floors, fan_due = cool(state, verdicts, motion, limits, now)
    picture = _picture(state, verdicts, motion, snapshot, limits, now)
    verdict = derive_mode(picture)
    wanted = _alarms(state, verdicts, motion, snapshot, limits, now)
    state = _with_alarms(_with_mode(state, verdict.mode, now), wanted, now)
    return Decision(
        state=state,
        targets=_targets(state, motion, limits),
        reasons=verdict.reasons,
        limited_by=verdict.limited_by,
        ceilings=picture.binding + motion.holding,
        floors=floors,
        alarms=wanted,
        load=_figures(picture, verdicts.nominal_kw),
        fans=verdicts.air.figures,
        signals=verdicts.signal.figures,
        temperature_max_c=verdicts.thermal.max_c,
        next_due=min(now.mono_s + _AT_LEAST_EACH_S, verdicts.signal.next_due, motion.next_due, fan_due),
    )


def _remember(state: State, verdicts: Verdicts, limits: Limits, now: Now) -> State:
    return replace(
        state,
        ceilings=loads.remember_ceilings(state, verdicts.ceilings, limits, now),
        sources=verdicts.signal.memories,
        trips=verdicts.trips,
        hot=verdicts.thermal.hot,
        thermal_stages=verdicts.thermal.stages,
        zones=verdicts.thermal.zones,
    )


def _picture(state: State, verdicts: Verdicts, motion: Motion, snapshot: Snapshot, limits: Limits, now: Now) -> Picture:
    binding = tuple(c for c in verdicts.ceilings if _binds(c, limits, verdicts.nominal_kw))
    return Picture(
        state, binding, motion.holding, motion.kept, motion.allowed_kw, motion.held, verdicts.measured, snapshot, limits, now
    )


def _binds(ceiling: Ceiling, limits: Limits, nominal_kw: float) -> bool:
    """Whether a ceiling takes anything away; on a site without loads every one is told."""
    return not limits.loads or ceiling.kw < _nominal_of(ceiling.scope, limits, nominal_kw) - 1e-6


def _nominal_of(scope: str, limits: Limits, nominal_kw: float) -> float:
    return nominal_kw if scope == "site" else sum(load.kw for load in limits.loads if load.zone == scope)


def _targets(state: State, motion: Motion, limits: Limits) -> Targets:
    return Targets(
        loads.targets_of(motion.kept, state.opened, limits),
        tuple(memory.wanted for memory in state.fans),
        max((memory.since.mono_s for memory in state.ceilings), default=float("-inf")),
    )


def _alarms(
    state: State, verdicts: Verdicts, motion: Motion, snapshot: Snapshot, limits: Limits, now: Now
) -> tuple[AlarmWanted, ...]:
    """Every condition that holds; what no load explains is told only when no load is to blame."""
    stubborn = alarms.load_alarms(motion.hard.stubborn, motion.hard.opened, verdicts.measured, limits)
    return (
        verdicts.signal.alarms
        + verdicts.thermal.alarms
        + verdicts.air.alarms
        + interlocks.switch_alarms(snapshot)
        + interlocks.trip_alarms(verdicts.trips)
        + (stubborn or alarms.target_alarms(state, verdicts.ceilings, verdicts.measured, limits, now))
        + alarms.device_alarms(verdicts.lost, snapshot, limits, now)
        + alarms.clock_alarms(state, now)
    )


def _with_alarms(state: State, wanted: tuple[AlarmWanted, ...], now: Now) -> State:
    known = dict(state.alarmed)
    return replace(state, alarmed=tuple((one.key, known.get(one.key, now.wall_s)) for one in wanted))


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
