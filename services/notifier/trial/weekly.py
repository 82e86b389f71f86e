"""When the channels are tested each week, by the site's own wall clock, and what came of the last test, as it is written down."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

FACT = "channel_test_"
"""And the channel's name: what came of its last test."""
SINCE = "channel_tests_since"
"""What was due before, nobody owes."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of `datetime.weekday`."""


@dataclass(frozen=True, slots=True)
class Result:
    """`at` Unix seconds; `words` are the provider's, or the reason."""

    at: float
    ok: bool
    words: str

    def document(self) -> str:
        """As it is stored."""
        return json.dumps(asdict(self))


def read(document: str) -> Result | None:
    """What was stored; None where there is nothing to be read."""
    try:
        kept = json.loads(document)
        return Result(float(kept["at"]), kept["ok"] is True, str(kept["words"]))
    except (ValueError, TypeError, KeyError):
        return None


def last_due_at(when: str, zone: ZoneInfo, now_at: float) -> float | None:
    """The Unix seconds at which `when` (such as `mon 10:00`) came last, this moment included. None: never, for it is empty."""
    if not when:
        return None
    day, _, time = when.partition(" ")
    hour, _, minute = time.partition(":")
    now = datetime.fromtimestamp(now_at, zone)
    since_days = (now.weekday() - _DAYS.index(day)) % 7
    due = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0, fold=0) - timedelta(days=since_days)
    return due.timestamp() if due.timestamp() <= now_at else (due - timedelta(days=7)).timestamp()
