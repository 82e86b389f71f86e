"""What the power signals ask for. A signal is a level, never an edge; a loss leads where the operator declared.

Any source that asks for control curtails, at once; return needs every source clear. A source out of service is no rail.
"""

from dataclasses import dataclass

from services.controller.core import calendar, notices, sources
from services.controller.core.memory import Cause, Hold, SourceMemory, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits, Source
from services.controller.core.proof import Measured
from services.controller.core.ruling import Look, Ruling, rule
from services.controller.core.seen import Snapshot
from services.controller.core.wanted import AlarmWanted, Ceiling, SignalFigures
from services.shared.vocabulary import LeaseKind, Level, RuleKind


@dataclass(frozen=True, slots=True)
class SignalVerdict:
    """All sources judged: what is remembered, shown, limited and alarmed."""

    memories: tuple[SourceMemory, ...]
    figures: tuple[SignalFigures, ...]
    ceilings: tuple[Ceiling, ...]
    holding: tuple[Ceiling, ...]
    alarms: tuple[AlarmWanted, ...]
    next_due: float


def judge_signals(
    state: State, snapshot: Snapshot, limits: Limits, now: Now, nominal_kw: float, measured: Measured
) -> SignalVerdict:
    """Judge every configured source and every signal lease. Kilowatts are the site's."""
    look = Look(state, limits, now, calendar.reckon(state, now), measured, nominal_kw, milder_lease(state, limits))
    remembered = {memory.name: memory for memory in state.sources}
    ruled = [_ruled(source, remembered.get(source.name), snapshot, look) for source in limits.sources]
    return SignalVerdict(
        memories=tuple(one.memory for one in ruled),
        figures=tuple(one.figures for one in ruled),
        ceilings=tuple(ceiling for one in ruled for ceiling in one.ceilings) + lease_ceilings(state, limits),
        holding=tuple(hold for one in ruled for hold in one.holding),
        alarms=tuple(alarm for one in ruled for alarm in one.alarms) + _asked(ruled, limits),
        next_due=min((one.next_due for one in ruled), default=float("inf")),
    )


def _ruled(source: Source, memory: SourceMemory | None, snapshot: Snapshot, look: Look) -> Ruling:
    seen = sources.hear(source, snapshot)
    return rule(source, sources.remember(memory, source, seen, look.state, look.now), seen, look)


def _asked(ruled: list[Ruling], limits: Limits) -> tuple[AlarmWanted, ...]:
    """One alarm for each source that asks; it tells which sources say otherwise."""
    others = tuple(one.otherwise for one in ruled if one.otherwise)
    return tuple(notices.asked(one.memory, others, limits.control) for one in ruled if one.memory.asked)


def milder_lease(state: State, limits: Limits) -> Level | None:
    """On the simulated site alone a lease may also say a milder level than the sources, where no other says control."""
    if not limits.demo:
        return None
    levels = [hold.level for hold in state.holds if hold.kind is LeaseKind.POWER_SIGNAL and hold.level is not None]
    strictest = max(levels, key=lambda level: level.severity, default=Level.CONTROL)
    return None if strictest.curtails else strictest


def lease_ceilings(state: State, limits: Limits) -> tuple[Ceiling, ...]:
    """A signal that somebody forces joins as one more source, each of them."""
    ceilings = []
    for hold in state.holds:
        if _curtails(hold) and hold.level is not None:
            kw = limits.curtail_to_kw if hold.target_kw is None else hold.target_kw
            why = f": {hold.reason}" if hold.reason else ""
            reason = f"forced signal {hold.level.value} by {hold.owner}{why}"
            ceilings.append(Ceiling(RuleKind.LEASE, "lease", kw, reason, Cause.UTILITY))
    return tuple(ceilings)


def _curtails(hold: Hold) -> bool:
    return hold.kind is LeaseKind.POWER_SIGNAL and hold.level is not None and hold.level.curtails
