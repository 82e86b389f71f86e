"""Bytes written today, by service. A process counts from its own start, so the tally adds up what each counter grew by.

It stands in `cost.json` and is taken up again after a restart: what another service wrote meanwhile is in its counter and is not
lost. Lost is only what a service wrote between the last look and its own end. The day is that of the site's timezone.
"""

import json
import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path

from services.shared import whole_file

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Count:
    """One service's counter when it was last looked at: of the process that began so many seconds after the boot."""

    begun: str
    seen: int
    today: int


@dataclass(slots=True)
class Tally:
    """The counts of one day, such as 2026-11-22, and the day before in all. `since_at`: when the counting of this day began."""

    day: str = ""
    since_at: float = 0.0
    counts: dict[str, Count] = field(default_factory=dict)
    yesterday: int | None = None

    def turn(self, day: str, now_at: float) -> None:
        """Begin a new day, unless it is still the same."""
        if day == self.day:
            return
        self.yesterday = sum(one.today for one in self.counts.values()) if self.day else None
        self.day, self.since_at = day, now_at
        for one in self.counts.values():
            one.today = 0

    def see(self, service: str, begun: str, written: int, *, began_today: bool) -> None:
        """A look at a counter. A process that was never seen counts whole if it began today, else from now on."""
        known = self.counts.get(service)
        if known is None:
            grown = written if began_today else 0
            self.counts[service] = Count(begun, written, grown)
            return
        is_same = known.begun == begun and written >= known.seen
        known.today += written - known.seen if is_same else written if began_today else 0
        known.begun, known.seen = begun, written


def load(path: Path) -> Tally:
    """The stored tally; an empty one where there is none that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
        counts = {
            str(name): Count(str(one["begun"]), int(one["seen"]), int(one["today"])) for name, one in found["counts"].items()
        }
        yesterday = found["yesterday"]
        return Tally(str(found["day"]), float(found["since_at"]), counts, None if yesterday is None else int(yesterday))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Tally()


def save(path: Path, tally: Tally) -> None:
    """Store it, whole or not at all. A disk that refuses costs the tally of a restart and nothing else."""
    try:
        whole_file.write(path, json.dumps(asdict(tally)).encode())
    except OSError as error:
        log.debug("the tally of written bytes is not stored: %s", error)
