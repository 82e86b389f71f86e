"""What waits for the card, in memory: the last orders, events, and answered requests, until one commit holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.controller.answered import KEPT, Answered
from services.controller.core.book import Key
from services.controller.core.orders import Sent
from services.shared.messages import Event

EVENTS_KEPT = 10_000  # for a card that refuses


@dataclass(slots=True)
class Pending:
    """Of orders the newest of each target and path; of events and answers all, oldest first."""

    orders: dict[Key, Sent] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    answered: tuple[Answered, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self.orders or self.events or self.answered)

    def add(self, orders: Mapping[Key, Sent], events: tuple[Event, ...], answered: tuple[Answered, ...]) -> None:
        """What a decision leaves."""
        self.orders = {**self.orders, **orders}
        self.events = (*self.events, *events)
        self.answered = (*self.answered, *answered)

    def take(self) -> "Pending":
        """All of it, for a commit; here nothing waits any more."""
        taken = Pending(self.orders, self.events, self.answered)
        self.orders, self.events, self.answered = {}, (), ()
        return taken

    def take_back(self, taken: "Pending") -> None:
        """The commit was refused: what it held is older than what came since."""
        self.orders = {**taken.orders, **self.orders}
        self.events = (*taken.events, *self.events)
        self.answered = (*taken.answered, *self.answered)

    def trim(self) -> int:
        """Give up the oldest of what is too much; how many events that were."""
        too_many = max(0, len(self.events) - EVENTS_KEPT)
        self.events = self.events[-EVENTS_KEPT:]
        self.answered = self.answered[-KEPT:]
        return too_many

    @property
    def is_urgent(self) -> bool:
        """Whether a crash would lose more than leases that were renewed, which it renews sooner."""
        return bool(self.events or self.answered) or any(not sent.done or sent.failed for sent in self.orders.values())
