"""Which loads run: the ceilings in force, the ramp up, the choice of members.

Down at once, up in stages. Load goes off least important and least efficient first, and comes back in reverse.
"""

from collections.abc import Iterable
from dataclasses import replace

from services.controller.core.memory import CeilingMemory, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import LeaseKind, LoadTarget

_EPSILON_KW = 1e-6


def remember_ceilings(state: State, ceilings: Iterable[Ceiling], limits: Limits, now: Now) -> tuple[CeilingMemory, ...]:
    """Since when each rule holds its ceiling at most this high; a deeper ask begins its own wait."""
    before = {(memory.rule, memory.scope): memory for memory in state.ceilings}
    kept = []
    for ceiling in ceilings:
        memory = before.get((ceiling.rule, ceiling.scope))
        if memory is None or ceiling.kw < memory.kw - limits.meter_tolerance_kw - _EPSILON_KW:
            memory = CeilingMemory(ceiling.rule, ceiling.scope, ceiling.kw, now)
        elif ceiling.kw > memory.kw:
            memory = replace(memory, kw=ceiling.kw)  # a milder ask: what it lets return is a deeper ask's to wait for anew
        kept.append(memory)
    return tuple(kept)


def held_down(state: State, limits: Limits) -> frozenset[str]:
    """Loads that a person holds down: by a lock-out of the load, its outlet or its group, or by the newest lease that names it.

    A lease to wake only takes back an older lease to sleep; the ceilings hold all the same.
    """
    locked = {lock.target for lock in state.lockouts}
    wishes = [(set(hold.members), hold.action) for hold in state.holds if hold.kind is LeaseKind.MINERS]
    down = set()
    for load in limits.loads:
        wish = next((action for names, action in reversed(wishes) if names & {"all", load.name, load.group}), "")
        if wish == "sleep" or locked & {load.name, load.group, f"{load.pdu}/{load.outlet}"}:
            down.add(load.name)
    return frozenset(down)


def allowed_kw(state: State, ceilings: Iterable[Ceiling], down: frozenset[str], limits: Limits) -> float:
    """The most that all ceilings together leave to whole loads."""
    return kw_of(allocate(float("inf"), ceilings, down, limits, _resting(state, limits)), limits)


def kw_of(indexes: Iterable[int], limits: Limits) -> float:
    """The nominal kW of some loads."""
    return sum(limits.loads[i].kw for i in indexes)


def _resting(state: State, limits: Limits) -> frozenset[str]:
    """What does not run comes after what runs, so that no load is woken for another's place."""
    return frozenset(load.name for load in limits.loads if load.name not in state.running)


def choose(
    state: State, ceilings: Iterable[Ceiling], down: frozenset[str], raised_kw: float, limits: Limits
) -> tuple[State, frozenset[int]]:
    """The loads that run now: those that ran and may stay, and as many more as the ramp has just raised."""
    assert state.setpoint_kw is not None
    resting = _resting(state, limits)
    may = allocate(state.setpoint_kw, ceilings, down, limits, resting)
    kept = frozenset(i for i in may if limits.loads[i].name not in resting)
    if raised_kw > 0:
        kept = allocate(kw_of(kept, limits) + raised_kw + _EPSILON_KW, ceilings, down, limits, resting)
    running = frozenset(limits.loads[i].name for i in kept)
    return replace(state, running=running, setpoint_kw=min(state.setpoint_kw, kw_of(kept, limits))), kept


def allocate(
    setpoint_kw: float,
    ceilings: Iterable[Ceiling],
    down: frozenset[str],
    limits: Limits,
    last: frozenset[str] = frozenset(),
) -> frozenset[int]:
    """The indexes of the loads that may run: most important and most efficient first, `last` after all, within site and zone."""
    room = {"site": setpoint_kw}
    for ceiling in ceilings:
        room[ceiling.scope] = min(room.get(ceiling.scope, float("inf")), ceiling.kw)
    kept = []
    order = sorted(limits.keep_order, key=lambda i: limits.loads[i].name in last) if last else limits.keep_order
    for index in order:
        load = limits.loads[index]
        zone_room = room.get(load.zone, float("inf"))
        if load.name in down or load.kw > room["site"] + _EPSILON_KW or load.kw > zone_room + _EPSILON_KW:
            continue
        room["site"] -= load.kw
        if load.zone in room:
            room[load.zone] -= load.kw
        kept.append(index)
    return frozenset(kept)


def ramp(state: State, allowed: float, raise_to_kw: float, limits: Limits, now: Now) -> tuple[State, float, float]:
    """Move the setpoint: down at once, up by one step after the release has stood and the last step has settled.

    `raise_to_kw` is what the holding rules (unproven air, an uncommissioned signal) let it rise to; they never lower it.
    Returns the state, by how many kW it was raised, and the moment of the next step.
    """
    assert state.setpoint_kw is not None
    setpoint = min(state.setpoint_kw, allowed)
    fell = setpoint < state.setpoint_kw - _EPSILON_KW
    clear_since = (state.clear_since or now) if allowed > setpoint + _EPSILON_KW else None
    state = replace(state, setpoint_kw=setpoint, clear_since=clear_since, load_off_since=now if fell else state.load_off_since)
    goal = min(allowed, raise_to_kw)
    if goal <= setpoint + _EPSILON_KW or clear_since is None:
        return state, 0.0, float("inf")
    due = max(
        clear_since.mono_s + limits.release_s,
        state.started.mono_s + limits.start_grace_s,
        (state.stepped.mono_s + limits.restore_step_s) if state.stepped else now.mono_s,
    )
    if now.mono_s < due:
        return state, 0.0, due
    raised = min(goal, setpoint + limits.restore_step_kw)
    return replace(state, setpoint_kw=raised, stepped=now), raised - setpoint, now.mono_s + limits.restore_step_s


def targets_of(kept: frozenset[int], opened: frozenset[str], limits: Limits) -> tuple[LoadTarget, ...]:
    """The wanted state of each load, beside the limits' tuple."""
    return tuple(
        LoadTarget.RUN if i in kept else LoadTarget.OFF if load.name in opened else LoadTarget.SLEEP
        for i, load in enumerate(limits.loads)
    )
