"""The air that is left: every fan judged, then each bank: what it holds, what it sheds. Unproven holds, only disproved sheds."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor

from services.controller.core.banks import Bank, banks_of, name_of
from services.controller.core.fan_proof import Judged, judge_fan
from services.controller.core.memory import Cause, FanMemory, State
from services.controller.core.moments import Now
from services.controller.core.plant import ROUNDING_KW, SITE, Limits
from services.controller.core.seen import Snapshot
from services.controller.core.wanted import AlarmWanted, Ceiling, FanFigures
from services.shared.vocabulary import AlarmKind, PowerState, Proof, RuleKind


@dataclass(frozen=True, slots=True)
class FanVerdict:
    """Every fan judged, and what that allows: `ceilings` shed, `holding` forbids to raise, both by bank."""

    memories: tuple[FanMemory, ...]
    figures: tuple[FanFigures, ...]
    proven: int
    disproved: int
    ceilings: tuple[Ceiling, ...]
    holding: tuple[Ceiling, ...]
    alarms: tuple[AlarmWanted, ...]


def judge_fans(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> FanVerdict:
    """Judge each fan, then the air of each bank."""
    locked = {lock.target for lock in state.lockouts}
    judged = _judge_each(state, snapshot, limits, now)
    figures = tuple(
        FanFigures(one.proof, "locked out" if out else one.reason, out, one.state)
        for fan, one in zip(limits.fans, judged, strict=True)
        for out in (f"fan-{fan.number}" in locked,)
    )
    standing = _standing_still(state, limits)
    banks = [_Air(bank, judged, figures, is_still=bank.scope in standing) for bank in banks_of(limits)]
    return FanVerdict(
        memories=tuple(one.memory for one in judged),
        figures=figures,
        proven=sum(air.proven for air in banks),
        disproved=sum(len(air.disproved) for air in banks),
        ceilings=tuple(ceiling for air in banks if (ceiling := _ceiling(air))),
        holding=tuple(ceiling for air in banks if (ceiling := _holding(air, limits))),
        alarms=(*_disproved_alarm(banks, limits), *_unasked_alarm(judged, limits)),
    )


def _judge_each(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> list[Judged]:
    """A fan that nothing is remembered of counts as ordered on: fans fail on."""
    known = len(state.fans)
    return [
        judge_fan(
            fan,
            state.fans[index] if index < known else FanMemory(PowerState.ON, now),
            snapshot.fans[index],
            snapshot.volts_good,
            limits,
            now,
        )
        for index, fan in enumerate(limits.fans)
    ]


def _standing_still(state: State, limits: Limits) -> frozenset[str]:
    """The zones in which no load runs."""
    running = {scope for load in limits.loads if load.name in state.running for scope in load.scopes}
    return frozenset(limits.scope_kw) - running - {SITE}


class _Air:
    """One bank counted. A fan that a person locked out counts neither as proven nor as disproved."""

    def __init__(self, bank: Bank, judged: list[Judged], figures: tuple[FanFigures, ...], *, is_still: bool) -> None:
        in_service = [i for i in bank.members if not figures[i].locked_out]
        self.bank = bank
        self.is_still = is_still
        self.in_service = len(in_service)
        self.proven = sum(judged[i].proof is Proof.PROVEN for i in in_service)
        self.disproved = [i for i in in_service if judged[i].proof is Proof.DISPROVED]
        ordered = [i for i in in_service if judged[i].memory.wanted is PowerState.ON]
        self.doubtful = [i for i in ordered if judged[i].proof is not Proof.PROVEN]

    @property
    def most_disproved(self) -> bool:
        """Whether more than half of the fans that a person left in service do not run."""
        return len(self.disproved) > self.in_service / 2


def _ceiling(air: _Air) -> Ceiling | None:
    """What disproved fans take away: all when most are, else what the others cannot carry even if all of them ran."""
    bank, missing = air.bank, len(air.disproved)
    if not air.in_service:
        return Ceiling(RuleKind.AIRFLOW, "airflow", 0.0, f"all fans{bank.label} are locked out", Cause.THERMAL, bank.scope)
    if not missing:
        return None
    reason = f"{missing} of {len(bank.members)} fans{bank.label} do not run"
    if air.most_disproved:
        return Ceiling(RuleKind.AIRFLOW, "airflow", 0.0, reason, Cause.EMERGENCY, bank.scope)
    kw = bank.carries_kw(air.in_service - missing)
    if kw >= bank.nominal_kw:
        return None
    return Ceiling(RuleKind.AIRFLOW, "airflow", floor(kw), reason, Cause.THERMAL, bank.scope)


def _holding(air: _Air, limits: Limits) -> Ceiling | None:
    """Nothing is raised beyond what proven fans carry; in a zone with air of its own nothing while one of its fans is in doubt,
    for no neighbour can help it."""
    bank = air.bank
    if bank.scope != SITE and air.doubtful:
        name = name_of(limits.fans[air.doubtful[0]])
        doubt = "does not run" if air.doubtful[0] in air.disproved else "is not proven yet"
        reason = f"{name} {doubt}: nothing is raised there"
        return Ceiling(RuleKind.AIR_UNPROVEN, "airflow unproven", 0.0, reason, scope=bank.scope)
    if air.is_still and air.proven < air.in_service:
        reason = f"{air.proven} of {air.in_service} fans{bank.label} proven: a zone that stands still returns on all of them"
        return Ceiling(RuleKind.AIR_UNPROVEN, "airflow unproven", 0.0, reason, scope=bank.scope)
    carried = bank.carries_kw(air.proven)
    if carried >= bank.nominal_kw - ROUNDING_KW:
        return None
    reason = f"{air.proven} of {len(bank.members)} fans{bank.label} proven, enough for {carried:.0f} kW"
    return Ceiling(RuleKind.AIR_UNPROVEN, "airflow unproven", carried, reason, scope=bank.scope)


def _disproved_alarm(banks: Iterable[_Air], limits: Limits) -> tuple[AlarmWanted, ...]:
    """One alarm for all; without watts in its words, which change with every poll."""
    bad = sorted(i for air in banks for i in air.disproved)
    if not bad:
        return ()
    kind = AlarmKind.EMERGENCY if any(air.most_disproved and air.disproved for air in banks) else AlarmKind.WARNING
    cause = f"Ordered to run, but not running: {', '.join(name_of(limits.fans[i]) for i in bad)}."
    consequence = "Other fans take over; load is shed when too little air is left, and none returns to a zone in doubt."
    return (AlarmWanted("fans_disproved", kind, cause, consequence, "Look at contactor, belt and breaker."),)


def _unasked_alarm(judged: list[Judged], limits: Limits) -> tuple[AlarmWanted, ...]:
    names = [name_of(fan) for fan, one in zip(limits.fans, judged, strict=True) if one.unasked]
    if not names:
        return ()
    cause = f"Wanted off, but running: {', '.join(names)}."
    return (AlarmWanted("fan_runs_unasked", AlarmKind.WARNING, cause, "It only costs power.", "Look for a welded contactor."),)
