"""What the controller tells of itself as events: turns of its decision, and what ended or began without anybody asking."""

import json
import logging
from collections.abc import Iterator

from services.controller import inputs
from services.controller.core.memory import Hold, State
from services.controller.core.moments import Now
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import is_over
from services.controller.core.wanted import Decision
from services.shared.messages import Event
from services.shared.vocabulary import Mode

log = logging.getLogger(__name__)


def event(kind: str, title: str, now: Now, **more: object) -> Event:
    """An event of the controller; the ledger numbers it."""
    return Event.model_validate(
        {"subject": ("controller",), "ledger_seq": 0, "kind": kind, "happened_at": now.wall_s, "title": title, **more}
    )


class Turns:
    """A change of mode is a transition; a change of reasons within a mode is a decision, and so is a stage of the return."""

    def __init__(self) -> None:
        self._told: tuple[str, ...] = ()

    def of(self, before: State, decision: Decision, snapshot: Snapshot, now: Now) -> list[Event]:
        """What of a decision is news after the one before."""
        rules = (decision.limited_by, *(f"{c.rule} {c.scope} {c.kw:.0f}" for c in decision.ceilings))
        mode = decision.state.mode
        rules += (f"{decision.load.setpoint_kw:.0f} kW",) if mode is Mode.RESTORING else ()
        turned = mode is not before.mode or before.mode_since is None
        if not turned and rules == self._told:
            return []
        self._told = rules
        if turned:
            log.info("%s: %s", mode, "; ".join(decision.reasons))
        turn = str(mode) if mode is before.mode else f"{before.mode} to {mode}"  # a new site begins with its first
        kind, title = ("transition", turn) if turned else ("decision", f"limited by {decision.limited_by}")
        went_by = inputs.told(decision, snapshot, now)
        return [event(kind, title, now, reasons=decision.reasons, mode=mode.value, detail=went_by)]


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
