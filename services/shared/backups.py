"""What a folder of backups says by itself: the names of the archives, and the note that each try leaves.

An archive is `<site>-<number>-<UTC time>-<kind>.tar.gz`. The number orders them, whatever the clock said: a Pi boots in 1970.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

FOLDER = "backups"
NOTE = "last.json"
CHECKED = "checked.json"
"""The note of the daily look at the newest archives."""
ENDING = ".tar.gz"
HOURLY_DUE_S = 50 * 60.0
DAILY_DUE_S = 23.5 * 3600.0
_NAME = re.compile(r"([a-z0-9_-]+)-(\d{6,12})-(\d{8}T\d{6}Z)-(hourly|daily|monthly)\.tar\.gz")
_TIME = "%Y%m%dT%H%M%SZ"
_LARGEST_NOTE = 100_000


class Kind(StrEnum):
    """The ledger alone, everything, and everything kept for longer."""

    HOURLY = "hourly"
    DAILY = "daily"
    MONTHLY = "monthly"

    @property
    def is_full(self) -> bool:
        """Whether all files are in it, not the ledger alone."""
        return self is not Kind.HOURLY


@dataclass(frozen=True, slots=True, order=True)
class Archive:
    """A finished archive by its name. `at` in Unix seconds, by the clock of that moment."""

    number: int
    site: str
    at: float
    kind: Kind

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.site}-{self.number:06d}-{datetime.fromtimestamp(self.at, UTC):{_TIME}}-{self.kind}{ENDING}"

    def age_s(self, now_s: float) -> float:
        """Seconds since it was made; infinite where the clock has gone back behind it."""
        return now_s - self.at if now_s >= self.at - 60.0 else float("inf")


@dataclass(frozen=True, slots=True)
class Note:
    """What became of the last try of a kind, at a Unix second, in words."""

    at: float
    ok: bool
    words: str


def read_name(name: str) -> Archive | None:
    """The archive that a file's name tells of; None for any other file."""
    found = _NAME.fullmatch(name)
    if not found:
        return None
    site, number, at, kind = found.groups()
    try:
        moment = datetime.strptime(at, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Archive(int(number), site, moment.timestamp(), Kind(kind))


def archives(folder: Path, site: str) -> tuple[Archive, ...]:
    """The finished archives of a site, oldest first. Raises OSError."""
    names = (read_name(path.name) for path in folder.iterdir())
    return tuple(sorted(one for one in names if one is not None and one.site == site))


def due(made: Iterable[Archive], now_s: float, *, trusted: bool) -> Kind | None:
    """Which kind it is time for; a full one is the hourly one of its hour, too, and a monthly one the daily one of its day.

    Without a trusted calendar only hourly ones are made: at each start in 1970 the full ones would all seem due.
    """
    ordered = sorted(made)
    full = [one for one in ordered if one.kind.is_full]
    months = [one for one in ordered if one.kind is Kind.MONTHLY]
    if trusted and (not months or _month(months[-1].at) != _month(now_s)):
        return Kind.MONTHLY
    if trusted and (not full or full[-1].age_s(now_s) >= DAILY_DUE_S):
        return Kind.DAILY
    return Kind.HOURLY if not ordered or ordered[-1].age_s(now_s) >= HOURLY_DUE_S else None


def read_checked(folder: Path) -> Note | None:
    """What the last daily look at the newest archives found; None where there is none that can be read."""
    try:
        with (folder / CHECKED).open("rb") as file:
            one = json.loads(file.read(_LARGEST_NOTE))
        return Note(float(one["at"]), bool(one["ok"]), str(one["words"])[:500])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def checked_document(note: Note) -> str:
    """The note of that look as it lies in the folder."""
    return json.dumps(asdict(note), ensure_ascii=False) + "\n"


def read_notes(folder: Path) -> dict[Kind, Note]:
    """The last try of each kind; nothing where there is none that can be read."""
    try:
        with (folder / NOTE).open("rb") as file:
            found = json.loads(file.read(_LARGEST_NOTE))
        return {
            Kind(kind): Note(float(one["at"]), bool(one["ok"]), str(one["words"])[:500]) for kind, one in found.items()
        }  # fmt: skip
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def note_document(notes: dict[Kind, Note]) -> str:
    """The notes as they lie in the folder."""
    return json.dumps({kind.value: asdict(note) for kind, note in notes.items()}, ensure_ascii=False) + "\n"


def _month(at_s: float) -> tuple[int, int]:
    moment = datetime.fromtimestamp(at_s, UTC)
    return moment.year, moment.month
