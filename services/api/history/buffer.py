"""What waits for the disk, in bounded memory. When there is too much, readings go first; events go last, their owners re-send."""

from collections import deque
from dataclasses import dataclass, field

from services.api.history.rows import Row

READINGS_PER_COMMIT = 1_000
READINGS_WAIT_S = 30.0
_LARGEST = 50_000  # rows; about 50 MB


@dataclass(slots=True)
class Batch:
    """What goes to the disk in one commit."""

    readings: list[Row] = field(default_factory=list)
    states: list[Row] = field(default_factory=list)
    alarms: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.readings or self.states or self.alarms or self.events)


class Buffer:
    """Four queues in the order in which they are given up. `dropped` counts rows that were given up, for ever."""

    def __init__(self, largest: int = _LARGEST) -> None:
        self.readings: deque[Row] = deque()
        self.states: deque[Row] = deque()
        self.alarms: deque[Row] = deque()
        self.events: deque[Row] = deque()
        self.dropped = 0
        self._largest = largest
        self._oldest_mono_s: float | None = None

    def __len__(self) -> int:
        return len(self.readings) + len(self.states) + len(self.alarms) + len(self.events)

    def add_reading(self, row: Row, mono_s: float) -> None:
        """Queue a reading that came at this moment."""
        if self._oldest_mono_s is None:
            self._oldest_mono_s = mono_s
        self.readings.append(row)
        self.trim()

    def trim(self) -> None:
        """Give up the oldest rows of the least needed queue until all fit."""
        while len(self) > self._largest:
            queue = next(queue for queue in (self.readings, self.states, self.alarms, self.events) if queue)
            queue.popleft()
            self.dropped += 1

    def take(self, mono_s: float, *, everything: bool = False) -> Batch:
        """What is due: events, states and alarms always; readings by number or age (or when everything is asked)."""
        batch = Batch(states=list(self.states), alarms=list(self.alarms), events=list(self.events))
        for queue in (self.states, self.alarms, self.events):
            queue.clear()
        if everything or self._readings_due(mono_s):
            batch.readings = list(self.readings)
            self.readings.clear()
            self._oldest_mono_s = None
        return batch

    def put_back(self, batch: Batch, mono_s: float) -> None:
        """A batch that could not be stored, back in front."""
        self.readings.extendleft(reversed(batch.readings))
        self.states.extendleft(reversed(batch.states))
        self.alarms.extendleft(reversed(batch.alarms))
        self.events.extendleft(reversed(batch.events))
        if self.readings:
            self._oldest_mono_s = mono_s - READINGS_WAIT_S
        self.trim()

    def _readings_due(self, mono_s: float) -> bool:
        waited_s = 0.0 if self._oldest_mono_s is None else mono_s - self._oldest_mono_s
        return len(self.readings) >= READINGS_PER_COMMIT or waited_s >= READINGS_WAIT_S
