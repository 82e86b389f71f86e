"""The way up: a release is debounced, then load returns in stages, each only as far as every hold allows.

Each stage is decided anew, so that whatever turns up in between ends the way up at that stage.
"""

from dataclasses import replace
from zlib import crc32

from services.controller.core.changed import changed
from services.controller.core.loads import kw_of, may_run
from services.controller.core.memory import State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import ROUNDING_KW, SITE, Limits
from services.controller.core.wanted import Ceiling, Says
from services.shared.vocabulary import RuleKind


def debounce(state: State, says: Says, limits: Limits, now: Now, *, fell: bool) -> State:
    """Since when the site may have at least so much: whenever it is more than before, the release begins to stand anew.

    So it does when load came off under a limit of the site: nothing is raised elsewhere for what a zone has just lost. What is
    less than the meter can tell is no release. Zones do not count here: their rules have dwell times of their own.
    """
    held_kw = sum(load.kw for load in limits.loads if load.name in says.down) if says.down else 0.0
    site_kw = min((one.kw for one in says.ceilings if one.scope == SITE), default=limits.nominal_kw)
    allowed_kw = min(site_kw, limits.nominal_kw - held_kw)
    rose = allowed_kw > state.cleared_kw + limits.meter_tolerance_kw + ROUNDING_KW
    if state.clear_since is None or rose or (fell and site_kw < limits.nominal_kw - ROUNDING_KW):
        return replace(state, clear_since=now, cleared_kw=allowed_kw)
    return changed(state, cleared_kw=min(state.cleared_kw, allowed_kw))


def climb(
    state: State,
    kept: frozenset[int],
    ceilings: tuple[Ceiling, ...],
    holding: tuple[Ceiling, ...],
    down: frozenset[str],
    limits: Limits,
    now: Now,
) -> tuple[State, frozenset[int], float]:
    """The loads that run after this moment's stage, if one is due, and the moment of the next. Nothing that runs is lowered."""
    running = frozenset(limits.loads[i].name for i in kept)
    bounds = ceilings + _not_below(holding, kept, limits)
    kept_kw = kw_of(kept, limits)
    goal_kw = kw_of(may_run(bounds, down, limits, running), limits)
    if goal_kw <= kept_kw + ROUNDING_KW:
        return state, kept, float("inf")
    due = _due(state, limits, now)
    if now.mono_s < due:
        return state, kept, due
    stage = Ceiling(RuleKind.RAMP, "ramp", min(goal_kw, kept_kw + limits.restore_step_kw), "")
    raised = kept | may_run((*bounds, stage), down, limits, running)
    state = replace(state, stepped=now)
    return state, raised, _due(state, limits, now)


def held_back(holding: tuple[Ceiling, ...], kept: frozenset[int], allowed: frozenset[int], limits: Limits) -> tuple[Ceiling, ...]:
    """The holds that matter now: more is allowed in their scope than runs there, and they do not let all of it return."""
    return tuple(
        one
        for one in holding
        if _kw_in(one.scope, allowed | kept, limits) > max(one.kw, _kw_in(one.scope, kept, limits)) + ROUNDING_KW
    )


def unwoken(state: State, kept: frozenset[int], holding: tuple[Ceiling, ...], limits: Limits, now: Now) -> frozenset[str]:
    """Loads that may run and are left asleep if they sleep: to wake one is to raise load, whoever put it to sleep."""
    if state.setpoint_kw is None or now.mono_s < state.started.mono_s + limits.start_grace_s:
        return frozenset(limits.loads[i].name for i in kept)
    tight = {one.scope for one in holding if one.kw <= ROUNDING_KW}
    return frozenset(limits.loads[i].name for i in kept if not tight.isdisjoint(limits.loads[i].scopes))


def _not_below(holding: tuple[Ceiling, ...], kept: frozenset[int], limits: Limits) -> tuple[Ceiling, ...]:
    return tuple(replace(one, kw=max(one.kw, _kw_in(one.scope, kept, limits))) for one in holding)


def _kw_in(scope: str, kept: frozenset[int], limits: Limits) -> float:
    return sum(limits.loads[i].kw for i in kept if scope in limits.loads[i].scopes)


def _due(state: State, limits: Limits, now: Now) -> float:
    """When the next stage may go: after the release, after the start's grace, after the last stage and a jitter of its own."""
    assert state.clear_since is not None
    stepped = state.stepped.mono_s + limits.restore_step_s + _jitter_s(state.stepped, limits) if state.stepped else now.mono_s
    return max(state.clear_since.mono_s + limits.release_s, state.started.mono_s + limits.start_grace_s, stepped)


def _jitter_s(stepped: Stamp, limits: Limits) -> float:
    """Drawn from the stage's own moment and the boot, so that a replay draws the same and two sites do not."""
    draw = crc32(f"{stepped.host_boot} {stepped.mono_s:.3f}".encode()) / 2**32
    return limits.restore_jitter_s * draw
