"""What people do with an alarm: acknowledge it, put it on a shelf. Both have an end."""

from dataclasses import replace

from services.notifier.record import Phase, Record
from services.shared.clock import Moment

CLOCK_STEP_S = 60.0
"""A calendar that is set back by more says nothing of when an acknowledgement or a shelf ends: it has ended."""


def acknowledged(record: Record, who: str, until_at: float, now: Moment) -> Record:
    """A person has seen it, until so many Unix seconds; if it stands then, it is asked about again."""
    phase = Phase.ACKNOWLEDGED if record.phase is Phase.UNACKNOWLEDGED else record.phase
    return replace(
        record, phase=phase, acknowledged_by=who or "somebody", acknowledged_at=now.wall_s, acknowledged_until_at=until_at
    )


def ack_expired(record: Record, now: Moment) -> bool:
    """It stands, and its acknowledgement is over. One of an older version, which has no end, stays."""
    until_at, at = record.acknowledged_until_at, record.acknowledged_at
    if record.phase is not Phase.ACKNOWLEDGED or not record.active or until_at is None or at is None:
        return False
    return not is_within(at, until_at, now)


def asked_again(record: Record, now: Moment) -> Record:
    """Unacknowledged again: people are being asked whether they are still on it, and it escalates as if it were new."""
    return replace(unanswered(record), told_at=now.wall_s)


def unanswered(record: Record) -> Record:
    """Told, and acknowledged by nobody."""
    return replace(
        record, phase=Phase.UNACKNOWLEDGED, acknowledged_by="", acknowledged_at=None, acknowledged_until_at=None, escalated=0,
        escalated_at=None,
    )  # fmt: skip


def shelved(record: Record, who: str, until_at: float) -> Record:
    """Put aside by a person; its life goes on unsaid."""
    return replace(record, shelved_by=who or "somebody", shelved_until_at=until_at)


def unshelved(record: Record, now: Moment) -> Record:
    """No longer put aside: if it stands it is told, whatever was said of it before."""
    back = replace(record, shelved_by="", shelved_until_at=None)
    return to_be_told(back, now) if record.active else back


def to_be_told(record: Record, now: Moment) -> Record:
    """It is told once more when its delay is over; nobody has acknowledged that."""
    if record.phase is Phase.NEW:
        return replace(record, began_mono_s=now.mono_s)
    return replace(unanswered(record), anew=True, began_mono_s=now.mono_s) if record.is_open else record


def is_within(from_at: float, until_at: float, now: Moment) -> bool:
    """Whether the calendar stands between two Unix seconds."""
    return from_at - CLOCK_STEP_S <= now.wall_s < until_at
