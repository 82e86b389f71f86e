"""The last known end of the audit, in a small file beside the database: a new database does not begin a clean audit.

`mine_data.db.audit-end` holds seq, hash and the time as JSON. A database whose audit does not have that row begins with an entry
that tells it, and the old end is laid beside it as `mine_data.db.audit-ended-...` until a person has taken note.
"""

import json
import logging
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import sqlalchemy as sa

from services.api.history import audit
from services.api.history.rows import timestamp
from services.shared import whole_file

log = logging.getLogger(__name__)
KEEP_EACH_S = 60.0  # it spares the card
_MOST_BYTES = 1_000


@dataclass(frozen=True, slots=True)
class End:
    """The last row of an audit, and when it was seen there."""

    seq: int
    hash: str
    timestamp: str


class Ends:
    """Lives in the database thread. No fault of its file holds up the records: it is logged."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file = database.with_name(f"{database.name}.audit-end")
        self._seen: End | None = None
        self._kept: End | None = None
        self._next_s = 0.0

    def bind(self, connection: sa.Connection) -> End | None:
        """The end we know of, if the audit does not have it: then an entry tells it, in the transaction that opens the file."""
        known = (self._read() if self._seen == self._kept else None) or self._seen
        if known is None or known.seq == 0 or audit.has(connection, known.seq, known.hash):
            return None
        seq, _ = audit.head(connection)
        what = f"the audit goes on after entry {seq}; its end is lost" if seq else "records began anew"
        reason = f"the audit before ended at {known.seq}, hash {known.hash}, seen {known.timestamp}"
        log.error("%s; %s", what, reason)
        audit.append(connection, [{"happened_ms": int(time.time() * 1000), "who": "api", "what": what, "reason": reason}])
        return known

    def see(self, seq: int, last_hash: str, ended: End | None = None) -> None:
        """What is stored now; and what `bind` gave when that is stored."""
        if self._seen is None or (self._seen.seq, self._seen.hash) != (seq, last_hash):
            self._seen = End(seq, last_hash, timestamp(int(time.time() * 1000)))
        if ended is not None:
            _write(self._database.with_name(f"{self._database.name}.audit-ended-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"), ended)
        if ended is not None or monotonic() >= self._next_s:
            self.keep()

    def keep(self) -> None:
        """Write down what was seen, if it is not yet."""
        if self._seen is None or self._seen == self._kept or not self._seen.seq:
            return
        self._next_s = monotonic() + KEEP_EACH_S
        if _write(self._file, self._seen):
            self._kept = self._seen

    def ended(self) -> list[Path]:
        """The ends of audits that went on elsewhere, oldest first."""
        return sorted(self._database.parent.glob(f"{self._database.name}.audit-ended-*Z"))

    def _read(self) -> End | None:
        try:
            with self._file.open("rb") as file:
                found = json.loads(file.read(_MOST_BYTES))
            return End(int(found["seq"]), str(found["hash"])[:64], str(found["timestamp"])[:24])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            log.warning("%s cannot be read: %s", self._file.name, error)
            return None


def _write(path: Path, end: End) -> bool:
    try:
        whole_file.write(path, json.dumps(asdict(end)).encode())
    except OSError as error:
        log.warning("%s cannot be written: %s", path.name, error)
        return False
    return True
