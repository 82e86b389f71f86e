"""The data of the button by which a person acknowledges. It names what it belongs to by itself, so that it works after restarts.

Telegram takes 1 to 64 bytes (core.telegram.org/bots/api#inlinekeyboardbutton), so incidents and keys stand in it as digests. A
button of an incident that is over acknowledges nothing of a later one, however late it is pressed.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from services.notifier.record import Record

LABEL = "Acknowledge"
BEGIN = "ack:"
LIST = "ack:list"
"""Shows what is not acknowledged, instead."""
_THREAD, _KEYS = "ack:t:", "ack:k:"
_MOST_KEYS = 6


def data_of(thread: str, keys: Sequence[str]) -> str:
    """For a message of an incident; for one of no incident by its keys, or the list where they are too many."""
    if thread:
        return _THREAD + _digest(thread, 16)
    return _KEYS + ".".join(_digest(key, 8) for key in keys) if 0 < len(keys) <= _MOST_KEYS else LIST


def meant(data: str, records: Iterable[Record]) -> list[Record] | None:
    """The records a button stands for; None when it is no such button."""
    if data.startswith(_THREAD):
        return [one for one in records if data.removeprefix(_THREAD) in _threads(one)]
    if data.startswith(_KEYS):
        wanted = data.removeprefix(_KEYS).split(".")
        return [one for one in records if _digest(one.key, 8) in wanted]
    return None


def _threads(record: Record) -> set[str]:
    """An alarm is told by one channel at once and by another in a digest: those are two messages of the same incident."""
    return {_digest(name, 16) for name in (record.thread, *(told.thread for told in record.told_to)) if name}


def _digest(name: str, length: int) -> str:
    return sha256(name.encode()).hexdigest()[:length]
