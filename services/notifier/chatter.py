"""Chattering: an alarm that begins again and again. It is told as one that ends only when it stayed away for long."""

from services.notifier.record import Record
from services.notifier.rules import Rules
from services.shared.clock import Moment

BEGINS = 3
WITHIN_S = 3_600.0
CHATTERING_OFF_DELAY_S = 600.0


def with_begin(began_at: tuple[float, ...], now: Moment) -> tuple[float, ...]:
    """The latest begins, as many as chattering is judged by."""
    return (*began_at, now.wall_s)[-BEGINS:]


def is_chattering(record: Record, now: Moment) -> bool:
    """It began three times within an hour, the last time less than an hour ago. A calendar that was set back forgets it."""
    if len(record.began_at) < BEGINS:
        return False
    first, last = record.began_at[-BEGINS], record.began_at[-1]
    return 0 <= last - first <= WITHIN_S and -WITHIN_S < now.wall_s - last < WITHIN_S


def off_delay_s(record: Record, now: Moment, rules: Rules) -> float:
    """How long its condition stays away before the alarm has ended."""
    delay_s = rules.of(record.key).off_delay_s
    return max(delay_s, CHATTERING_OFF_DELAY_S) if is_chattering(record, now) else delay_s
