"""What waits for the disk, in bounded memory. When there is too much, readings go first; events go last, their owners re-send.

A row keeps its message from being acknowledged until it is stored, so that the broker has it too. What comes again while it waits
(a new connection, an owner that re-sends) is the same row and takes no further room.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, fields
from math import inf

from services.api.history.rows import Row
from services.shared.receipt import Release

READINGS_PER_COMMIT = 1_000
READINGS_WAIT_S = 30.0
OTHERS_WAIT_S = 3.0
"""Events, states and alarms: what one act leaves (sent, acknowledged, confirmed) is one commit, and spares the card two."""
FLOOD_ENDED_S = 2.0
"""After so long without a reading the rest of a flood is due too."""
LARGEST = 40_000
"""Rows: about 50 MB here; and the broker numbers no more than 65,535 messages to one client before a number comes again."""
MOST_PER_COMMIT = 5_000
"""Rows of a kind in one commit: a query never waits for more."""


@dataclass(slots=True)
class Kept:
    """A row that waits, and the messages that brought it."""

    row: Row
    releases: list[Release]


Queue = OrderedDict[Hashable, Kept]


@dataclass(slots=True)
class Batch:
    """What goes to the disk in one commit."""

    readings: Queue = field(default_factory=OrderedDict)
    states: Queue = field(default_factory=OrderedDict)
    alarms: Queue = field(default_factory=OrderedDict)
    events: Queue = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self.readings) + len(self.states) + len(self.alarms) + len(self.events)

    def halves(self) -> tuple["Batch", "Batch"]:
        """Two batches of which each is smaller, if it holds more than one row."""
        items = [(queue, key, kept) for queue in fields(self) for key, kept in getattr(self, queue.name).items()]
        halves = Batch(), Batch()
        for number, (queue, key, kept) in enumerate(items):
            getattr(halves[number >= len(items) // 2], queue.name)[key] = kept
        return halves

    def releases(self) -> Iterator[Release]:
        """Those of all its rows."""
        for queue in (self.readings, self.states, self.alarms, self.events):
            for kept in queue.values():
                yield from kept.releases


def rows_of(queue: Queue) -> list[Row]:
    """The rows alone, in order."""
    return [kept.row for kept in queue.values()]


class Buffer:
    """Four queues in the order in which they are given up. `dropped` counts rows that were given up, for ever.

    A batch that is on its way to the disk counts until it is `stored` or `put_back`; there is one at a time.
    """

    def __init__(self, largest: int = LARGEST) -> None:
        self.readings: Queue = OrderedDict()
        self.states: Queue = OrderedDict()
        self.alarms: Queue = OrderedDict()
        self.events: Queue = OrderedDict()
        self.dropped = 0
        self._largest = largest
        self._away = 0
        self._oldest_mono_s: float | None = None
        self._newest_mono_s = 0.0
        self._others_mono_s: float | None = None
        self._is_flood = False

    def __len__(self) -> int:
        return self._away + sum(len(queue) for queue in self._queues())

    def add_reading(self, key: Hashable, row: Row, mono_s: float, release: Release) -> None:
        """Queue a reading that came at this moment."""
        if self._oldest_mono_s is None:
            self._oldest_mono_s = mono_s
        self._newest_mono_s = mono_s
        self.add(self.readings, key, row, release)

    def add(self, queue: Queue, key: Hashable, row: Row, *releases: Release) -> None:
        """Queue a row under what makes it unique; a second one is the first."""
        kept = queue.get(key)
        if kept is None:
            queue[key] = Kept(row, list(releases))
            self._trim()
        else:
            kept.releases.extend(releases)

    def take(self, mono_s: float, *, everything: bool = False) -> Batch:
        """What is due by its number or its age, or all of it when everything is asked."""
        most = MOST_PER_COMMIT if everything or self._readings_due(mono_s) else 0
        others = MOST_PER_COMMIT if everything or self._others_due(mono_s) else 0
        batch = Batch(_taken(self.readings, most), *(_taken(queue, others) for queue in (self.states, self.alarms, self.events)))
        if not self.readings:
            self._oldest_mono_s = None
        if batch.readings:
            self._is_flood = len(batch.readings) >= READINGS_PER_COMMIT
        self._away = len(batch)
        return batch

    def stored(self, batch: Batch) -> None:
        """The batch, or a part of it, is on the disk."""
        self._away = max(0, self._away - len(batch))

    def put_back(self, batch: Batch) -> None:
        """The batch could not be stored: back in front, with what came again meanwhile."""
        self._away = max(0, self._away - len(batch))
        for queue, before in zip(self._queues(), (batch.readings, batch.states, batch.alarms, batch.events), strict=True):
            later = queue.copy()
            queue.clear()
            queue.update(before)
            for key, kept in later.items():
                queue.setdefault(key, Kept(kept.row, [])).releases.extend(kept.releases)
        self._oldest_mono_s = -inf if self.readings else None
        self._trim()

    def _readings_due(self, mono_s: float) -> bool:
        waited_s = 0.0 if self._oldest_mono_s is None else mono_s - self._oldest_mono_s
        rest_of_flood = self._is_flood and mono_s - self._newest_mono_s >= FLOOD_ENDED_S
        return len(self.readings) >= READINGS_PER_COMMIT or waited_s >= READINGS_WAIT_S or rest_of_flood

    def _others_due(self, mono_s: float) -> bool:
        waiting = len(self.states) + len(self.alarms) + len(self.events)
        if not waiting:
            return False
        if self._others_mono_s is None:
            self._others_mono_s = mono_s
        if waiting < READINGS_PER_COMMIT and mono_s - self._others_mono_s < OTHERS_WAIT_S:
            return False
        self._others_mono_s = None
        return True

    def _queues(self) -> tuple[Queue, Queue, Queue, Queue]:
        return self.readings, self.states, self.alarms, self.events

    def _trim(self) -> None:
        while len(self) > self._largest:
            queue = next((queue for queue in self._queues() if queue), None)
            if queue is None:
                return
            for release in queue.popitem(last=False)[1].releases:
                release()
            self.dropped += 1


def _taken(queue: Queue, most: int) -> Queue:
    return OrderedDict(queue.popitem(last=False) for _ in range(min(len(queue), most)))
