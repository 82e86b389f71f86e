"""Which loads run: the ceilings in force, the ramp up, the choice of members, and when an outlet may open.

Down at once, up in stages. Load goes off least important and least efficient first, and comes back in reverse.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.controller.core.model import Cause, Ceiling, CeilingMemory, Limits, Load, Now, Snapshot, State
from services.controller.core.proof import Measured, is_asleep
from services.controller.core.stamps import elapsed_s
from services.shared.vocabulary import LeaseKind, LoadKind, LoadTarget

_EPSILON_KW = 1e-6
_NOMINAL_MARGIN = 1.1  # miners draw up to 5 % above nameplate, a PDU's sum is good to a few percent


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


@dataclass(frozen=True, slots=True)
class Escalation:
    """What sleep did not bring down: loads whose outlets open now, those that may not or cannot, and when to look again."""

    opened: frozenset[str]
    stubborn: frozenset[str]
    next_due: float


def escalate(
    state: State,
    kept: frozenset[int],
    ceilings: tuple[Ceiling, ...],
    measured: Measured,
    snapshot: Snapshot,
    lost: frozenset[str],
    limits: Limits,
    now: Now,
) -> Escalation:
    """Open outlets where sleep failed, once the soft wait of the cause is over, and only for a cause that allows it."""
    opened = {load.name for i, load in enumerate(limits.loads) if load.name in state.opened and i not in kept and load.has_outlet}
    stubborn: set[str] = set()
    drawing = _drawing(kept, measured, snapshot, limits, now)
    waited, due = _ripe(state, ceilings, limits, now, skip_wait=False)
    at_once, _ = _ripe(state, ceilings, limits, now, skip_wait=True)
    for ripe, soft_path_gone in ((waited, False), (at_once, True)):
        hard = [ceiling for ceiling in ripe if ceiling.cause in (Cause.EMERGENCY, Cause.TRIP)]
        without_proof = _must_be_down(hard, kept, limits)
        for index in _must_be_down(ripe, kept, limits):
            load = limits.loads[index]
            forced = index in without_proof
            if soft_path_gone and load.soft_device and load.soft_device not in lost:
                continue
            # An outlet-kind load has no other path: its outlet opens for what may open outlets, measured or not.
            unseen = (forced or load.kind is LoadKind.OUTLET) and load.name not in measured.proven_down
            if load.name in drawing or unseen:
                stubborn.add(load.name)
                if load.has_outlet and (limits.pdu_on_curtail != "never" or forced):
                    opened.add(load.name)
    if limits.pdu_on_curtail == "always":
        opened |= _asleep_with_outlet(kept, ceilings, measured, snapshot, limits)
    return Escalation(frozenset(opened), frozenset(stubborn), due)


def _ripe(
    state: State, ceilings: tuple[Ceiling, ...], limits: Limits, now: Now, *, skip_wait: bool
) -> tuple[list[Ceiling], float]:
    since = {(memory.rule, memory.scope): memory.since for memory in state.ceilings}
    ripe, due = [], float("inf")
    for ceiling in ceilings:
        wait_s = soft_wait_s(ceiling.cause, limits)
        if wait_s is None:
            continue
        began = since.get((ceiling.rule, ceiling.scope), now)
        if skip_wait or elapsed_s(began, now) >= wait_s:
            ripe.append(ceiling)
        else:
            due = min(due, began.mono_s + wait_s)
    return ripe, due


def soft_wait_s(cause: Cause, limits: Limits) -> float | None:
    """How long sleep is given before outlets open under load; None: they never do for this cause."""
    if cause in (Cause.UTILITY, Cause.LIMIT):
        return limits.response_deadline_s
    if cause is Cause.SIGNAL_LOST:
        return limits.response_deadline_s if limits.hard_cut_on_loss else None
    return {Cause.TRIP: limits.thermal_soft_wait_s, Cause.EMERGENCY: 0.0}.get(cause)


def _must_be_down(ceilings: list[Ceiling], kept: frozenset[int], limits: Limits) -> frozenset[int]:
    return frozenset(range(len(limits.loads))) - allocate(float("inf"), ceilings, frozenset(), limits) - kept


def _drawing(kept: frozenset[int], measured: Measured, snapshot: Snapshot, limits: Limits, now: Now) -> frozenset[str]:
    """Loads that a fresh meter says are not down: by their own watts, else by what their PDU or the site draws.

    A load that nothing fresh measures is unknown: it is reported, not cut.
    """
    drawing = set(measured.still_on)
    for meter in snapshot.meters:
        if meter.kw is None or meter.mono_s is None or now.mono_s - meter.mono_s > limits.meter_max_age_s:
            continue
        covered = [i for i, load in enumerate(limits.loads) if not meter.pdu or load.pdu == meter.pdu]
        excess_kw = meter.kw - (0.0 if meter.pdu else limits.meter_base_kw) - _expected_kw(covered, kept, limits)
        settled = measured.proven_down | measured.still_on
        suspects = [limits.loads[i] for i in covered if i not in kept and limits.loads[i].name not in settled]
        drawing |= _suspects(suspects, excess_kw, snapshot, limits)
    return frozenset(drawing)


def _expected_kw(covered: list[int], kept: frozenset[int], limits: Limits) -> float:
    asleep_kw = limits.asleep_watts / 1000
    return sum(limits.loads[i].kw * _NOMINAL_MARGIN if i in kept else asleep_kw for i in covered)


def _suspects(suspects: list[Load], excess_kw: float, snapshot: Snapshot, limits: Limits) -> set[str]:
    if excess_kw <= 0:
        return set()
    index = {load.name: i for i, load in enumerate(limits.loads)}
    awake_first = sorted(suspects, key=lambda load: (is_asleep(snapshot.loads[index[load.name]]), -load.kw))
    named: set[str] = set()
    for load in awake_first:
        if excess_kw <= 0:
            break
        named.add(load.name)
        excess_kw -= load.kw
    return named


def _asleep_with_outlet(
    kept: frozenset[int], ceilings: tuple[Ceiling, ...], measured: Measured, snapshot: Snapshot, limits: Limits
) -> set[str]:
    """With `pdu_on_curtail = always` outlets open after sleep too, once the watts are seen to have fallen."""
    if not any(soft_wait_s(ceiling.cause, limits) is not None for ceiling in ceilings):
        return set()
    return {
        load.name
        for i, load in enumerate(limits.loads)
        if i not in kept and load.has_outlet and load.name in measured.proven_down and is_asleep(snapshot.loads[i])
    }


def targets_of(kept: frozenset[int], opened: frozenset[str], limits: Limits) -> tuple[LoadTarget, ...]:
    """The wanted state of each load, beside the limits' tuple."""
    return tuple(
        LoadTarget.RUN if i in kept else LoadTarget.OFF if load.name in opened else LoadTarget.SLEEP
        for i, load in enumerate(limits.loads)
    )
