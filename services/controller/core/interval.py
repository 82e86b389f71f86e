"""The worst-interval guard: a contract counts the highest settlement interval of an event, so none may end above the target.

Intervals run back to back from the moment the utility's ask must have been met. What flowed is added up from the meter; time
that nothing measured counts as the target, because it can prove nothing. What the running interval will come to is projected.
"""

from dataclasses import dataclass, replace
from math import floor

from services.controller.core.memory import IntervalMemory, State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits
from services.controller.core.proof import Measured
from services.controller.core.stamps import rebase
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import RuleKind

_FOLD_S = 60.0  # how long a load that hardly moves is carried on without a write to the card
_GAP_S = 90.0  # nobody decided for longer: nothing was measured meanwhile
_REST_S = 60.0  # what is asked later than this moves nothing in time, and would fall on the next interval
_MARGIN = 0.1  # of the meter's tolerance
_SETTLES_S = 120.0  # what was asked off shows in the meter by then; before, asking again would ask twice
_ROUNDING_S = 1e-6
_SLACK_S = 1.0  # two stamps of an earlier boot are reckoned anew at different moments


@dataclass(frozen=True, slots=True)
class IntervalVerdict:
    """What is kept of the running interval, what it asks for, and its projected mean, kW (None: none runs)."""

    memory: IntervalMemory | None
    ceilings: tuple[Ceiling, ...]
    projected_kw: float | None
    next_due: float


def watch_interval(state: State, asked: Ceiling | None, measured: Measured, limits: Limits, now: Now) -> IntervalVerdict:
    """Watch the interval that runs under `asked`, the utility's lowest ceiling on the site.

    What it asks for has a cause that opens no outlet: the loads above the target are the utility's own ceiling to cut, the
    few more that only make up for minutes past are not worth cutting power under load. It is told in nameplate kW, as every
    ceiling: what the meter shows too much comes off what runs, whether miners overdraw or a load without a path stays on.
    """
    if asked is None or limits.interval_s <= 0:
        return IntervalVerdict(None, (), None, float("inf"))
    begins_s = _since(state, asked, now) + limits.response_deadline_s
    if now.mono_s < begins_s:
        return IntervalVerdict(None, (), None, begins_s)
    flow_kw = _flow_kw(measured, asked)
    on_kw = asked.kw if state.setpoint_kw is None else state.setpoint_kw
    memory = _counted(_running(state, begins_s, asked, now), flow_kw, on_kw, asked, limits, now)
    kw_s, rest_s = _kw_s(memory, now), memory.began.mono_s + limits.interval_s - now.mono_s
    projected_kw = (kw_s + flow_kw * rest_s) / limits.interval_s
    if projected_kw > asked.kw + _MARGIN * limits.meter_tolerance_kw and rest_s > _REST_S:
        needed_kw = max(0.0, (asked.kw * limits.interval_s - kw_s) / rest_s)
        memory = _capped(memory, on_kw - (flow_kw - needed_kw), now)
    return IntervalVerdict(memory, _ceilings(memory, asked), projected_kw, now.mono_s + rest_s)


def _since(state: State, asked: Ceiling, now: Now) -> float:
    return next((one.since for one in state.ceilings if (one.rule, one.scope) == (asked.rule, asked.scope)), now).mono_s


def _flow_kw(measured: Measured, asked: Ceiling) -> float:
    """The load now. What is measured only in part counts as the target at least."""
    if measured.kw is None:
        return asked.kw
    return max(measured.kw, asked.kw) if measured.unknown_kw > 0 else measured.kw


def _running(state: State, begins_s: float, asked: Ceiling, now: Now) -> IntervalMemory:
    """The remembered interval; a new event begins with the moment its ask must have been met."""
    memory = state.interval
    if memory is not None:
        began, counted = (rebase(stamp, now, counts=True) for stamp in (memory.began, memory.counted))
        capped = memory.capped and rebase(memory.capped, now, counts=True)
        memory = replace(memory, began=began, counted=counted, capped=capped)
    if memory is None or memory.began.mono_s < begins_s - _SLACK_S:
        begin = _at(now, begins_s)
        return IntervalMemory(begin, begin, 0.0, asked.kw)
    return memory


def _counted(memory: IntervalMemory, flow_kw: float, on_kw: float, asked: Ceiling, limits: Limits, now: Now) -> IntervalMemory:
    """What flowed, added up where the load moved, a minute passed or an interval ended."""
    unheard_s = now.mono_s - memory.counted.mono_s
    if unheard_s > _GAP_S:
        memory = replace(memory, kw=asked.kw)
    ended = floor((now.mono_s - memory.began.mono_s + _ROUNDING_S) / limits.interval_s)
    if ended:
        begin = _at(now, memory.began.mono_s + ended * limits.interval_s)
        memory = IntervalMemory(begin, begin, 0.0, memory.kw, _carried(memory, flow_kw, on_kw, asked), memory.capped)
    if ended or unheard_s >= _FOLD_S or abs(flow_kw - memory.kw) > limits.meter_tolerance_kw:
        return replace(memory, kw_s=_kw_s(memory, now), counted=now, kw=flow_kw)
    return memory


def _kw_s(memory: IntervalMemory, now: Now) -> float:
    return memory.kw_s + memory.kw * (now.mono_s - memory.counted.mono_s)


def _carried(memory: IntervalMemory, flow_kw: float, on_kw: float, asked: Ceiling) -> float | None:
    """The cap of the next interval: up by what the meter shows below the target, no further, so that no load swings."""
    if memory.cap_kw is None:
        return None
    cap_kw = on_kw + max(0.0, asked.kw - flow_kw)
    return cap_kw if cap_kw < asked.kw else None


def _capped(memory: IntervalMemory, needed_kw: float, now: Now) -> IntervalMemory:
    """The cap brought down to what brings the interval back, once what was asked before had its time; never up before its end."""
    if memory.capped is not None and now.mono_s - memory.capped.mono_s < _SETTLES_S:
        return memory
    needed_kw = float(floor(max(0.0, needed_kw)))
    if memory.cap_kw is not None and needed_kw >= memory.cap_kw:
        return memory
    return replace(memory, cap_kw=needed_kw, capped=now)


def _ceilings(memory: IntervalMemory, asked: Ceiling) -> tuple[Ceiling, ...]:
    if memory.cap_kw is None:
        return ()
    reason = f"worst interval: at most {memory.cap_kw:.0f} kW until it ends, so that its mean stays within {asked.kw:.0f} kW"
    return (Ceiling(RuleKind.INTERVAL, "worst interval", memory.cap_kw, reason),)


def _at(now: Now, mono_s: float) -> Stamp:
    return replace(now, mono_s=mono_s, wall_s=now.wall_s + mono_s - now.mono_s)
