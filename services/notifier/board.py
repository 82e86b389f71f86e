"""The desk's words: an owner's as they are taken in, what stands as it is published, what changed as the log has it."""

import logging
from collections.abc import Callable, Iterable, Mapping

from services.notifier.record import Phase, Record, severity
from services.notifier.shelves import Shelf
from services.notifier.text import one_line
from services.shared.messages import Alarm, AlarmState, ChannelHealth, Message, OpenAlarm, ShelfTold

log = logging.getLogger(__name__)

KEY, WORDS = 200, 2_000
"""What a record and a message can hold, whatever an owner said."""
SHOWN_BYTES = 200_000
"""Of the 250,000 that a message may have; the channels' health is beside it."""
SHOWN_RECEIPTS = 8
_WORDS, _NAME, _CAUSE = 500, 120, 200
_BY = 60  # of at most 100 shelves

Publish = Callable[[Message], None]


class Board:
    """Publishes what stands when it is not what was said last."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._last: AlarmState | None = None

    def show(self, records: Iterable[Record], channels: tuple[ChannelHealth, ...], shelves: Iterable[Shelf]) -> None:
        """Say what stands."""
        state = board(records, channels, shelves)
        if state != self._last:
            self._last = state
            self._publish(state)


class Diary:
    """Logs changes, not states: each step of each alarm that people were told of, and, for who looks closer, why one is not."""

    def __init__(self) -> None:
        self._phases: dict[str, Phase] = {}
        self._reasons: Mapping[str, str] = {}

    def note(self, changed: Iterable[Record], reasons: Mapping[str, str]) -> None:
        """After a pass: what changed, and why the others are not told."""
        for record in changed:
            if record.told is not None and self._phases.get(record.key) is not record.phase:
                self._phases[record.key] = record.phase
                log.info("%s: %s is %s: %s", record.kind.value, record.key, record.phase.value, one_line(record.cause, _CAUSE))
        if log.isEnabledFor(logging.DEBUG):
            for key, reason in reasons.items():
                if self._reasons.get(key) != reason:
                    log.debug("%s is not told: %s", key, reason)
        self._reasons = reasons


def brief(alarm: Alarm) -> Alarm:
    """The alarm, with its key and its words cut to what can be held."""
    words = (alarm.cause, alarm.consequence, alarm.action)
    if len(alarm.key) <= KEY and all(len(word) <= WORDS for word in words):
        return alarm
    cause, consequence, action = (word[:WORDS] for word in words)
    return alarm.model_copy(update={"key": alarm.key[:KEY], "cause": cause, "consequence": consequence, "action": action})


def board(records: Iterable[Record], channels: tuple[ChannelHealth, ...], shelves: Iterable[Shelf] = ()) -> AlarmState:
    """What stands, the most severe first, and never more than the broker takes."""
    shown: list[OpenAlarm] = []
    size = 0
    for record in sorted((one for one in records if one.shown), key=_order):
        alarm = _open(record)
        size += len(alarm.model_dump_json().encode()) + 1
        if size > SHOWN_BYTES:
            break
        shown.append(alarm)
    aside = tuple(ShelfTold(pattern=one.pattern, by=one_line(one.by, _BY), until_at=one.until_at) for one in shelves)
    return AlarmState(alarms=tuple(shown), channels=channels, shelves=aside)


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
