"""What waits to be published: in memory, bounded, in order, and still there when the broker comes back empty."""

from collections import OrderedDict, deque
from dataclasses import dataclass, replace

from services.shared.messages import AlarmState, Desired, Devices, Message, Presence, Reading, Reported, State, SwitchReading

LEVELS = (AlarmState, Desired, Devices, Presence, Reported, State)
"""Only the newest of a topic is worth waiting: what changed between two of them is told by events."""
RECENT = 200
"""Acknowledged readings that are sent once more after an outage: the broker may have died with them in its hands."""
WINDOW = 200
"""Publishes that may be unacknowledged at a time, so that the client's own unbounded queue stays small."""


MEASURED = 5_000
"""Topics of readings that are renewed after a connect: devices name them. What is more is sent, and comes again with its poll."""


@dataclass(frozen=True, slots=True)
class Item:
    """One message as it goes out. `late` is a reading that waited out an outage: history, never live, never retained."""

    seq: int
    topic: str
    payload: bytes
    retain: bool
    kind: type[Message]
    late: bool = False

    def on_the_wire(self) -> tuple[bytes, bool]:
        """The payload and the retain flag."""
        if not self.late:
            return self.payload, self.retain
        reading = Reading.model_validate_json(self.payload).model_copy(update={"hist": True})
        return reading.model_dump_json(by_alias=True).encode(), False


class Outgoing:
    """Live messages first, then history. At most `limit` wait, and one more per retained topic.

    A full backlog drops its oldest, history before live, and counts it in `dropped`. After a connect history is held until
    `release`: a broker that came back empty has forgotten who listens, and acknowledges what nobody hears. For the same reason
    readings sent live meanwhile are sent again as history; a duplicate shows by its (boot, seq).
    """

    def __init__(self, limit: int, window: int = WINDOW) -> None:
        self.dropped = 0
        self._limit = limit
        self._window = window
        self._live: OrderedDict[int, Item] = OrderedDict()
        self._history: OrderedDict[int, Item] = OrderedDict()
        self._in_flight: OrderedDict[int, Item] = OrderedDict()
        self._newest: dict[str, Item] = {}
        self._recent: deque[Item] = deque(maxlen=limit)
        self._held = True

    def __len__(self) -> int:
        return len(self._live) + len(self._history) + len(self._in_flight)

    def put(self, item: Item) -> None:
        """Add a message at the end."""
        if item.retain:
            before = self._newest.get(item.topic)
            if before is not None and issubclass(item.kind, LEVELS):
                self._live.pop(before.seq, None)
            if before is not None or self._is_room_for(item):
                self._newest[item.topic] = item
        self._live[item.seq] = item
        self._trim()

    def next(self) -> Item | None:
        """The next message to hand to the client, or None when none waits or too many are unacknowledged."""
        if len(self._in_flight) >= self._window:
            return None
        if self._live:
            return self._live.popitem(last=False)[1]
        if self._history and not self._held:
            return self._history.popitem(last=False)[1]
        return None

    def sent(self, mid: int, item: Item) -> None:
        """The client has taken it under the number `mid`."""
        self._in_flight[mid] = item

    def acknowledged(self, mid: int) -> None:
        """The broker has it."""
        item = self._in_flight.pop(mid, None)
        if item is None or item.late or not issubclass(item.kind, Reading):
            return
        self._recent.append(replace(item, late=True))
        while not self._held and len(self._recent) > RECENT:
            self._recent.popleft()

    def reconnected(self) -> None:
        """What is unacknowledged waits again, older readings become history, and all that is retained is renewed."""
        unacknowledged = list(self._in_flight.values())
        self._in_flight.clear()
        history = [item for item in unacknowledged if item.late] + list(self._history.values()) + list(self._recent)
        self._recent.clear()
        self._held = True
        live = [item for item in unacknowledged if not item.late] + list(self._live.values())
        self._live = OrderedDict((item.seq, item) for item in self._newest.values())
        for item in live:
            newest = self._newest.get(item.topic) is item
            if issubclass(item.kind, Reading) and not newest:
                history.append(replace(item, late=True))
            elif newest or not issubclass(item.kind, LEVELS):
                self._live[item.seq] = item
                self._live.move_to_end(item.seq)
        self._history = _in_order(history)

    def release(self) -> None:
        """Everybody has had the time to listen again: history goes out."""
        self._history = _in_order([*self._history.values(), *self._recent])
        self._recent.clear()
        self._held = False

    def _is_room_for(self, item: Item) -> bool:
        """Whether one more topic is remembered."""
        return len(self._newest) < MEASURED or not issubclass(item.kind, (Reading, SwitchReading))

    def _trim(self) -> None:
        # What is retained comes on top: renewing it must not push a message out.
        while len(self._live) + len(self._history) > self._limit + len(self._newest):
            (self._history or self._live).popitem(last=False)
            self.dropped += 1


def _in_order(items: list[Item]) -> OrderedDict[int, Item]:
    return OrderedDict((item.seq, item) for item in sorted(items, key=lambda item: item.seq))
