"""When sleep was not enough: which outlets open, for which cause, after which wait. Soft before hard, and only on evidence."""

from dataclasses import dataclass

from services.controller.core.loads import may_run
from services.controller.core.memory import Cause, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits, Load
from services.controller.core.proof import Measured, fresh_watts, is_asleep
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.wanted import Ceiling, Says
from services.shared.vocabulary import LoadKind

_LOST_GRACE_S = 10.0  # a device that counts as lost is asked once more when load must come off
_SEEN_IN_S = 15.0  # until an open outlet shows in its meter: three polls
_NOMINAL_MARGIN = 1.1  # miners draw up to 5 % above nameplate, a PDU's sum is good to a few percent


@dataclass(frozen=True, slots=True)
class Escalation:
    """What sleep did not bring down: loads whose outlets open now, those that may not or cannot, and when to look again."""

    opened: frozenset[str]
    stubborn: frozenset[str]
    next_due: float


def escalate(
    state: State,
    kept: frozenset[int],
    says: Says,
    measured: Measured,
    snapshot: Snapshot,
    lost: frozenset[str],
    limits: Limits,
    now: Now,
) -> Escalation:
    """Open outlets where sleep failed, once the soft wait of the cause is over, and only for a cause that allows it."""
    ceilings = says.ceilings
    opened = {load.name for i, load in enumerate(limits.loads) if load.name in state.opened and i not in kept and load.has_outlet}
    stubborn: set[str] = set()
    drawing = _drawing(kept, measured, snapshot, limits, now)
    waited, due = _ripe(state, ceilings, limits, now)
    at_once, soon = _ripe(state, ceilings, limits, now, at_most_s=_LOST_GRACE_S)
    due = min(due, soon)
    for ripe, soft_path_gone in ((waited, False), (at_once, True)):
        hard = [ceiling for ceiling in ripe if ceiling.cause.cuts_at_once]
        cut_unseen = _must_be_down(hard, kept, limits)
        just_asked = cut_unseen - _must_be_down([c for c in hard if _is_old(c, state, limits, now)], kept, limits)
        for index in _must_be_down(ripe, kept, limits):
            load = limits.loads[index]
            if soft_path_gone and load.soft_device and load.soft_device not in lost:
                continue
            # An outlet-kind load has no other path: its outlet opens for what may open outlets, measured or not.
            unseen = (index in cut_unseen or load.kind is LoadKind.OUTLET) and load.name not in measured.proven_down
            if load.name not in drawing and not unseen:
                continue
            if load.has_outlet and (limits.pdu_on_curtail != "never" or index in cut_unseen):
                opened.add(load.name)
            if index not in just_asked:
                stubborn.add(load.name)
    if limits.pdu_on_curtail == "always":
        opened |= _asleep_with_outlet(kept, ceilings, measured, snapshot, limits)
    return Escalation(frozenset(opened), frozenset(stubborn), due)


def _is_old(ceiling: Ceiling, state: State, limits: Limits, now: Now) -> bool:
    """Whether what was cut without a wait has had the time to be seen off: only then is a load stubborn."""
    since = next((m.since for m in state.ceilings if (m.rule, m.scope) == (ceiling.rule, ceiling.scope)), now)
    return elapsed_s(since, now) >= limits.thermal_soft_wait_s


def _ripe(
    state: State, ceilings: tuple[Ceiling, ...], limits: Limits, now: Now, *, at_most_s: float = float("inf")
) -> tuple[list[Ceiling], float]:
    since = {(memory.rule, memory.scope): memory.since for memory in state.ceilings}
    ripe, due = [], float("inf")
    for ceiling in ceilings:
        wait_s = soft_wait_s(ceiling.cause, limits)
        if wait_s is None:
            continue
        began = since.get((ceiling.rule, ceiling.scope), now)
        wait_s = min(wait_s, at_most_s)
        if elapsed_s(began, now) >= wait_s:
            ripe.append(ceiling)
        else:
            due = min(due, began.mono_s + wait_s)
    return ripe, due


def soft_wait_s(cause: Cause, limits: Limits) -> float | None:
    """How long sleep is given before outlets open under load; None: they never do for this cause."""
    if cause in (Cause.UTILITY, Cause.LIMIT):
        return _before_the_deadline_s(limits)
    if cause is Cause.SIGNAL_LOST:
        return _before_the_deadline_s(limits) if limits.hard_cut_on_loss else None
    return {Cause.TRIP: limits.thermal_soft_wait_s, Cause.EMERGENCY: 0.0}.get(cause)


def _before_the_deadline_s(limits: Limits) -> float:
    """Outlets begin to open so early that the last is open, and seen in the watts, when the contract's deadline is there."""
    if not limits.hard_path_s:
        return limits.response_deadline_s
    return max(limits.response_deadline_s / 2, limits.response_deadline_s - limits.hard_path_s - _SEEN_IN_S)


def _must_be_down(ceilings: list[Ceiling], kept: frozenset[int], limits: Limits) -> frozenset[int]:
    if not ceilings:
        return frozenset()
    return frozenset(range(len(limits.loads))) - may_run(ceilings, frozenset(), limits) - kept


def _drawing(kept: frozenset[int], measured: Measured, snapshot: Snapshot, limits: Limits, now: Now) -> frozenset[str]:
    """Loads that a fresh meter says are not down: by their own watts, else by what their PDU or the site draws.

    A load that nothing fresh measures is unknown: it is reported, not cut.
    """
    drawing = set(measured.still_on)
    for meter in snapshot.meters:
        if meter.kw is None or meter.mono_s is None or now.mono_s - meter.mono_s > limits.meter_max_age_s:
            continue
        covered = [i for i, load in enumerate(limits.loads) if not meter.pdu or load.pdu == meter.pdu]
        excess_kw = meter.kw - (0.0 if meter.pdu else limits.meter_base_kw) - _expected_kw(covered, kept, snapshot, limits, now)
        settled = measured.proven_down | measured.still_on
        suspects = [limits.loads[i] for i in covered if i not in kept and limits.loads[i].name not in settled]
        drawing |= _suspects(suspects, excess_kw, snapshot, limits)
    return frozenset(drawing)


def _expected_kw(covered: list[int], kept: frozenset[int], snapshot: Snapshot, limits: Limits, now: Now) -> float:
    """What a meter over these loads should show: their own fresh watts where there are any, else what they may draw."""
    total = 0.0
    for i in covered:
        watts = fresh_watts(snapshot.loads[i], limits, now)
        if watts is not None:
            total += watts / 1000
        else:
            total += limits.loads[i].kw * _NOMINAL_MARGIN if i in kept else limits.asleep_watts / 1000
    return total


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
