"""One step of the twin as its invariants see it: what was remembered, seen, decided and ordered."""

from collections.abc import Callable
from dataclasses import dataclass

from services.controller.core.memory import State
from services.controller.core.moments import Now
from services.controller.core.orders import Order
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.core.wanted import Decision


@dataclass(frozen=True, slots=True)
class Step:
    """`before` is the state that `decision` was made from, at the moment `now`; `orders` are what goes out after it."""

    before: State
    snapshot: Snapshot
    decision: Decision
    orders: tuple[Order, ...]
    limits: Limits
    now: Now


Check = Callable[[Step], tuple[str, ...]]
"""What is wrong with a step, in words; empty when nothing is."""


@dataclass(frozen=True, slots=True)
class DayResult:
    """A day that was run: what was violated (with its moment), how many steps were decided, what happened."""

    seed: int
    violations: tuple[str, ...]
    steps: int
    story: tuple[str, ...]
