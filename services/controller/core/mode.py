"""The mode, derived at each decision from a table: the first row that applies names it. An acknowledgement proves nothing.

The operator's diagram of the modes is made from this table and the first lines of its functions.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.controller.core.escalation import soft_wait_s
from services.controller.core.memory import Cause, State
from services.controller.core.moments import Now
from services.controller.core.plant import ROUNDING_KW, Limits
from services.controller.core.proof import Measured, is_asleep, says_it_works
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import Mode, RuleKind


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the mode is derived from, after loads and ramp are decided. `binding`: the one that leaves least comes first."""

    state: State
    binding: tuple[Ceiling, ...]
    holding: tuple[Ceiling, ...]
    kept: frozenset[int]
    unwoken: frozenset[str]
    allowed_kw: float
    owed_kw: float
    held: frozenset[str]
    measured: Measured
    waking: tuple[str, ...]
    snapshot: Snapshot
    limits: Limits
    now: Now

    @property
    def asked(self) -> tuple[Ceiling, ...]:
        """The ceilings that somebody or something asks for now; a breaker's limit is always there."""
        return tuple(one for one in self.binding if one.cause is not Cause.LIMIT)


def is_tripped(picture: Picture) -> bool:
    """A trip, an interlock or most fans gone"""
    return any(one.cause.cuts_at_once for one in picture.binding)


def is_blind(picture: Picture) -> bool:
    """The lowest ceiling is for a lost signal or lost temperatures"""
    return bool(picture.asked) and (picture.asked[0].cause is Cause.SIGNAL_LOST or picture.asked[0].kind is RuleKind.BLIND)


def is_too_warm(picture: Picture) -> bool:
    """The lowest ceiling is for heat or for missing air"""
    return bool(picture.asked) and picture.asked[0].cause is Cause.THERMAL


def is_coming_back(picture: Picture) -> bool:
    """Nobody asks for less, and more is allowed than runs, or released loads still wake"""
    setpoint = picture.state.setpoint_kw
    if setpoint is None or picture.asked:
        return False
    was_coming = picture.state.mode is Mode.RESTORING  # a miner that stumbles later does not make a normal site restore
    return setpoint < picture.allowed_kw - ROUNDING_KW or (was_coming and bool(picture.waking))


def is_not_down_yet(picture: Picture) -> bool:
    """Load was asked off, and no measurement shows it off yet"""
    return bool(picture.asked) and not is_down(picture)


def is_down(picture: Picture) -> bool:
    """Load was asked off, and it is: measured, or unproven after the wait"""
    if not picture.asked:
        return False
    measured, since = picture.measured, _since(picture)
    if measured.kw is not None and not _within(picture, since.mono_s):
        return False
    if measured.kw is not None and measured.unknown_kw <= 0:
        return True
    if any(_says_on(picture, i) for i in range(len(picture.limits.loads)) if i not in picture.kept):
        return False
    wait_s = soft_wait_s(picture.asked[0].cause, picture.limits) or picture.limits.response_deadline_s
    return elapsed_s(since, picture.now) >= wait_s or _all_say_down(picture)


def is_held_down(picture: Picture) -> bool:
    """A person's lease or lock-out holds load down"""
    return bool(picture.held)


def is_starting(picture: Picture) -> bool:
    """Just started: loads as they are, fans first"""
    return elapsed_s(picture.state.started, picture.now) < picture.limits.start_grace_s


def is_free(picture: Picture) -> bool:
    """Nothing of this"""
    return True


TABLE: tuple[tuple[Mode, Callable[[Picture], bool]], ...] = (
    (Mode.EMERGENCY, is_tripped),
    (Mode.FAILSAFE, is_blind),
    (Mode.THERMAL_LIMIT, is_too_warm),
    (Mode.RESTORING, is_coming_back),
    (Mode.CURTAILING, is_not_down_yet),
    (Mode.CURTAILED, is_down),
    (Mode.MANUAL, is_held_down),
    (Mode.STARTING, is_starting),
    (Mode.NORMAL, is_free),
)


def derive_mode(picture: Picture) -> Mode:
    """The first row of the table that applies."""
    return next(mode for mode, applies in TABLE if applies(picture))


def is_proven(picture: Picture) -> bool:
    """Whether a meter polled after the newest ask shows the load within what is allowed, and nothing is unknown."""
    newest = max((memory.since.mono_s for memory in picture.state.ceilings), default=float("-inf"))
    if picture.measured.kw is None or picture.measured.unknown_kw > 0:
        return False
    return _within(picture, newest)


def _within(picture: Picture, asked_mono_s: float) -> bool:
    measured, limits = picture.measured, picture.limits
    assert measured.kw is not None and measured.oldest_mono_s is not None
    low_enough = measured.kw <= picture.owed_kw + limits.meter_tolerance_kw or not picture.binding
    return low_enough and measured.oldest_mono_s > asked_mono_s


def _since(picture: Picture) -> Now:
    first = picture.asked[0]
    memories = picture.state.ceilings
    return next((m.since for m in memories if (m.rule, m.scope) == (first.rule, first.scope)), picture.now)


def _says_on(picture: Picture, index: int) -> bool:
    """Whether a load that nothing measures says itself, freshly, that it works: no wait makes that down."""
    load, seen = picture.limits.loads[index], picture.snapshot.loads[index]
    return says_it_works(seen, picture.limits, picture.now) and load.name not in picture.measured.proven_down


def _all_say_down(picture: Picture) -> bool:
    return all(
        is_asleep(seen) or load.name in picture.measured.proven_down
        for i, (load, seen) in enumerate(zip(picture.limits.loads, picture.snapshot.loads, strict=True))
        if i not in picture.kept
    )
