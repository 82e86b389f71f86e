"""When sleep was not enough: which outlets open, for which cause, after which wait. Soft before hard, and only on evidence.

A load is cut for a ceiling that has stood for the wait of its cause, and only after the load itself was asked off for as long.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from services.controller.core.loads import may_run
from services.controller.core.memory import Cause, State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits, Load
from services.controller.core.proof import Measured, fresh_watts, is_asleep, outlet_is_open, says_it_works
from services.controller.core.proven_off import proven_since
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.suspects import drawing
from services.controller.core.wanted import Ceiling, Says

_LOST_GRACE_S = 10.0  # a device that counts as lost is asked once more when load must come off
_SEEN_IN_S = 15.0  # until an open outlet shows in its meter: three polls


@dataclass(frozen=True, slots=True)
class Escalation:
    """What sleep did not bring down: loads whose outlets open now, those that may not or cannot, when to look again, and all that
    a fresh meter says are not down. `kept_open` read open as it is: they stay so, whatever they were told before.
    `unseen`: of the stubborn those of which nothing says that they draw, and nothing that they do not."""

    opened: frozenset[str]
    kept_open: frozenset[str]
    stubborn: frozenset[str]
    unseen: frozenset[str]
    next_due: float
    drawing: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Due:
    """A load that a ceiling wants down: how long sleep is given, since when both have stood, whether it is cut unmeasured."""

    index: int
    load: Load
    wait_s: float
    since: Stamp
    cuts_unseen: bool


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
    opened = {load.name for i, load in enumerate(limits.loads) if load.name in state.opened and i not in kept and load.has_outlet}
    kept_open: set[str] = set()
    stubborn: set[str] = set()
    hidden: set[str] = set()
    next_due = float("inf")
    suspects = drawing(kept, measured, snapshot, limits, now)
    proven_s = proven_since(state)
    for one in _wanted_down(state, says.ceilings, kept, limits, now):
        open_s, stubborn_s = _waits_s(one, lost, limits)
        waited_s = elapsed_s(one.since, now)
        next_due = min([next_due, *(one.since.mono_s + wait for wait in (open_s, stubborn_s) if wait > waited_s)])
        draws = one.load.name in suspects
        unseen = (one.cuts_unseen or not one.load.soft_device) and one.load.name not in measured.proven_down
        if waited_s >= open_s and one.load.has_outlet and (limits.pdu_on_curtail != "never" or one.cuts_unseen):
            if draws or unseen:
                opened.add(one.load.name)
            elif outlet_is_open(snapshot.loads[one.index], limits, now):
                kept_open.add(one.load.name)
        if waited_s >= stubborn_s:
            if draws or says_it_works(snapshot.loads[one.index], limits, now):
                stubborn.add(one.load.name)
            elif unseen and not _is_known_why(one, proven_s, measured, snapshot, limits, now):
                hidden.add(one.load.name)
    if limits.pdu_on_curtail == "always":
        opened |= _asleep_with_outlet(kept, says.ceilings, measured, snapshot, limits)
    return Escalation(
        frozenset(opened), frozenset(kept_open), frozenset(stubborn | hidden), frozenset(hidden), next_due, suspects
    )


def _is_known_why(
    one: _Due, proven_s: dict[str, float], measured: Measured, snapshot: Snapshot, limits: Limits, now: Now
) -> bool:
    """Whether it is known why nothing shows the load off: it was proven and its reader fell silent since, or the doubt has an
    alarm of its own while something fresh still reads the load."""
    if proven_s.get(one.load.name, float("-inf")) > one.since.mono_s:
        return True
    seen = snapshot.loads[one.index]
    is_read = outlet_is_open(seen, limits, now) or fresh_watts(seen, limits, now) is not None
    return not one.cuts_unseen and is_read and one.load.name in measured.doubted


def _waits_s(one: _Due, lost: frozenset[str], limits: Limits) -> tuple[float, float]:
    """After how long its outlet opens, and after how long it is stubborn: then its own path has had its time, and failed."""
    has_sleep = bool(one.load.soft_device) and one.load.soft_device not in lost
    open_s = one.wait_s if has_sleep else min(one.wait_s, _LOST_GRACE_S)
    needs_s = limits.thermal_soft_wait_s if one.wait_s == 0 else one.wait_s
    return open_s, needs_s


def _wanted_down(state: State, ceilings: tuple[Ceiling, ...], kept: frozenset[int], limits: Limits, now: Now) -> Iterable[_Due]:
    """Every load that some ceiling wants down whose cause opens outlets, once per wait, the hardest cause first."""
    began = {(memory.rule, memory.scope): memory.since for memory in state.ceilings}
    lowered = {name: since for since, names in state.lowered for name in names}
    together: dict[tuple[float, bool], list[Ceiling]] = {}
    for ceiling in sorted(ceilings, key=lambda one: began.get((one.rule, one.scope), now).mono_s):
        wait_s = soft_wait_s(ceiling.cause, limits)
        if wait_s is None:
            continue
        since = began.get((ceiling.rule, ceiling.scope), now)
        older = together.setdefault((wait_s, ceiling.cause.cuts_at_once), [])
        older.append(ceiling)  # what two ceilings ask for together is asked for since the later of them
        for index in _must_be_down(older, kept, limits):
            load = limits.loads[index]
            own = lowered.get(load.name, now)
            yield _Due(index, load, wait_s, own if own.mono_s > since.mono_s else since, ceiling.cause.cuts_at_once)


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
    return frozenset(range(len(limits.loads))) - may_run(ceilings, frozenset(), limits) - kept


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
