"""What becomes a record: the messages and rows that history takes, each held by the broker until its row is stored."""

import itertools
import logging

from services.api.history import rows
from services.api.history.buffer import Buffer, Queue
from services.shared.clock import Clock
from services.shared.messages import Alarm, Event, Reading
from services.shared.receipt import Hold, no_hold

log = logging.getLogger(__name__)


class Intake:
    """Fills the buffer. `refused` counts what no row can hold."""

    def __init__(self, buffer: Buffer, clock: Clock) -> None:
        self.refused = 0
        self._buffer = buffer
        self._clock = clock
        self._bad: set[tuple[str, str]] = set()
        self._numbers = itertools.count()

    def take_reading(self, reading: Reading, hold: Hold = no_hold) -> None:
        """Keep a reading, and hold its message until it is stored; of a run of bad ones the first."""
        row = rows.of_reading(reading)
        if row is None:
            self.refused += 1
            return
        sensor = (reading.device, reading.quantity)
        if row["value"] is None and sensor in self._bad:
            return
        if len(self._bad) > rows.MOST_SENSORS:  # devices name what they measure
            self._bad.clear()
        (self._bad.add if row["value"] is None else self._bad.discard)(sensor)
        self._buffer.add_reading((*sensor, row["ts_ms"]), row, self._clock.now().mono_s, hold())

    def take_event(self, event: Event, hold: Hold = no_hold) -> None:
        """Keep an event of an owner's ledger, and hold its message until it is stored."""
        self._take(self._buffer.events, rows.of_event(event), rows.EVENT_KEY, hold)

    def take_alarm(self, alarm: Alarm, hold: Hold = no_hold) -> None:
        """Keep the rise or fall of an alarm, and hold its message until it is stored."""
        self._take(self._buffer.alarms, rows.of_alarm(alarm), rows.ALARM_KEY, hold)

    def take_state(self, row: rows.Row) -> None:
        """Keep a row of `mine_states`."""
        self._buffer.add(self._buffer.states, next(self._numbers), row)

    def _take(self, queue: Queue, row: rows.Row | None, key: tuple[str, ...], hold: Hold) -> None:
        if row is None:
            self.refused += 1
            log.warning("a record with an impossible number was left out")
            return
        self._buffer.add(queue, tuple(row[name] for name in key), row, hold())
