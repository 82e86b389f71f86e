"""The loop that obeys the core: gather, decide, write down, send, tell, wait.

Each cycle begins from what the devices really say. What was decided is in the ledger before any order goes out, in one commit;
what is only told waits until the orders are on their way.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from services.controller import past_trips
from services.controller.audit import Turns, by_itself, by_restart
from services.controller.core.decide import decide
from services.controller.core.memory import Phase, State
from services.controller.core.moments import Now
from services.controller.core.orders import LedgerView, Order
from services.controller.core.plant import Limits
from services.controller.core.reconcile import reconcile
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import resume
from services.controller.core.wanted import Decision
from services.controller.dispatch import Dispatch
from services.controller.ledger import Ledger
from services.controller.ledger_rows import LOST_TRIP
from services.controller.readback import Readback
from services.controller.record import Record
from services.controller.report import Report
from services.controller.requests import Answer, Requests
from services.controller.senses import Senses
from services.controller.wake import Wake
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Event, Request
from services.shared.vocabulary import Control

log = logging.getLogger(__name__)

Orders = Callable[[Decision, Snapshot, LedgerView, Limits, Now], tuple[tuple[Order, ...], float]]
"""The orders to send now for a decision, and the moment at which more may be due."""

_PASSES_TO_THE_WIRE = 4  # of the event loop: then a call that finds its connection open has been written


def all_orders(
    decision: Decision, snapshot: Snapshot, view: LedgerView, limits: Limits, now: Now
) -> tuple[tuple[Order, ...], float]:
    """Everything that is wanted and not read back."""
    return reconcile(decision.targets, snapshot, view, limits, now)


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
    stepped: Callable[[float], None] = lambda _: None
    """Told how many seconds each step took."""
    orders: Orders = all_orders
    """What of a decision is sent."""


class Loop:
    """One decision after the other, as long as the process lives."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._state: State | None = None
        self._record = Record(parts.ledger, parts.report)
        self._requests = Requests(parts.limits, parts.bus)
        self._since_start: list[Event] = []
        self._turns = Turns()
        self._asked_mono_s = float("-inf")
        self.decided_mono_s = float("-inf")

    @property
    def storage_fault(self) -> str | None:
        """Why the card refuses; None while it does not."""
        return self._record.fault

    @property
    def events_dropped(self) -> int:
        """Events that were given up since the start: history took them too late, or the card did."""
        return self._record.dropped

    def ask(self, request: Request, answer: Answer | None = None) -> None:
        """A request to be carried out before the next decision; the reply goes to the bus and to `answer`."""
        self._requests.add(request, answer)
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
        stored, orders = await self._record.load(now)
        self._requests.remember(await self._record.answered())
        self._state = resume(stored, now) if stored else State(Phase.STARTING, started=now)
        self._since_start = list(by_restart(stored, self._state, now)) if stored else []
        latched = {trip.key for trip in self._state.trips}
        if stored is None or LOST_TRIP in latched:
            for one in past_trips.over(self._parts.limits, latched, now):
                self._parts.bus.publish(one)
        self._parts.dispatch.remember(orders, now)
        log.info("begins %s, control %s", "where the ledger left off" if stored else "without a past", self._parts.limits.control)

    async def _cycle(self) -> float:
        parts, now = self._parts, self._now()
        assert self._state is not None
        snapshot = parts.readback.snapshot(parts.senses, now.mono_s)
        alarmed = {key for key, _ in self._state.alarmed}
        before, asked = self._requests.carry_out(self._state, snapshot, now)
        parts.dispatch.settle(snapshot, now, before.doubted)
        decision = decide(before, snapshot, parts.limits, now)
        self._nudge(decision)
        orders, due = self._orders(decision, snapshot, now)
        if self._is_armed:
            parts.dispatch.intend(orders, now)
        asked += [*by_itself(before, decision.state, now), *self._turns.of(before, decision, snapshot, now)]
        self._state, self.decided_mono_s = decision.state, now.mono_s
        written = await self._write_down(asked, now)
        if self._is_armed:
            await self._launch(orders)
        for one in written:
            parts.bus.publish(one)
        self._requests.answer(stored=self._record.has_latched(self._state))
        parts.report.tell(decision, snapshot, () if self._is_armed else orders, now, alarmed)
        parts.stepped(self._now().mono_s - now.mono_s)
        return min(decision.next_due, due)

    def _nudge(self, decision: Decision) -> None:
        if decision.targets.asked_mono_s > self._asked_mono_s:
            self._asked_mono_s = decision.targets.asked_mono_s
            self._parts.nudge_lost()

    def _orders(self, decision: Decision, snapshot: Snapshot, now: Now) -> tuple[tuple[Order, ...], float]:
        parts = self._parts
        if self._is_armed:
            return parts.orders(decision, snapshot, parts.dispatch.view(), parts.limits, now)
        return parts.orders(decision, snapshot, LedgerView(), _unpaced(parts.limits), now)[0], float("inf")

    async def _write_down(self, asked: list[Event], now: Now) -> tuple[Event, ...]:
        assert self._state is not None
        events, self._since_start = (*self._since_start, *asked), []
        orders, told = self._parts.dispatch.take_news()
        return await self._record.write(self._state, orders, (*events, *told), now, self._requests.answered())

    async def _launch(self, orders: tuple[Order, ...]) -> None:
        """Send, and let the calls reach the wire before anything is told."""
        self._parts.dispatch.launch(orders)
        for _ in range(_PASSES_TO_THE_WIRE if orders else 0):
            await asyncio.sleep(0)

    def _now(self) -> Now:
        moment = self._parts.clock.now()
        return Now(moment.mono_s, moment.wall_s, moment.wall_trusted, moment.host_boot)


def _unpaced(limits: Limits) -> Limits:
    """For showing all that would be done, not what would be next."""
    paces = {name: replace(pace, interval_s=0.0, in_flight=10_000) for name, pace in limits.paces.items()}
    return replace(limits, paces=paces, fan_start_spacing_s=0.0)
