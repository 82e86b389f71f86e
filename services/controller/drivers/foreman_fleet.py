"""What Foreman's listing says of our miners: pages made whole, rows matched to loads, words turned into states."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from services.controller.drivers.base import LoadFact
from services.shared.device import Nonsense
from services.shared.vocabulary import LoadState

log = logging.getLogger(__name__)

MAX_AGE_S = 600.0  # the agent reports every few minutes; by then it, or the miner's link to it, is gone
KNOWN_KEYS = frozenset(
    {
        "id", "client", "name", "platform", "type", "ip", "apiPort", "mac", "serial", "psuSerial", "description", "pickaxe",
        "created", "lastUpdated", "seen", "active", "status", "state", "location", "firmware", "network", "tags", "pools",
    }
)  # fmt: skip
_REMEMBERED = 200  # words and keys told once each; a server that invents them does not fill our memory

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the listing. `date` is the server's own time: the age of a row counts by its clock, never by ours."""

    rows: Sequence[Row]
    total: int | None
    limit: int
    date: datetime | None

    @staticmethod
    def read(body: Any, date: str | None, *, asked: int) -> "Page":
        """A page as answered. Raises Nonsense for anything but a listing whose every row has a number."""
        rows = body.get("results") if isinstance(body, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) and type(row.get("id")) is int for row in rows):
            raise Nonsense("Foreman's listing is no list of miners with numbers")
        total, limit = body.get("total"), body.get("limit")
        if total is not None and (type(total) is not int or total < 0):
            raise Nonsense(f"Foreman's listing has a total that is no number: {str(total)[:40]!r}")
        served = min(limit, asked) if type(limit) is int and limit > 0 else asked
        return Page(rows, total, served, _http_date(date))

    def is_last(self, rows_so_far: int) -> bool:
        """Whether the listing ends here. Raises Nonsense when it ends before its own total."""
        if self.total is None:
            return len(self.rows) < self.limit
        if not self.rows and rows_so_far < self.total:
            raise Nonsense(f"Foreman's listing ends after {rows_so_far} of {self.total} miners")
        return rows_so_far >= self.total


class Fleet:
    """Our loads in Foreman's listing. `ids` is load name to foreman_id; state words compare without case."""

    def __init__(self, ids: Mapping[str, int], *, hashing: Sequence[str], asleep: Sequence[str]) -> None:
        self._ids = ids
        self._states = _states(hashing, asleep)
        self._told: set[str] = set()
        self.unlisted: tuple[str, ...] = ()
        self.absent: tuple[str, ...] = ()

    def facts(self, pages: Sequence[Page], started_mono_s: float) -> list[LoadFact]:
        """One fact for each of our loads in the listing. Raises Nonsense when the pages do not make one whole."""
        fleet = dict(_whole(pages))
        ours = set(self._ids.values())
        self.unlisted = tuple(f"{number} {row.get('name', '')}" for number, (row, _) in fleet.items() if number not in ours)
        self.absent = tuple(name for name, number in self._ids.items() if number not in fleet)
        self._tell_new_keys(row for row, _ in fleet.values())
        return [
            LoadFact(name, started_mono_s, state=self._state(*fleet[number]))
            for name, number in self._ids.items()
            if number in fleet
        ]

    def _state(self, row: Row, date: datetime | None) -> LoadState:
        if row.get("seen", True) is not True or row.get("active", True) is not True or not self._is_fresh(row, date):
            return LoadState.UNKNOWN
        word = str(row.get("state")).strip().lower()[:40]
        if word not in self._states:
            self._tell("state", word, "it counts as unknown until hashing_states or asleep_states of [FOREMAN] names it")
        return self._states.get(word, LoadState.UNKNOWN)

    def _is_fresh(self, row: Row, date: datetime | None) -> bool:
        updated = _iso_date(row.get("lastUpdated"))
        if updated is None or date is None:
            self._tell("lastUpdated", str(row.get("lastUpdated"))[:40], "a miner whose report has no age counts as unknown")
            return False
        # The far future is no fresher than the far past: it is a time in a zone that we guessed wrongly.
        return abs((date - updated).total_seconds()) <= MAX_AGE_S

    def _tell_new_keys(self, rows: Iterator[Row]) -> None:
        for key in sorted({key for row in rows for key in row} - KNOWN_KEYS):
            self._tell("key", key[:40], "not used")

    def _tell(self, what: str, word: str, consequence: str) -> None:
        name = f"{what} {word!r}"
        if name not in self._told and len(self._told) < _REMEMBERED:
            self._told.add(name)
            log.info("Foreman's listing has the %s: %s", name, consequence)


def _whole(pages: Sequence[Page]) -> Iterator[tuple[int, tuple[Row, datetime | None]]]:
    seen: set[int] = set()
    for page in pages:
        for row in page.rows:
            if row["id"] in seen:
                raise Nonsense(f"Foreman's listing names miner {row['id']} twice: it changed while it was read")
            seen.add(row["id"])
            yield row["id"], (row, page.date)
    if len({page.total for page in pages}) > 1 or pages[-1].total not in (None, len(seen)):
        raise Nonsense("Foreman's listing does not have as many miners as it says: it changed while it was read")


def _states(hashing: Sequence[str], asleep: Sequence[str]) -> dict[str, LoadState]:
    hashing_words, asleep_words = {w.lower() for w in hashing}, {w.lower() for w in asleep}
    both = hashing_words & asleep_words  # a word in both lists says nothing
    return {w: LoadState.HASHING for w in hashing_words - both} | {w: LoadState.ASLEEP for w in asleep_words - both}


def _http_date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso_date(value: object) -> datetime | None:
    """ISO 8601 with Z, an offset, or none, which means UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
