"""Messages as rows. What cannot be a row (a number that SQLite cannot hold) is None: it is counted and left out."""

import json
from datetime import UTC, datetime
from enum import IntFlag
from typing import Any

from services.shared.messages import Alarm, Event, Reading
from services.shared.vocabulary import Quality

Row = dict[str, Any]
_LATEST_MS = 4_102_444_800_000  # 2100-01-01
_LARGEST_SEQ = 2**53
EVENT_KEY = ("source", "ledger_seq", "happened_ms")
"""What makes an event's row unique; with the moment, because a ledger that begins anew gives its numbers again."""
ALARM_KEY = ("source", "key", "since_ms", "active")
"""What makes an alarm's row unique."""


SENSOR_BITS = 14
"""Of the key of a reading; the time is in the rest."""
MOST_SENSORS = 2**SENSOR_BITS - 1


def reading_key(ts_ms: int, sensor_id: int = 0) -> int:
    """The key of a reading of a sensor at a moment; without a sensor, where the keys of that moment begin."""
    return ts_ms << SENSOR_BITS | sensor_id


class Flag(IntFlag):
    """The bits of `readings.flags`."""

    BAD = 1
    FORCED = 2
    LATE = 4
    CLOCK_UNTRUSTED = 8


def milliseconds(at: float) -> int | None:
    """Unix seconds as whole milliseconds; None outside 1970 to 2100."""
    ms = round(at * 1000) if abs(at) < _LATEST_MS else -1
    return ms if 0 <= ms < _LATEST_MS else None


def timestamp(ms: int) -> str:
    """Unix milliseconds as ISO 8601 UTC, such as 2026-11-22T08:00:00.000Z: it sorts as text."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def of_reading(reading: Reading) -> Row | None:
    """A row of `readings`, still with the names that `sensors` turns into a number."""
    ms = milliseconds(reading.measured_at)
    if ms is None:
        return None
    bad = reading.quality is not Quality.GOOD or reading.value is None
    return {
        "sensor": (reading.device, reading.quantity, reading.unit, reading.label),
        "ts_ms": ms,
        "value": None if bad else reading.value,
        "flags": int(
            (Flag.BAD if bad else 0)
            | (Flag.FORCED if reading.forced else 0)
            | (Flag.LATE if reading.hist else 0)
            | (0 if reading.clock_trusted else Flag.CLOCK_UNTRUSTED)
        ),
    }


def of_event(event: Event) -> Row | None:
    """A row of `events`, without the number of its ledger."""
    ms = milliseconds(event.happened_at)
    if ms is None or not 1 <= event.ledger_seq < _LARGEST_SEQ:
        return None
    return {
        **event.model_dump(include={"source", "boot", "ledger_seq", "kind", "title", "mode", "device", "target"}),
        **event.model_dump(include={"command_id", "seconds", "who", "detail"}),
        "happened_ms": ms,
        "timestamp": timestamp(ms),
        "clock_trusted": int(event.clock_trusted),
        "reasons": json.dumps(event.reasons, ensure_ascii=False),
        "phase": None if event.phase is None else event.phase.value,
        "act": event.act or (_first_word(event.title) if event.kind == "command" else ""),
    }


def _first_word(title: str) -> str:
    """The kind of command of an owner that does not say it apart: its titles begin with it."""
    return title.partition(" ")[0]


def of_alarm(alarm: Alarm) -> Row | None:
    """A row of `alarms`."""
    since_ms = milliseconds(alarm.since_at)
    sent_ms = milliseconds(alarm.sent_at)
    if since_ms is None or sent_ms is None:
        return None
    return {
        **alarm.model_dump(include={"source", "key", "cause", "consequence", "action"}),
        "timestamp": timestamp(sent_ms),
        "active": int(alarm.active),
        "kind": alarm.kind.value,
        "since_ms": since_ms,
    }
