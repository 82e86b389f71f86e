"""What is published of the alarms: the most severe first, and never more than the broker takes."""

from collections.abc import Callable, Iterable

from services.notifier.record import Record, severity
from services.notifier.text import one_line
from services.shared.messages import AlarmState, ChannelHealth, Message, OpenAlarm

SHOWN_BYTES = 200_000
"""Of the 250,000 that a message may have; the channels' health is beside it."""
SHOWN_RECEIPTS = 8
_WORDS, _NAME = 500, 120


Publish = Callable[[Message], None]


class Board:
    """Publishes what stands when it is not what was said last."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._last: AlarmState | None = None

    def show(self, records: Iterable[Record], channels: tuple[ChannelHealth, ...]) -> None:
        """Say what stands."""
        state = board(records, channels)
        if state != self._last:
            self._last = state
            self._publish(state)


def board(records: Iterable[Record], channels: tuple[ChannelHealth, ...]) -> AlarmState:
    """What stands, as far as it fits."""
    shown: list[OpenAlarm] = []
    size = 0
    for record in sorted((one for one in records if one.shown), key=_order):
        alarm = _open(record)
        size += len(alarm.model_dump_json().encode()) + 1
        if size > SHOWN_BYTES:
            break
        shown.append(alarm)
    return AlarmState(alarms=tuple(shown), channels=channels)


def _order(record: Record) -> tuple[bool, int, float, str]:
    return (not record.active, -severity(record.kind), -record.since_at, record.key)


def _open(record: Record) -> OpenAlarm:
    return OpenAlarm(
        key=record.key, kind=record.kind, priority=record.priority, state=record.standing, active=record.active,
        cause=one_line(record.cause, _WORDS), consequence=one_line(record.consequence, _WORDS),
        action=one_line(record.action, _WORDS), since_at=record.since_at, ended_at=record.ended_at,
        acknowledged_by=one_line(record.acknowledged_by, _NAME), acknowledged_until_at=record.acknowledged_until_at,
        shelved_by=one_line(record.shelved_by, _NAME), shelved_until_at=record.shelved_until_at, escalated=record.escalated,
        receipts=tuple(one_line(receipt.text, _WORDS) for receipt in record.receipts[-SHOWN_RECEIPTS:]),
    )  # fmt: skip
