"""The decision: from what is remembered and seen to what is wanted. Pure: no clock, no log, no input or output.

Judge what is seen, ask every rule, remember, move the load, cool, name it. Overrides join as rules, so they only tighten.
"""

from dataclasses import replace

from services.controller.core import alarms, calendar, drills, interlocks, loads, rules
from services.controller.core.back import earliest_return
from services.controller.core.changed import changed
from services.controller.core.cooling import cool
from services.controller.core.doubt import with_doubt
from services.controller.core.memory import Phase, State
from services.controller.core.mode import Picture, derive_mode, is_proven
from services.controller.core.moments import Now
from services.controller.core.motion import Motion, move
from services.controller.core.not_off import not_off_alarms
from services.controller.core.plant import ROUNDING_KW, Limits
from services.controller.core.readiness import ready_kw
from services.controller.core.reasons import limited_by, reasons, still_on
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import is_over
from services.controller.core.unproven import unproven_alarms
from services.controller.core.verdicts import Verdicts, judge
from services.controller.core.wanted import AlarmWanted, Ceiling, Decision, LoadFigures, Says, Targets
from services.shared.vocabulary import Mode

_AT_LEAST_EACH_S = 1.0
_AT_MOST_EACH_S = 0.01  # where a pause is configured as none
_PHASES = {
    Mode.STARTING: Phase.STARTING,
    Mode.NORMAL: Phase.FREE,
    Mode.MANUAL: Phase.FREE,
    Mode.RESTORING: Phase.RESTORING,
}


def decide(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> Decision:
    """Decide once. The same arguments always give the same decision."""
    state = drills.settle(state, snapshot, limits, now)
    if any(is_over(hold, now) for hold in state.holds):
        state = replace(state, holds=tuple(hold for hold in state.holds if not is_over(hold, now)))
    verdicts = judge(state, snapshot, limits, now)
    says = rules.ask(state, verdicts, limits)
    state = _remember(state, verdicts, says, limits, now)
    state, motion = move(state, verdicts, says, snapshot, limits, now)
    state, floors, fan_due = cool(state, verdicts, motion, limits, now)
    state = with_doubt(state, motion.kept, motion.unwoken, snapshot, limits, now)
    picture = _picture(state, verdicts, motion, says, snapshot, limits, now)
    mode = derive_mode(picture)
    wanted = _alarms(state, verdicts, motion, picture, snapshot, limits, now)
    state = _with_mode(state, mode, wanted, now)
    limited_kind, limiting_rule = limited_by(mode, picture)
    dues = (verdicts.signal.next_due, verdicts.schedule.next_due, verdicts.interval.next_due, motion.next_due, fan_due)
    return Decision(
        state=state,
        targets=_targets(state, motion, limits),
        reasons=reasons(mode, picture),
        still_on=still_on(picture),
        limited_kind=limited_kind,
        limited_by=limiting_rule,
        ceilings=picture.binding + motion.holding,
        floors=floors,
        alarms=wanted,
        load=_figures(picture, verdicts, limits),
        fans=verdicts.air.figures,
        signals=verdicts.signal.figures,
        temperature_max_c=verdicts.thermal.max_c,
        back_at=earliest_return(state, motion.kept, says, limits, now),
        next_due=max(now.mono_s + _AT_MOST_EACH_S, min(now.mono_s + _AT_LEAST_EACH_S, *dues)),
    )


def _remember(state: State, verdicts: Verdicts, says: Says, limits: Limits, now: Now) -> State:
    return changed(
        state,
        ceilings=loads.remember_ceilings(state, says.ceilings, limits, now),
        sources=verdicts.signal.memories,
        scheduled=verdicts.schedule.in_force,
        calendar=calendar.remember(state, now),
        interval=verdicts.interval.memory,
        trips=verdicts.trips,
        hot=verdicts.thermal.hot,
        thermal_stages=verdicts.thermal.stages,
        silent=verdicts.silent,
        cooler=verdicts.thermal.cooler,
        zones=verdicts.thermal.zones,
    )


def _picture(
    state: State, verdicts: Verdicts, motion: Motion, says: Says, snapshot: Snapshot, limits: Limits, now: Now
) -> Picture:
    binding = sorted((c for c in says.ceilings if _binds(c, limits)), key=lambda one: _leaves_kw(one, limits))
    return Picture(
        state, tuple(binding), motion.holding, motion.kept, motion.unwoken, motion.allowed_kw, motion.owed_kw, motion.held,
        verdicts.measured, motion.waking, snapshot, limits, now,
    )  # fmt: skip


def _binds(ceiling: Ceiling, limits: Limits) -> bool:
    """Whether a ceiling takes anything away; on a site without loads every one is told."""
    return not limits.loads or ceiling.kw < limits.scope_kw.get(ceiling.scope, 0.0) - ROUNDING_KW


def _leaves_kw(ceiling: Ceiling, limits: Limits) -> float:
    """What a ceiling alone would leave on the whole site: by this the lowest of different scopes is found."""
    return limits.nominal_kw - limits.scope_kw.get(ceiling.scope, 0.0) + ceiling.kw


def _targets(state: State, motion: Motion, limits: Limits) -> Targets:
    return Targets(
        loads.targets_of(motion.kept, state.opened | motion.hard.kept_open, limits),
        tuple(memory.wanted for memory in state.fans),
        max((memory.since.mono_s for memory in state.ceilings), default=float("-inf")),
        motion.unwoken,
        state.doubted,
    )


def _alarms(
    state: State, verdicts: Verdicts, motion: Motion, picture: Picture, snapshot: Snapshot, limits: Limits, now: Now
) -> tuple[AlarmWanted, ...]:
    """Every condition that holds; kW over the target that the loads told as on explain are not told twice."""
    measured, stubborn = verdicts.measured, motion.hard.stubborn
    held = alarms.held_but_drawing(motion.held, measured, state, limits, now)
    unproven, silent = unproven_alarms(verdicts.silent, picture)
    not_off, unread = not_off_alarms(motion.hard, measured, verdicts.silent, state, limits, now)
    told = frozenset(key.removeprefix(alarms.DEVICE_LOST) for key, _ in state.alarmed)  # what was told has not ended by it
    return (
        verdicts.signal.alarms
        + verdicts.thermal.alarms
        + verdicts.air.alarms
        + interlocks.switch_alarms(snapshot, limits, now)
        + interlocks.trip_alarms(verdicts.trips, limits.control)
        + not_off
        + alarms.held_alarms(held, limits)
        + alarms.target_alarms(stubborn | held, state, picture.binding, measured, limits, now)
        + unproven
        + alarms.waking_alarms(state, picture)
        + alarms.device_alarms(verdicts.lost, snapshot, limits, (silent | unread) - told)
        + alarms.clock_alarms(state, now)
        + drills.drill_alarms(state)
    )


def _with_mode(state: State, mode: Mode, wanted: tuple[AlarmWanted, ...], now: Now) -> State:
    known = dict(state.alarmed)
    return changed(
        state,
        alarmed=tuple((one.key, known.get(one.key, now.wall_s)) for one in wanted),
        alarm_ranks=tuple((one.key, one.rank) for one in wanted if one.rank),
        phase=_PHASES.get(mode, Phase.SHED),
        mode=mode,
        mode_since=state.mode_since if mode is state.mode and state.mode_since is not None else now,
    )


def _figures(picture: Picture, verdicts: Verdicts, limits: Limits) -> LoadFigures:
    setpoint, measured = picture.state.setpoint_kw, picture.measured
    return LoadFigures(
        measured_kw=measured.kw,
        measured_mono_s=measured.oldest_mono_s,
        target_kw=picture.allowed_kw,
        setpoint_kw=setpoint if setpoint is not None else picture.allowed_kw,
        unknown_kw=measured.unknown_kw,
        nominal_kw=limits.nominal_kw,
        proven=is_proven(picture),
        tolerance_kw=limits.meter_tolerance_kw,
        ready_kw=ready_kw(picture.snapshot, measured, verdicts.lost, limits, picture.now),
        interval_kw=verdicts.interval.projected_kw,
    )
