"""Chattering: an alarm that begins again and again. It is told as one that ends only when it stayed away for long."""

from collections.abc import Iterable

from services.notifier.record import Record
from services.notifier.rules import Rule, Rules
from services.shared.clock import Moment

BEGINS = 3
WITHIN_S = 3_600.0
CHATTERING_OFF_DELAY_S = 600.0


def with_begin(began_at: tuple[float, ...], now: Moment, rule: Rule) -> tuple[float, ...]:
    """The latest begins, as many as chattering is judged by; of what never chatters the last alone."""
    return (*began_at, now.wall_s)[-(BEGINS if rule.chatters else 1) :]


def is_chattering(record: Record, now: Moment) -> bool:
    """It began three times within an hour, the last time less than an hour ago. A calendar that was set back forgets it."""
    if len(record.began_at) < BEGINS:
        return False
    first, last = record.began_at[-BEGINS], record.began_at[-1]
    return 0 <= last - first <= WITHIN_S and -WITHIN_S < now.wall_s - last < WITHIN_S


def off_delay_s(record: Record, now: Moment, rules: Rules) -> float:
    """How long its condition stays away before the alarm has ended."""
    rule = rules.of(record.key)
    waits = rule.chatters and is_chattering(record, now)
    return max(rule.off_delay_s, CHATTERING_OFF_DELAY_S) if waits else rule.off_delay_s


class Chatterers:
    """Which alarms chatter now, so that each time that one begins to is noted once. What an earlier process left is not new."""

    def __init__(self, records: Iterable[Record], now: Moment) -> None:
        self._noted = {one.key for one in records if one.told is not None and is_chattering(one, now)}

    def begun(self, records: Iterable[Record], now: Moment) -> list[Record]:
        """Those that people were told of and that chatter since the last look."""
        chattering = {one.key: one for one in records if is_chattering(one, now)}
        begun = [one for key, one in chattering.items() if one.is_open and key not in self._noted]
        self._noted = (self._noted & chattering.keys()) | {one.key for one in begun}
        return begun
