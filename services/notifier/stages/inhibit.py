"""Inhibit: what follows from another alarm, which stands, is not told. One cause, one alarm.

A cause whose condition has ended and that only stands out its off-delay keeps back no emergency, and of warnings those alone that
began while it held: most of them go as it went. What is said later is news.
"""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from services.notifier.record import Phase, Record
from services.notifier.rules import Rules
from services.shared.vocabulary import AlarmKind

SERVICE_LOST = "service_lost_"
"""A lost service inhibits, beside what the catalogue says, all alarms that it owns, until it speaks again."""
DEVICE_LOST = "device_lost_"
"""A lost device inhibits what is read by it alone, until a person acknowledged or shelved its own alarm: then each speaks."""


class Causes:
    """The alarms that stand, asked by key or by pattern; each pattern is looked up once."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._standing = {record.key: record for record in records if record.stands}
        self._found: dict[str, tuple[Record, ...]] = {}

    def device_of(self, record: Record) -> Record | None:
        """The alarm that what it is read by is lost, as long as nobody has answered that."""
        one = self._standing.get(DEVICE_LOST + record.device) if record.device else None
        return None if one is None or one.is_shelved or one.phase is Phase.ACKNOWLEDGED else one

    def like(self, pattern: str) -> tuple[Record, ...]:
        """Those that stand and whose key matches."""
        if "*" not in pattern:
            one = self._standing.get(pattern)
            return () if one is None else (one,)
        if pattern not in self._found:
            self._found[pattern] = tuple(one for key, one in self._standing.items() if fnmatchcase(key, pattern))
        return self._found[pattern]


def inhibit(records: Mapping[str, Record], rules: Rules) -> dict[str, str]:
    """The alarms that follow from another one, with the reason."""
    live = [record for record in records.values() if record.stands]
    causes = Causes(live)
    found = {}
    for record in live:
        cause = next((one for one in _causes(record, causes, rules) if _explains(one, record)), None)
        if cause is not None:
            found[record.key] = f"follows from {cause.key}"
    return found


def _causes(record: Record, causes: Causes, rules: Rules) -> Iterator[Record]:
    """All from which an alarm may follow."""
    for pattern in rules.of(record.key).follows:
        yield from causes.like(pattern)
    yield from (owner for owner in causes.like(SERVICE_LOST + record.source) if owner.active)
    if record.kind is not AlarmKind.EMERGENCY and (device := causes.device_of(record)) is not None:
        yield device


def _explains(cause: Record, effect: Record) -> bool:
    """An emergency is explained by another emergency alone that holds, and by none that a person put aside: it is never lost
    unsaid."""
    if cause.key == effect.key:
        return False
    if effect.kind is not AlarmKind.EMERGENCY:
        return cause.active or effect.since_at <= (cause.ended_at or 0.0)
    return cause.active and cause.kind is AlarmKind.EMERGENCY and not cause.is_shelved
