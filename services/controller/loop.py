"""The loop that obeys the core: gather, decide, write down, tell, send, wait.

Each cycle begins from what the devices really say. What was decided is in the ledger before any order goes out, in one commit.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from services.controller.asked import carry_out
from services.controller.core.decide import decide
from services.controller.core.holds import HoldRefused
from services.controller.core.memory import Phase, State
from services.controller.core.moments import Now
from services.controller.core.orders import LedgerView, Order, Sent
from services.controller.core.plant import Limits
from services.controller.core.reconcile import reconcile
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import resume
from services.controller.core.wanted import Decision
from services.controller.dispatch import Dispatch
from services.controller.ledger import Ledger
from services.controller.readback import Readback
from services.controller.report import Report
from services.controller.senses import Senses
from services.controller.wake import Wake
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Event, Reply, Request
from services.shared.vocabulary import Control

log = logging.getLogger(__name__)

_UNWRITTEN_KEPT = 10_000  # events that wait in memory for a card that refuses


@dataclass(frozen=True, slots=True)
class Parts:
    """What the loop works with; made in `main`."""

    limits: Limits
    clock: Clock
    bus: Bus
    ledger: Ledger
    senses: Senses
    readback: Readback
    dispatch: Dispatch
    report: Report
    wake: Wake
    nudge_lost: Callable[[], None] = lambda: None
    """Ask the devices that count as lost once more, because load must come off."""


class Loop:
    """One decision after the other, as long as the process lives."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._state: State | None = None
        self._saved: State | None = None
        self._requests: list[tuple[Request, asyncio.Future[Reply] | None]] = []
        self._told: tuple[str, ...] = ()
        self._unwritten: tuple[Event, ...] = ()
        self._unwritten_orders: dict[tuple[str, str], Sent] = {}
        self._asked_mono_s = float("-inf")
        self.storage_fault: str | None = None
        self.decided_mono_s = float("-inf")

    def ask(self, request: Request, answer: asyncio.Future[Reply] | None = None) -> None:
        """A request to be carried out before the next decision; the reply goes to the bus and to `answer`."""
        self._requests.append((request, answer))
        self._parts.wake.urgently()

    async def run(self) -> None:
        """Begin where the ledger left off, then decide for ever."""
        await self._begin()
        while True:
            due_mono_s = await self._cycle()
            await self._parts.wake.wait(due_mono_s - self._now().mono_s)

    @property
    def _is_armed(self) -> bool:
        return self._parts.limits.control is Control.ARMED

    async def _begin(self) -> None:
        now = self._now()
        stored, orders = await self._parts.ledger.load()
        self._state = resume(stored, now) if stored else State(Phase.STARTING, started=now)
        self._parts.dispatch.remember(orders, now.host_boot)
        if self._parts.ledger.damage:
            log.error("the ledger was damaged: %s", self._parts.ledger.damage)
            self._parts.report.tell_ledger(f"damaged at the start: {self._parts.ledger.damage}", now)
        else:
            self._parts.report.tell_ledger(None, now)  # what an earlier process said of it is over
        log.info("begins %s, control %s", "where the ledger left off" if stored else "without a past", self._parts.limits.control)

    async def _cycle(self) -> float:
        parts, now = self._parts, self._now()
        assert self._state is not None
        snapshot = parts.readback.snapshot(parts.senses, now.mono_s)
        before = {key for key, _ in self._state.alarmed}
        asked, answers = self._carry_out_requests(snapshot, now)
        parts.dispatch.settle(now)
        decision = decide(self._state, snapshot, parts.limits, now)
        if decision.targets.asked_mono_s > self._asked_mono_s:
            self._asked_mono_s = decision.targets.asked_mono_s
            parts.nudge_lost()
        orders, due = self._orders(decision, snapshot, now)
        if self._is_armed:
            parts.dispatch.intend(orders, now)
        events = asked + self._transitions(decision, now)
        self._state = decision.state
        self.decided_mono_s = now.mono_s
        await self._write_down(events)
        for answer in answers:  # what is answered is on the card
            answer()
        parts.report.tell(decision, snapshot, () if self._is_armed else orders, now, before)
        if self._is_armed:
            parts.dispatch.launch(orders)
        return min(decision.next_due, due)

    def _orders(self, decision: Decision, snapshot: Snapshot, now: Now) -> tuple[tuple[Order, ...], float]:
        view = self._parts.dispatch.view()
        if self._is_armed:
            return reconcile(decision.targets, snapshot, view, self._parts.limits, now)
        return reconcile(decision.targets, snapshot, LedgerView(), _unpaced(self._parts.limits), now)[0], float("inf")

    def _carry_out_requests(self, snapshot: Snapshot, now: Now) -> tuple[list[Event], list[Callable[[], None]]]:
        events: list[Event] = []
        answers: list[Callable[[], None]] = []
        requests, self._requests = self._requests, []
        for request, answer in requests:
            reply, event = self._carry_out(request, snapshot, now)
            events.append(event)
            answers.append(partial(self._answer, reply, answer))
        return events, answers

    def _answer(self, reply: Reply, answer: asyncio.Future[Reply] | None) -> None:
        self._parts.bus.publish(reply)
        if answer is not None and not answer.done():
            answer.set_result(reply)

    def _carry_out(self, request: Request, snapshot: Snapshot, now: Now) -> tuple[Reply, Event]:
        assert self._state is not None
        try:
            self._state, result = carry_out(request, self._state, snapshot, self._parts.limits, now)
            accepted, reason = True, "done" if self._is_armed else "noted; control is observe, so nothing is commanded"
        except HoldRefused as refusal:
            accepted, reason, result = False, str(refusal), {}
        reply = Reply(subject=(request.id,), request_id=request.id, accepted=accepted, reason=reason, result=json.dumps(result))
        title = f"{request.verb} by {request.who}: {reason}"
        return reply, _event(
            "audit", title, now, who=request.who, reasons=(request.reason,) if request.reason else (), detail=request.payload
        )

    def _transitions(self, decision: Decision, now: Now) -> list[Event]:
        """A change of mode is a transition; a change of reasons within a mode is a decision."""
        assert self._state is not None
        rules = (decision.limited_by, *(f"{c.rule} {c.scope} {c.kw:.0f}" for c in decision.ceilings))
        mode = decision.state.mode
        if mode is not self._state.mode or self._state.mode_since is None:
            self._told = rules
            log.info("%s: %s", mode, "; ".join(decision.reasons))
            return [_event("transition", f"{self._state.mode} to {mode}", now, reasons=decision.reasons, mode=mode.value)]
        if rules != self._told:
            self._told = rules
            return [_event("decision", f"limited by {decision.limited_by}", now, reasons=decision.reasons, mode=mode.value)]
        return []

    async def _write_down(self, events: list[Event]) -> None:
        """One commit for state, orders and events. A card that refuses never stops control: it is an alarm."""
        news, told = self._parts.dispatch.take_news()
        state = self._state if self._state != self._saved else None
        orders = self._unwritten_orders | news
        every = (*self._unwritten, *events, *told)
        if state is None and not orders and not every:
            return
        try:
            numbered = await self._parts.ledger.commit(state, orders, every)
        except sqlite3.Error as error:
            if self.storage_fault is None:
                log.exception("the ledger cannot be written; control goes on from memory")
                self._parts.report.tell_ledger(str(error), self._now())
            self.storage_fault = str(error)
            self._unwritten_orders, self._unwritten = orders, every[-_UNWRITTEN_KEPT:]
            return
        self._unwritten_orders, self._unwritten = {}, ()
        if self.storage_fault is not None:
            self.storage_fault = None
            self._parts.report.tell_ledger(None, self._now())
        self._saved = self._state
        for event in numbered:
            self._parts.bus.publish(event)

    def _now(self) -> Now:
        moment = self._parts.clock.now()
        return Now(moment.mono_s, moment.wall_s, moment.wall_trusted, moment.host_boot)


def _unpaced(limits: Limits) -> Limits:
    """For showing all that would be done, not what would be next."""
    paces = {name: replace(pace, interval_s=0.0, in_flight=10_000) for name, pace in limits.paces.items()}
    return replace(limits, paces=paces, fan_start_spacing_s=0.0)


def _event(kind: str, title: str, now: Now, **more: object) -> Event:
    return Event.model_validate(
        {"subject": ("controller",), "ledger_seq": 0, "kind": kind, "happened_at": now.wall_s, "title": title, **more}
    )
