"""The controller of a twin: the core and its book of orders, with a memory that may be killed and taken up again.

One cycle is that of `controller/loop.py`: requests, settle, decide, reconcile, intend, commit, send.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

from pydantic import TypeAdapter

from services.controller.core.book import Book, Key
from services.controller.core.decide import decide
from services.controller.core.holds import HoldRefused
from services.controller.core.memory import Phase, State
from services.controller.core.moments import Now
from services.controller.core.orders import Order, Sent
from services.controller.core.plant import Limits
from services.controller.core.reconcile import reconcile
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import resume
from services.controller.core.wanted import Decision
from services.shared.vocabulary import Control
from services.simulator.twin.field import Answer
from services.simulator.twin.step import Step

_STATE = TypeAdapter(State)
_SENT = TypeAdapter(Sent)


Request = Callable[[State, Snapshot, Now], State]
"""What a person asks for: raises HoldRefused."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """What one cycle led to: the step for the invariants, the orders with their ids, and when more may be due (monotonic s)."""

    step: Step
    sending: tuple[tuple[Order, str], ...]
    due_mono_s: float


class Controller:
    """Its memory and its book; `stored` and `written` are what its card holds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._processes = count(1)
        self._stored: State | None = None
        self._written: dict[Key, Sent] = {}
        self.state: State | None = None
        self.refused: list[str] = []
        self._requests: list[Request] = []
        self._book = Book(iter(()))

    def begin(self, now: Now) -> None:
        """A new process takes up what the card holds, by its written form, as the loop does."""
        process = next(self._processes)
        self._book = Book(f"{process}-{number}" for number in count(1))
        stored = None if self._stored is None else _STATE.validate_json(_STATE.dump_json(self._stored))
        self.state = resume(stored, now) if stored else State(Phase.STARTING, started=now)
        self._book.remember(_read_back(self._written), now)

    def die(self) -> None:
        """Everything that was not written down is gone."""
        self.state = None

    def hear(self, answers: tuple[Answer, ...], now: Now) -> None:
        """The devices' answers; those to an earlier process mean nothing to this one."""
        for one in answers:
            self._book.answered(one.order_id, one.phase, now, one.detail, one.again_s)

    def cycle(self, snapshot: Snapshot, now: Now, *, writes: bool = True) -> Cycle:
        """Decide once. Without `writes` the process dies before its commit, and whoever asked for something asks again."""
        limits, before = self._limits, self._with_requests(snapshot, now)
        self._book.settle(snapshot, limits, now, before.doubted)
        decision = decide(before, snapshot, limits, now)
        orders, due = self._orders(decision, snapshot, now)
        self._book.intend(orders, now)
        sending = tuple((order, self._book.written(order).id) for order in orders)
        if writes:
            self.state = self._stored = decision.state
            self._written.update(self._book.take_dirty())
            self._requests.clear()
        return Cycle(Step(before, snapshot, decision, orders, limits, now), sending, due)

    def more(self, cycle: Cycle, now: Now) -> Cycle:
        """What else goes out by the same decision, a moment later and with nothing new to decide on."""
        step = cycle.step
        orders, due = self._orders(step.decision, step.snapshot, now)
        self._book.intend(orders, now)
        self._written.update(self._book.take_dirty())
        sending = tuple((order, self._book.written(order).id) for order in orders)
        return Cycle(Step(step.decision.state, step.snapshot, step.decision, orders, self._limits, now), sending, due)

    def ask(self, request: Request) -> None:
        """A person asks for something; it is carried out before the next decision."""
        self._requests.append(request)

    def _with_requests(self, snapshot: Snapshot, now: Now) -> State:
        assert self.state is not None
        state = self.state
        for request in self._requests:
            try:
                state = request(state, snapshot, now)
            except HoldRefused as refusal:
                self.refused.append(str(refusal))
        return state

    def _orders(self, decision: Decision, snapshot: Snapshot, now: Now) -> tuple[tuple[Order, ...], float]:
        if self._limits.control is not Control.ARMED:
            return (), float("inf")
        return reconcile(decision.targets, snapshot, self._book.view(), self._limits, now)


def _read_back(orders: Mapping[Key, Sent]) -> dict[Key, Sent]:
    return {key: _SENT.validate_json(_SENT.dump_json(sent)) for key, sent in orders.items()}
