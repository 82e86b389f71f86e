"""What the power signals ask for. A signal is a level, never an edge; a loss leads where the operator declared.

Any source that asks for control curtails; return needs every source clear. A source taken out of service is no rail.
"""

from dataclasses import dataclass, replace

from services.controller.core.memory import Cause, SourceMemory, State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits, Source
from services.controller.core.seen import SignalSeen, Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.wanted import AlarmWanted, Ceiling, SignalFigures
from services.shared.vocabulary import AlarmKind, LeaseKind, Level, OnLoss


@dataclass(frozen=True, slots=True)
class SignalVerdict:
    """All sources judged: what is remembered, shown, limited and alarmed."""

    memories: tuple[SourceMemory, ...]
    figures: tuple[SignalFigures, ...]
    ceilings: tuple[Ceiling, ...]
    holding: tuple[Ceiling, ...]
    alarms: tuple[AlarmWanted, ...]
    next_due: float


@dataclass(frozen=True, slots=True)
class _Judged:
    memory: SourceMemory
    figures: SignalFigures
    ceiling: Ceiling | None = None
    holds: Ceiling | None = None
    alarms: tuple[AlarmWanted, ...] = ()
    next_due: float = float("inf")


def judge_signals(state: State, snapshot: Snapshot, limits: Limits, now: Now, nominal_kw: float) -> SignalVerdict:
    """Judge every configured source and every signal lease."""
    seen_by_name = {seen.name: seen for seen in snapshot.signals}
    remembered = {memory.name: memory for memory in state.sources}
    milder = _milder_lease(state, limits)
    is_starting = elapsed_s(state.started, now) < limits.start_grace_s
    judged = []
    for source in limits.sources:
        memory = _remember(remembered.get(source.name), source, seen_by_name.get(source.name), now)
        patient = replace(source, heartbeat_s=float("inf")) if is_starting else source  # its word may be a moment away
        judged.append(_judge(patient, memory, seen_by_name.get(source.name), limits, now, nominal_kw, milder))
    leases = _lease_ceilings(state, limits)
    return SignalVerdict(
        memories=tuple(one.memory for one in judged),
        figures=tuple(one.figures for one in judged),
        ceilings=tuple(one.ceiling for one in judged if one.ceiling) + leases,
        holding=tuple(one.holds for one in judged if one.holds),
        alarms=tuple(alarm for one in judged for alarm in one.alarms),
        next_due=min((one.next_due for one in judged), default=float("inf")),
    )


def _remember(memory: SourceMemory | None, source: Source, seen: SignalSeen | None, now: Now) -> SourceMemory:
    memory = memory or SourceMemory(source.name, Level.UNKNOWN, None, None, None)
    if memory.out_until and now.mono_s >= memory.out_until.mono_s:
        memory = replace(memory, out_until=None, out_by="")
    if seen is None or seen.level is Level.UNKNOWN or seen.mono_s is None:
        return memory
    if memory.seen and memory.seen.mono_s >= seen.mono_s:
        return memory
    heard = Stamp(seen.mono_s, seen.wall_s or now.wall_s, now.wall_trusted, now.host_boot)
    same = (memory.level, memory.target_kw, memory.drop_kw) == (seen.level, seen.target_kw, seen.drop_kw)
    if same and elapsed_s(memory.seen, now) < 60.0:
        return memory  # only its age moves: the ledger is spared a write but once a minute
    return replace(memory, level=seen.level, target_kw=seen.target_kw, drop_kw=seen.drop_kw, seen=heard)


def _judge(
    source: Source,
    memory: SourceMemory,
    seen: SignalSeen | None,
    limits: Limits,
    now: Now,
    nominal_kw: float,
    milder: Level | None,
) -> _Judged:
    heard_mono_s = _newest(memory, seen)
    figures = SignalFigures(
        name=source.name,
        level=memory.level,
        effective=memory.level,
        target_kw=memory.target_kw,
        mono_s=heard_mono_s,
        wall_s=(seen and seen.wall_s) or (memory.seen.wall_s if memory.seen else None),
        commissioned=memory.seen is not None,
        in_service=memory.out_until is None,
        reason=seen.reason if seen else "",
    )
    if milder is not None:
        return _Judged(memory, replace(figures, effective=milder, reason="forced by a debug lease"))
    if memory.out_until is not None:
        reason = f"out of service by {memory.out_by}"
        return _Judged(memory, replace(figures, effective=Level.NORMAL, reason=reason), next_due=memory.out_until.mono_s)
    if heard_mono_s is None:
        return _never_matched(source, memory, figures)
    if now.mono_s - heard_mono_s > source.heartbeat_s:
        return _lost(source, memory, figures, limits, now.mono_s - heard_mono_s)
    return _heard(source, memory, seen, figures, limits, now, nominal_kw)


def _newest(memory: SourceMemory, seen: SignalSeen | None) -> float | None:
    moments = [memory.seen.mono_s] if memory.seen else []
    if seen and seen.mono_s is not None and seen.level is not Level.UNKNOWN:
        moments.append(seen.mono_s)
    return max(moments, default=None)


def _never_matched(source: Source, memory: SourceMemory, figures: SignalFigures) -> _Judged:
    reason = f"signal {source.name} never matched a level since installation"
    return _Judged(
        memory,
        replace(figures, effective=Level.UNKNOWN, reason=figures.reason or reason),
        holds=Ceiling(f"signal {source.name}", 0.0, f"{reason}: nothing is dropped"),
        alarms=(
            AlarmWanted(
                f"signal_not_commissioned_{source.name}",
                AlarmKind.WARNING,
                f"The power signal {source.name} is not commissioned: no level was ever matched. {figures.reason}".strip(),
                "No load is raised and none is dropped.",
                f"Look at the signal's raw text and set the vocabulary of [SIGNAL {source.name}].",
            ),
        ),
    )


def _lost(source: Source, memory: SourceMemory, figures: SignalFigures, limits: Limits, age_s: float) -> _Judged:
    reason = f"signal {source.name} lost for {age_s / 60:.0f} min, {source.on_loss.value} as configured"
    alarm = AlarmWanted(
        f"signal_lost_{source.name}",
        AlarmKind.WARNING,
        f"The power signal {source.name} is lost; last level {memory.level.value}.",
        f"As configured: {source.on_loss.value}.",
        "Check the link and the signal's page; call the utility.",
    )
    if source.on_loss is OnLoss.RUN:
        return _Judged(memory, replace(figures, effective=Level.NORMAL, reason=reason), alarms=(alarm,))
    if source.on_loss is OnLoss.HOLD:
        ceiling = _ceiling(source.name, memory.level, memory.target_kw, limits, Cause.SIGNAL_LOST, reason)
        return _Judged(memory, replace(figures, effective=memory.level, reason=reason), ceiling, alarms=(alarm,))
    lost = Ceiling(f"signal {source.name} lost", limits.curtail_to_kw, reason, Cause.SIGNAL_LOST)
    return _Judged(memory, replace(figures, effective=Level.CONTROL, reason=reason), lost, alarms=(alarm,))


def _heard(
    source: Source,
    memory: SourceMemory,
    seen: SignalSeen | None,
    figures: SignalFigures,
    limits: Limits,
    now: Now,
    nominal_kw: float,
) -> _Judged:
    level, due = _in_force(memory.level, seen, now)
    figures = replace(figures, effective=level)
    assert figures.mono_s is not None
    due = min(due, figures.mono_s + source.heartbeat_s)
    if not level.curtails:
        return _Judged(memory, figures, next_due=due)
    target_kw = memory.target_kw
    if target_kw is None and memory.drop_kw is not None:
        target_kw = max(0.0, nominal_kw - memory.drop_kw)
    reason = f"{_called(source.name)}: {level.value.capitalize()}"
    ceiling = _ceiling(source.name, level, target_kw, limits, Cause.UTILITY, reason)
    alarm = AlarmWanted(
        f"signal_{source.name}",
        AlarmKind.EMERGENCY,
        f"The {_called(source.name)} asks for {level.value}" + (f": at most {ceiling.kw:.0f} kW." if ceiling else "."),
        "Load comes off now and stays off until the signal is normal.",
        "None, unless the kW do not fall: see the page.",
    )
    return _Judged(memory, figures, ceiling, alarms=(alarm,), next_due=due)


def _called(name: str) -> str:
    return "utility signal" if name == "utility" else f"utility signal {name}"


def _in_force(level: Level, seen: SignalSeen | None, now: Now) -> tuple[Level, float]:
    """A planned event is an alert before it begins; only a trusted clock ends one, or believes that it has not begun."""
    if seen is None or not level.curtails or not now.wall_trusted:
        return level, float("inf")
    if seen.from_at is not None and now.wall_s < seen.from_at:
        return Level.ALERT, now.mono_s + seen.from_at - now.wall_s
    if seen.until_at is not None:
        if now.wall_s >= seen.until_at:
            return Level.NORMAL, float("inf")
        return level, now.mono_s + seen.until_at - now.wall_s
    return level, float("inf")


def _ceiling(name: str, level: Level, target_kw: float | None, limits: Limits, cause: Cause, reason: str) -> Ceiling | None:
    if not level.curtails:
        return None
    kw = limits.curtail_to_kw if target_kw is None else target_kw
    return Ceiling(f"signal {name}", kw, reason, cause)


def _milder_lease(state: State, limits: Limits) -> Level | None:
    """On the simulated site alone a lease may also say a milder level than the sources."""
    if not limits.demo:
        return None
    levels = [hold.level for hold in state.holds if hold.kind is LeaseKind.POWER_SIGNAL and hold.level is not None]
    return levels[-1] if levels and not levels[-1].curtails else None


def _lease_ceilings(state: State, limits: Limits) -> tuple[Ceiling, ...]:
    ceilings = []
    for hold in state.holds:
        if hold.kind is LeaseKind.POWER_SIGNAL and hold.level is not None:
            reason = f"forced signal {hold.level.value} by {hold.owner}: {hold.reason}"
            ceiling = _ceiling(hold.id, hold.level, hold.target_kw, limits, Cause.UTILITY, reason)
            if ceiling:
                ceilings.append(replace(ceiling, rule="lease"))
    return tuple(ceilings)
