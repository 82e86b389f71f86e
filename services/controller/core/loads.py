"""Which loads run: what the ceilings leave, who is held down, how far a stage of the ramp goes.

Down at once, up in stages. Load goes off least important and least efficient first, and comes back in reverse.
"""

from collections.abc import Iterable
from dataclasses import replace

from services.controller.core.changed import changed
from services.controller.core.memory import CeilingMemory, State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import ROUNDING_KW, SITE, Limits, Load
from services.controller.core.stamps import elapsed_s
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import LeaseKind, LoadTarget


def remember_ceilings(state: State, ceilings: Iterable[Ceiling], limits: Limits, now: Now) -> tuple[CeilingMemory, ...]:
    """Since when each rule holds its ceiling at most this high; a deeper ask begins its own wait."""
    before = {(memory.rule, memory.scope): memory for memory in state.ceilings}
    asked: dict[tuple[str, str], Ceiling] = {}
    for one in ceilings:  # of two leases the stricter is the one that is waited for
        key = (one.rule, one.scope)
        if key not in asked or one.kw < asked[key].kw:
            asked[key] = one
    gone = (changed(memory, gone_since=memory.gone_since or now) for key, memory in before.items() if key not in asked)
    lingering = tuple(memory for memory in gone if elapsed_s(memory.gone_since, now) < limits.release_s)
    return tuple(_remember(before.get(key), one, limits, now) for key, one in asked.items()) + lingering


def _remember(memory: CeilingMemory | None, ceiling: Ceiling, limits: Limits, now: Now) -> CeilingMemory:
    """A milder ask must stand like a release before it counts: a target that jitters must not begin every wait anew."""
    if memory is None or ceiling.kw < memory.kw - limits.meter_tolerance_kw - ROUNDING_KW:
        return CeilingMemory(ceiling.rule, ceiling.scope, ceiling.kw, now)
    if ceiling.kw <= memory.kw + ROUNDING_KW:
        return changed(memory, milder_since=None, gone_since=None)
    if elapsed_s(memory.milder_since or now, now) < limits.release_s:
        return changed(memory, milder_since=memory.milder_since or now, gone_since=None)
    return replace(memory, kw=ceiling.kw, milder_since=None, gone_since=None)


def remember_lowered(state: State, kept: frozenset[int], limits: Limits, now: Now) -> tuple[tuple[Stamp, frozenset[str]], ...]:
    """Since when each load that shall not run shall not."""
    down = {load.name for i, load in enumerate(limits.loads) if i not in kept}
    old = tuple((since, names & down) for since, names in state.lowered)
    new = down.difference(*(names for _, names in old))
    return tuple(one for one in old if one[1]) + (((now, frozenset(new)),) if new else ())


def locked_out(state: State, limits: Limits) -> frozenset[str]:
    """Loads that a person locked out: the load itself, its outlet or its group."""
    locked = {lock.target for lock in state.lockouts} - {""}  # the socket of a load that has none
    if not locked:
        return frozenset()
    return frozenset(one.name for one in limits.loads if locked & {one.name, one.group, one.socket})


def leased_down(state: State, limits: Limits) -> frozenset[str]:
    """Loads that anybody's newest lease naming them sends to sleep; a lease to wake takes back its owner's older ones alone."""
    by_owner: dict[str, list[tuple[frozenset[str], str]]] = {}
    for hold in reversed(state.holds):
        if hold.kind in (LeaseKind.MINERS, LeaseKind.DRILL):
            by_owner.setdefault(hold.asker, []).append((frozenset(hold.members), hold.action))
    if not by_owner:
        return frozenset()
    return frozenset(load.name for load in limits.loads if any(_is_held(load, wishes) for wishes in by_owner.values()))


def _is_held(load: Load, newest_first: list[tuple[frozenset[str], str]]) -> bool:
    names = {"all", load.name, load.group}
    return next((action for members, action in newest_first if names & members), "") in ("sleep", "off")


def kw_of(indexes: Iterable[int], limits: Limits) -> float:
    """The nominal kW of some loads."""
    return sum(limits.loads[i].kw for i in indexes)


def may_run(
    ceilings: Iterable[Ceiling], down: frozenset[str], limits: Limits, first: frozenset[str] | None = None
) -> frozenset[int]:
    """The indexes of the loads that the ceilings leave room for, most important and most efficient first.

    `first` come before all others, so that no load is woken for another's place.
    """
    room: dict[str, float] = {}
    for ceiling in ceilings:
        if ceiling.kw < limits.scope_kw.get(ceiling.scope, 0.0) - ROUNDING_KW:
            room[ceiling.scope] = min(room.get(ceiling.scope, float("inf")), ceiling.kw)
    if not room:
        return frozenset(i for i, load in enumerate(limits.loads) if load.name not in down)
    if room.get(SITE, float("inf")) <= ROUNDING_KW:
        return frozenset(i for i, load in enumerate(limits.loads) if load.kw <= 0 and load.name not in down)
    order = limits.keep_order
    if first is not None:
        order = tuple(sorted(order, key=lambda i: limits.loads[i].name not in first))
    return _fill(order, room, down, limits)


def _fill(order: tuple[int, ...], room: dict[str, float], down: frozenset[str], limits: Limits) -> frozenset[int]:
    kept = []
    for index in order:
        load = limits.loads[index]
        if load.name in down:
            continue
        scopes = [scope for scope in load.scopes if scope in room]
        if any(load.kw > room[scope] + ROUNDING_KW for scope in scopes):
            continue
        for scope in scopes:
            room[scope] -= load.kw
        kept.append(index)
    return frozenset(kept)


def targets_of(kept: frozenset[int], opened: frozenset[str], limits: Limits) -> tuple[LoadTarget, ...]:
    """The wanted state of each load, beside the limits' tuple."""
    return tuple(
        LoadTarget.RUN if i in kept else LoadTarget.OFF if load.name in opened else LoadTarget.SLEEP
        for i, load in enumerate(limits.loads)
    )
