"""What an earlier process may have told already, and forgot with the part of `alerts.db` that cannot be read."""

from collections.abc import Iterable
from dataclasses import replace

from services.notifier.message import Act, Draft
from services.notifier.record import Record


class Doubt:
    """`since_at`: when this process began (Unix seconds), if it began with a file of which something is missing; None: with a
    whole one, and then nothing is in doubt."""

    def __init__(self, since_at: float | None) -> None:
        self._since_at = since_at
        self._keys: set[str] = set()

    def heard(self, record: Record) -> None:
        """An alarm that is not known. If it began before us, people may have been told."""
        if self._since_at is not None and record.since_at < self._since_at:
            self._keys.add(record.key)

    def marked(self, drafts: Iterable[Draft]) -> list[Draft]:
        """What is told of those for the first time in this process is marked as repeated."""
        found = list(drafts)
        told = {key for draft in found if draft.act is Act.POST for key in draft.keys} & self._keys
        self._keys -= told
        return [
            replace(draft, repeated=True) if draft.act is Act.POST and not told.isdisjoint(draft.keys) else draft
            for draft in found
        ]
