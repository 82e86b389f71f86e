"""What one power signal source means now: forced, out of service, never matched, lost, or heard."""

from dataclasses import dataclass, replace

from services.controller.core import notices, planned, sources
from services.controller.core.calendar import Reckoned
from services.controller.core.memory import Cause, SourceMemory, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits, Source
from services.controller.core.proof import Measured
from services.controller.core.seen import SignalSeen
from services.controller.core.wanted import AlarmWanted, Ceiling, SignalFigures
from services.shared.vocabulary import Level, OnLoss, RuleKind


@dataclass(frozen=True, slots=True)
class Look:
    """What every source is judged on. `milder`: the level a lease on the simulated site puts in the place of all sources'."""

    state: State
    limits: Limits
    now: Now
    when: Reckoned
    measured: Measured
    nominal_kw: float
    milder: Level | None = None

    @property
    def patient_until_s(self) -> float:
        """Until when after a start a source's word may still be a moment away, monotonic seconds."""
        return self.state.started.mono_s + self.limits.start_grace_s


@dataclass(frozen=True, slots=True)
class Ruling:
    """One source judged. `otherwise`: what it says, when it is heard and asks for nothing."""

    memory: SourceMemory
    figures: SignalFigures
    ceilings: tuple[Ceiling, ...] = ()
    holding: tuple[Ceiling, ...] = ()
    alarms: tuple[AlarmWanted, ...] = ()
    next_due: float = float("inf")
    otherwise: str = ""


def rule(source: Source, memory: SourceMemory, seen: SignalSeen | None, look: Look) -> Ruling:
    """Judge one source, whose memory already holds its newest word."""
    heard_s = sources.heard_mono_s(memory, seen)
    figures = _figures(memory, seen, heard_s)
    if look.milder is not None:
        forced = replace(figures, effective=look.milder, reason="forced by a debug lease")
        return Ruling(sources.clear(memory, look.limits, look.now), forced)
    if memory.out_until is not None:
        return _out_of_service(memory, figures, look)
    if heard_s is None:
        return _never_matched(source, memory, figures)
    memory = planned.staged(memory, look.when)
    ruling = _heard(source, memory, figures, look)
    lost_at_s = max(heard_s + source.heartbeat_s, look.patient_until_s)
    if look.now.mono_s >= lost_at_s:
        ruling = _lost(source, memory, figures, ruling, look, look.now.mono_s - heard_s)
    else:
        ruling = replace(ruling, next_due=lost_at_s)
    if planned.is_planned(memory, look.when):
        ruling = _before(source, ruling, memory, look)
    return replace(ruling, next_due=min(ruling.next_due, planned.next_turn(memory, look.when, look.now)))


def _before(source: Source, ruling: Ruling, memory: SourceMemory, look: Look) -> Ruling:
    """An event is announced: it is told, and shortly before it begins no load is woken that would have to go to sleep again."""
    ruling = replace(ruling, alarms=(*ruling.alarms, notices.planned(memory, look.limits)))
    if not planned.begins_soon(memory, look.when):
        return ruling
    kw = sources.asked_kw(memory, look.limits) if memory.drop_kw is None else 0.0
    soon = Ceiling(source.kind, f"signal {memory.name}", kw, notices.soon(memory, look.limits))
    return replace(ruling, holding=(*ruling.holding, soon))


def _figures(memory: SourceMemory, seen: SignalSeen | None, heard_s: float | None) -> SignalFigures:
    return SignalFigures(
        name=memory.name,
        level=memory.level,
        effective=memory.level,
        target_kw=memory.target_kw,
        mono_s=heard_s,
        wall_s=(seen and seen.wall_s) or (memory.seen.wall_s if memory.seen else None),
        commissioned=memory.seen is not None,
        in_service=memory.out_until is None,
        reason=seen.reason if seen else "",
        event_id=memory.event_id,
        from_at=memory.from_at,
        until_at=memory.until_at,
    )


def _out_of_service(memory: SourceMemory, figures: SignalFigures, look: Look) -> Ruling:
    """No rail: a person says so, with an end."""
    assert memory.out_until is not None
    reason = notices.taken_out(memory, look.limits)
    return Ruling(
        sources.clear(memory, look.limits, look.now),
        replace(figures, effective=Level.NORMAL, reason=reason),
        alarms=(notices.out_of_service(memory, look.limits, look.now),),
        next_due=memory.out_until.mono_s,
    )


def _never_matched(source: Source, memory: SourceMemory, figures: SignalFigures) -> Ruling:
    reason = f"signal {source.name} never matched a level since installation"
    return Ruling(
        memory,
        replace(figures, effective=Level.UNKNOWN, reason=figures.reason or reason),
        holding=(Ceiling(source.kind, f"signal {source.name}", 0.0, f"{reason}: nothing is dropped"),),
        alarms=(notices.not_commissioned(source, figures.reason),),
    )


def _heard(source: Source, memory: SourceMemory, figures: SignalFigures, look: Look) -> Ruling:
    """Its word counts: a level that curtails acts at once."""
    level = planned.in_force(memory, look.when)
    if not level.curtails:
        memory = sources.clear(memory, look.limits, look.now)
        ruling = Ruling(memory, replace(figures, effective=level))
        return ruling if memory.asked else replace(ruling, otherwise=notices.says_otherwise(memory, level, look.limits))
    memory = sources.with_baseline(memory, look.state, look.measured, look.limits, look.nominal_kw)
    kw = sources.asked_kw(memory, look.limits)
    said, clause = notices.reason(memory, level, kw), notices.clause(memory, level, kw)
    ceiling = Ceiling(source.kind, f"signal {memory.name}", kw, said, Cause.UTILITY, clause=clause)
    figures = replace(figures, effective=level, target_kw=kw if memory.drop_kw is not None else memory.target_kw)
    return Ruling(sources.asking(memory, notices.asks(memory, level, kw)), figures, (ceiling,))


def _lost(source: Source, memory: SourceMemory, figures: SignalFigures, word: Ruling, look: Look, age_s: float) -> Ruling:
    """As configured, but never milder than an event that runs and whose end is known: it holds to its end.

    `curtail`: what its loss allows, or less if it asked for less. `hold`: its last word. `run`: released. But for `run` an old
    word lowers and raises nothing.
    A control without a known end is held by `hold` and `curtail` alone, and then opens outlets only where a loss may.
    """
    reason = f"signal {source.name} lost for {age_s / 60:.0f} min, {source.on_loss.value} as configured"
    held = Ceiling(RuleKind.SIGNAL_LOST, f"signal {source.name} lost", 0.0, reason)
    told = replace(word.figures, reason=reason)
    lost = replace(word, alarms=(notices.lost(source, memory),), otherwise="", figures=told, holding=(held,))
    goes_on = planned.outlasts_loss(memory, look.when)
    if source.on_loss is OnLoss.CURTAIL:
        return _curtailed_by_loss(source, lost, reason, look, goes_on=goes_on)
    if goes_on:
        return lost
    if source.on_loss is OnLoss.RUN:
        released = replace(figures, effective=Level.NORMAL, reason=reason)
        cleared = sources.clear(memory, look.limits, look.now)
        return replace(lost, memory=cleared, figures=released, ceilings=(), holding=())
    return replace(lost, ceilings=tuple(replace(one, reason=reason, clause="", cause=Cause.SIGNAL_LOST) for one in lost.ceilings))


def _curtailed_by_loss(source: Source, lost: Ruling, reason: str, look: Look, *, goes_on: bool) -> Ruling:
    kw = min((look.limits.curtail_to_kw, *(one.kw for one in lost.ceilings)))
    waits_on = lost.ceilings and not goes_on  # what was asked for by its word has waited since then
    ceiling = Ceiling(RuleKind.SIGNAL_LOST, f"signal {source.name} lost", kw, reason, Cause.SIGNAL_LOST)
    if waits_on:
        ceiling = replace(ceiling, kind=lost.ceilings[0].kind, rule=lost.ceilings[0].rule)
    return replace(
        lost,
        memory=replace(lost.memory, clear_since=None),
        figures=replace(lost.figures, effective=Level.CONTROL),
        ceilings=((*lost.ceilings, ceiling) if goes_on else (ceiling,)),
    )
