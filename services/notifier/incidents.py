"""Incidents: the alarms that were told in one message, and everybody who was told of them there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.notifier.people import Ways
from services.notifier.record import Record, Told
from services.shared.vocabulary import Priority

_RANKS = {priority: rank for rank, priority in enumerate((Priority.HIGH, Priority.MEDIUM, Priority.LOW))}


@dataclass(frozen=True, slots=True)
class Incident:
    """`keys` are its alarms, `ways` who was told."""

    thread: str
    keys: tuple[str, ...]
    ways: Ways

    def records(self, view: Mapping[str, Record]) -> list[Record]:
        """Its alarms as they are."""
        return by_priority(view[key] for key in self.keys)


def by_priority(records: Iterable[Record]) -> list[Record]:
    """As they are listed: what must be done first comes first."""
    return sorted(records, key=lambda one: _RANKS[one.priority])


def living(records: Iterable[Record]) -> dict[str, Incident]:
    """Those of which an alarm has not ended, with all their alarms."""
    told = [record for record in records if record.told_to]
    alive = dict.fromkeys(one.thread for record in told if record.is_open for one in record.told_to)
    keys: dict[str, dict[str, None]] = {thread: {} for thread in alive}
    ways: dict[str, dict[str, dict[str, None]]] = {thread: {} for thread in alive}
    for record in told:
        for one in record.told_to:
            if one.thread in alive:
                keys[one.thread][record.key] = None
                ways[one.thread].setdefault(one.channel, {})[one.recipient] = None
    return {
        thread: Incident(thread, tuple(keys[thread]), {channel: tuple(names) for channel, names in ways[thread].items()})
        for thread in keys
    }


def adopted(record: Record, own: Ways) -> Record:
    """As stored by an earlier version, which knew the channels alone by which people were told."""
    if record.told_to or not record.is_open:
        return record
    thread = record.thread or f"{record.key}-{record.told_at or 0.0:.0f}"
    told = tuple(Told(thread, channel, name) for channel in record.channels for name in own.get(channel, ()))
    return replace(record, thread=thread, told_to=told)
