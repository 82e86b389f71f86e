"""All that is stamped with Unix seconds and counted on: where an earlier process left it, and when the clock is set."""

from collections.abc import Mapping
from dataclasses import replace

from services.notifier.outcome import Memory
from services.notifier.reckoning import Reckoning, Step
from services.notifier.record import Phase, Record
from services.shared.clock import Moment
from services.shared.numbers import finite
from services.shared.vocabulary import AlarmKind

FACT, OF_BOOT = "calendar", "calendar_of_boot"


def reckoning(records: Mapping[str, Record], memory: Memory, now: Moment, facts: Mapping[str, str]) -> Reckoning:
    """How the calendar goes on from what was stored, with the facts that an earlier process left."""
    stamps = [at for record in records.values() for at in _stamps(record)]
    waits = bool(memory.shelves.standing) or any(_waits(record) for record in records.values())
    boot, _, ahead_s = facts.get(OF_BOOT, "").partition(" ")
    return Reckoning(
        now, (*stamps, *memory.shelves.stamps, *memory.budget.stamps), waits=waits,
        unproven_from_at=finite(facts.get(FACT, "")), ahead_s=finite(ahead_s) if boot == now.host_boot else None,
    )  # fmt: skip


def facts_of(reckoning: Reckoning, now: Moment) -> dict[str, str]:
    """For the next process: from when on what is stamped was stamped by no trusted clock, empty where all was; and by how much
    the calendar is ahead of the monotonic clock of this boot."""
    unproven = "" if reckoning.unproven_from_at is None else repr(reckoning.unproven_from_at)
    return {FACT: unproven, OF_BOOT: f"{now.host_boot} {reckoning.ahead_s!r}"}


def set_by(records: Mapping[str, Record], memory: Memory, step: Step) -> tuple[dict[str, Record], Memory]:
    """The records that change, and the memory, as after the clock was set."""
    moved = {key: _moved(record, step) for key, record in records.items()}
    memory.shelves.set_by(step)
    return {key: one for key, one in moved.items() if one != records[key]}, replace(memory, budget=memory.budget.set_by(step))


def _moved(record: Record, step: Step) -> Record:
    def at(stamp: float | None) -> float | None:
        return None if stamp is None else step.moved(stamp)

    until_at, from_at = record.acknowledged_until_at, record.acknowledged_at
    if until_at is not None and from_at is not None:
        until_at += step.moved(from_at) - from_at
    return replace(
        record, since_at=step.moved(record.since_at), told_at=at(record.told_at), ended_at=at(record.ended_at),
        acknowledged_at=at(from_at), acknowledged_until_at=until_at, escalated_at=at(record.escalated_at),
        began_at=tuple(step.moved(one) for one in record.began_at),
    )  # fmt: skip


def _stamps(record: Record) -> list[float]:
    stamps = (record.told_at, record.ended_at, record.acknowledged_at, record.escalated_at, *record.began_at)
    return [at for at in stamps if at is not None]


def _waits(record: Record) -> bool:
    return record.phase is Phase.ACKNOWLEDGED or (record.phase is Phase.UNACKNOWLEDGED and record.told is AlarmKind.EMERGENCY)
