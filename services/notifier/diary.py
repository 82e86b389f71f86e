"""What the log says of the alarms: each step of each, and, for who looks closer, why one is not told."""

import logging
from collections.abc import Iterable, Mapping

from services.notifier.record import Phase, Record
from services.notifier.text import one_line

log = logging.getLogger(__name__)

_CAUSE = 200


class Diary:
    """Writes changes, not states."""

    def __init__(self) -> None:
        self._phases: dict[str, Phase] = {}
        self._reasons: Mapping[str, str] = {}

    def note(self, changed: Iterable[Record], reasons: Mapping[str, str]) -> None:
        """After a pass: what changed, and why the others are not told."""
        for record in changed:
            if self._phases.get(record.key) is not record.phase:
                self._phases[record.key] = record.phase
                log.info("%s: %s is %s: %s", record.kind.value, record.key, record.phase.value, one_line(record.cause, _CAUSE))
        if log.isEnabledFor(logging.DEBUG):
            for key, reason in reasons.items():
                if self._reasons.get(key) != reason:
                    log.debug("%s is not told: %s", key, reason)
        self._reasons = reasons
