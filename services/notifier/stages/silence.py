"""Silence: what a person acknowledged, or put on a shelf until a moment, says no more."""

from services.notifier import answers, delays
from services.notifier.outcome import Outcome
from services.notifier.record import Record, severity
from services.notifier.shelves import Shelves
from services.notifier.text import moment


def shelve(out: Outcome, shelves: Shelves) -> None:
    """Lay aside what a shelf covers, and take back what none covers any more. What is no alarm yet may never be one."""
    for record in list(out.view.values()):
        if not (record.is_open or record.is_shelved or delays.is_ripe(record, out.now, out.plan.rules)):
            continue
        shelf = shelves.covers(record, out.now)
        if shelf is None:
            _take_back(out, record)
        elif record.shelved_until_at != shelf.until_at:
            out.remember(answers.shelved(record, shelf.by, shelf.until_at), None if record.is_shelved else "shelved", shelf.by)


def is_silent(record: Record, out: Outcome) -> bool:
    """Whether people want to hear nothing of it; the reason is noted. What became more severe speaks all the same."""
    if record.is_shelved:
        out.reasons[record.key] = f"shelved by {record.shelved_by} until {moment(record.shelved_until_at or 0.0)}"
        return True
    if record.acknowledged_by and severity(record.kind) <= severity(record.told):
        out.reasons[record.key] = f"acknowledged by {record.acknowledged_by}"
        return True
    return False


def _take_back(out: Outcome, record: Record) -> None:
    if record.is_shelved:
        out.remember(answers.unshelved(record, out.now), "unshelved")
