"""When load may return at the earliest: the rules are asked again at each moment at which one of them is known to let go.

Events and hours end by the calendar, leases and rests by their length, and then the way up takes its time. A trip, a lock-out,
heat, a lost source and a signal without an end have none that is known. Fans start on the way up: missing air counts only now.
"""

from collections.abc import Iterator
from dataclasses import replace

from services.controller.core import calendar, loads, planned, ramp, signals, sources
from services.controller.core.memory import Cause, Hold, SourceMemory, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.rest import must_rest, rested_s
from services.controller.core.schedule import judge_schedules
from services.controller.core.stamps import is_over
from services.controller.core.wanted import Ceiling, Says
from services.shared.vocabulary import OnLoss, RuleKind

_NEVER = float("inf")
_ENDING = frozenset({RuleKind.LEASE, RuleKind.INTERVAL, RuleKind.REST, RuleKind.SCHEDULE})
_MOST_TURNS = 40  # a week of schedules and events; what lies behind them is no promise
_JUST_AFTER_S = 0.001  # an event begins soon only once less than its ten minutes are left


def earliest_return(state: State, kept: frozenset[int], says: Says, limits: Limits, now: Now) -> float | None:
    """Unix seconds; None when all runs that may ever run, or when the end of what holds the rest is not known."""
    if not _may_ever_rise(state, kept, says, limits):
        return None
    at = now
    for _ in range(_MOST_TURNS):
        then = replace(state, holds=tuple(hold for hold in state.holds if not is_over(hold, at)))
        there, turn_s = _says(then, says, limits, at, is_now=at is now)
        state = ramp.debounce(state, there, limits, at, fell=False)
        _, raised, due_s = ramp.climb(state, kept, there.ceilings, there.holding, there.down, limits, at)
        due_s = at.mono_s if raised != kept else due_s
        if due_s < turn_s:
            return now.wall_s + due_s - now.mono_s
        if turn_s == _NEVER:
            return None
        at = replace(now, mono_s=turn_s, wall_s=now.wall_s + turn_s - now.mono_s)
    return None


def _may_ever_rise(state: State, kept: frozenset[int], says: Says, limits: Limits) -> bool:
    """Whether what has no end leaves room for more than runs."""
    if len(kept) == len(limits.loads):
        return False
    running = frozenset(limits.loads[i].name for i in kept)
    for_ever = tuple(one for one in says.ceilings if not _ends(one, state))
    allowed = loads.may_run(for_ever, loads.locked_out(state, limits), limits, running)
    return loads.kw_of(allowed, limits) > loads.kw_of(kept, limits)


def _says(state: State, says: Says, limits: Limits, at: Now, *, is_now: bool) -> tuple[Says, float]:
    """What the rules will say at a moment, as far as is known now, and the moment at which that changes next."""
    schedule = judge_schedules(state, limits, at)
    asked, soon = _asked(state, limits, at)
    asked += schedule.ceilings + signals.lease_ceilings(state, limits)
    guard = tuple(one for one in says.ceilings if one.kind is RuleKind.INTERVAL) if asked else ()
    lasting = tuple(one for one in says.ceilings if not _ends(one, state))
    holds = tuple(one for one in says.holding if not _ends(one, state) and (is_now or one.kind is not RuleKind.AIR_UNPROVEN))
    ended = _released_losses(state, limits, at)
    there = Says(
        ceilings=lasting + asked + guard,
        holding=tuple(one for one in holds if one.rule not in ended) + soon + schedule.holding + must_rest(state, limits, at),
        down=loads.locked_out(state, limits) | loads.leased_down(state, limits),
    )
    turns = [schedule.next_due, rested_s(state, limits, at), *_turns(state, at)]
    if any(one.kind is RuleKind.AIR_UNPROVEN for one in holds):
        turns.append(at.mono_s + _JUST_AFTER_S)  # the fans may be proven at any moment
    return there, min((turn for turn in turns if turn > at.mono_s), default=_NEVER)


def _ends(one: Ceiling, state: State) -> bool:
    """Whether a moment is modelled at which it ends, or whether it is asked for anew at each moment."""
    if one.kind in _ENDING:
        return True
    asking = {f"signal {memory.name}" for memory in state.sources if memory.level.curtails}
    return one.rule in asking and one.cause is not Cause.SIGNAL_LOST


def _asked(state: State, limits: Limits, at: Now) -> tuple[tuple[Ceiling, ...], tuple[Ceiling, ...]]:
    """What the sources ask for by their last words, and what they will ask for soon."""
    if signals.milder_lease(state, limits) is not None:
        return (), ()
    when = calendar.reckon(state, at)
    asked, soon = [], []
    for memory in (planned.staged(one, when) for one in state.sources if one.level.curtails and not _is_out(one, at)):
        ceiling = Ceiling(RuleKind.SIGNAL, f"signal {memory.name}", sources.asked_kw(memory, limits), "", Cause.UTILITY)
        if planned.in_force(memory, when).curtails:
            asked.append(ceiling)
        elif planned.is_planned(memory, when) and planned.begins_soon(memory, when):
            soon.append(replace(ceiling, kw=ceiling.kw if memory.drop_kw is None else 0.0, cause=Cause.NONE))
    return tuple(asked), tuple(soon)


def _released_losses(state: State, limits: Limits, at: Now) -> frozenset[str]:
    """The holds of lost sources that run on after a loss, as soon as the event that they were lost in is over."""
    when = calendar.reckon(state, at)
    runs_on = {source.name for source in limits.sources if source.on_loss is OnLoss.RUN}
    over = (m for m in state.sources if m.name in runs_on and not planned.in_force(planned.staged(m, when), when).curtails)
    return frozenset(f"signal {memory.name} lost" for memory in over)


def _turns(state: State, at: Now) -> Iterator[float]:
    """The monotonic moments at which leases and events end or begin, and sources come back into service."""
    when = calendar.reckon(state, at)
    for memory in state.sources:
        turn_s = planned.next_turn(planned.staged(memory, when), when, at)
        yield from (turn_s - planned.SOON_S + _JUST_AFTER_S, turn_s)
        if memory.out_until is not None:
            yield memory.out_until.mono_s
    yield from (_ends_s(hold, at) for hold in state.holds)


def _is_out(memory: SourceMemory, at: Now) -> bool:
    return memory.out_until is not None and at.mono_s < memory.out_until.mono_s


def _ends_s(hold: Hold, at: Now) -> float:
    if hold.by_calendar and hold.began.wall_trusted:
        return at.mono_s + hold.began.wall_s + hold.seconds - at.wall_s if at.wall_trusted else _NEVER
    return hold.began.mono_s + hold.seconds
