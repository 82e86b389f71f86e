"""What the controller tells of itself as events: turns of its decision, and what ended or began without anybody asking."""

import json
import logging
from collections.abc import Iterator

from services.controller.core.memory import Hold, State
from services.controller.core.moments import Now
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import is_over
from services.controller.core.wanted import Decision
from services.controller.inputs import inputs_json
from services.shared.messages import Event
from services.shared.vocabulary import Mode, RuleKind

log = logging.getLogger(__name__)

_HELD_S = 30.0


def event(kind: str, title: str, now: Now, **more: object) -> Event:
    """An event of the controller; the ledger numbers it."""
    return Event.model_validate(
        {"subject": ("controller",), "ledger_seq": 0, "kind": kind, "happened_at": now.wall_s, "title": title, **more}
    )


class Turns:
    """A change of mode is a transition; a change of reasons within a mode is a decision, and so is a stage of the return.

    Load that returns waits for one fan after the other, each for a few seconds: where it waits is told when it has for 30 s.
    """

    def __init__(self) -> None:
        self._told: tuple[str, ...] = ()
        self._waits_told: tuple[str, ...] = ()
        self._waits_mono_s: float | None = None

    def of(self, before: State, decision: Decision, snapshot: Snapshot, now: Now) -> list[Event]:
        """What of a decision is news after the one before."""
        rules, waits, mode = _rules(decision), _waits(decision), decision.state.mode
        turned = mode is not before.mode or before.mode_since is None
        is_held = self._is_held(waits, now)
        if not turned and rules == self._told and not is_held:
            return []
        self._told, self._waits_told, self._waits_mono_s = rules, waits, None
        if turned:
            log.info("%s: %s", mode, "; ".join(decision.reasons))
        turn = str(mode) if mode is before.mode else f"{before.mode} to {mode}"  # a new site begins with its first
        kind, title = ("transition", turn) if turned else ("decision", f"limited by {decision.limited_by}")
        went_by = inputs_json(decision, snapshot, now)
        return [event(kind, title, now, reasons=decision.reasons, mode=mode.value, detail=went_by)]

    def _is_held(self, waits: tuple[str, ...], now: Now) -> bool:
        """Whether what is waited for has been another than was told for so long that it is news."""
        if waits == self._waits_told:
            self._waits_mono_s = None
            return False
        self._waits_mono_s = now.mono_s if self._waits_mono_s is None else self._waits_mono_s
        return now.mono_s - self._waits_mono_s >= _HELD_S


def _rules(decision: Decision) -> tuple[str, ...]:
    """What decides, but for what only waits: each rule with its scope and kW, and the stage of a return."""
    limiting = "" if decision.limited_kind in (RuleKind.RAMP, RuleKind.AIR_UNPROVEN) else decision.limited_by
    asked = (f"{c.rule} {c.scope} {c.kw:.0f}" for c in decision.ceilings if c.kind is not RuleKind.AIR_UNPROVEN)
    stage = (f"{decision.load.setpoint_kw:.0f} kW",) if decision.state.mode is Mode.RESTORING else ()
    return (limiting, *asked, *stage)


def _waits(decision: Decision) -> tuple[str, ...]:
    """Where fans are waited for."""
    return tuple(one.scope for one in decision.ceilings if one.kind is RuleKind.AIR_UNPROVEN)


def by_itself(before: State, after: State, now: Now) -> Iterator[Event]:
    """What a decision changed between two states that a person should find in the audit. Requests have events of their own."""
    for hold in before.holds:
        if hold.id not in {kept.id for kept in after.holds}:
            done = "a trip stands" if before.trips else "it is done"
            yield _ended(hold, "its time is over" if is_over(hold, now) else done, now)
    for drilled in after.drilled:
        if drilled not in before.drilled:
            yield event("audit", f"drill of {drilled.device}: {drilled.how}", now, device=drilled.device, seconds=drilled.seconds)
    latched = {trip.key for trip in before.trips}
    for trip in after.trips:
        if trip.key not in latched:
            yield event("audit", f"trip {trip.key} latched: {trip.reason}", now)
    out = {source.name: source.out_by for source in before.sources if source.out_until is not None}
    for source in after.sources:
        if source.name in out and source.out_until is None:
            yield event("audit", f"source {source.name} is in service again: its time out is over", now, who=out[source.name])


def by_restart(stored: State, resumed: State, now: Now) -> Iterator[Event]:
    """Leases that a new boot ended: those that would raise load."""
    for hold in stored.holds:
        if hold.id not in {kept.id for kept in resumed.holds}:
            yield _ended(hold, "the computer has restarted, and it would raise load", now)


def _ended(hold: Hold, why: str, now: Now) -> Event:
    reasons = (hold.reason,) if hold.reason else ()
    title, detail = f"lease {hold.kind.value} of {hold.owner} ended: {why}", json.dumps({"id": hold.id})
    return event("audit", title, now, who=hold.owner, reasons=reasons, detail=detail)
