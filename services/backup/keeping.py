"""Which archives stay: of each day the newest, for so many days; so of hours and months. Called only when a newer one is proven.

Days are counted, not archives: twenty made by hand within an hour must not push out two weeks.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from services.shared.backups import Archive, Kind, archives
from services.shared.settings.sections import Backup

_PERIOD = {Kind.HOURLY: "%Y-%m-%dT%H", Kind.DAILY: "%Y-%m-%d", Kind.MONTHLY: "%Y-%m"}
_FEW = 3
"""Of the hour, day or month that runs: what was made by hand before a change is wanted when the change was wrong."""


def prune(folder: Path, site: str, section: Backup) -> tuple[str, ...]:
    """Delete what is over, oldest first; names of what went. Raises OSError."""
    gone = over(archives(folder, site), section)
    for one in gone:
        (folder / one.name).unlink(missing_ok=True)
    return tuple(one.name for one in gone)


def over(made: Iterable[Archive], section: Backup) -> tuple[Archive, ...]:
    """What may go, oldest first; never the newest of a kind. The number orders them, whatever the clock said."""
    ordered = sorted(made)
    counts = {Kind.HOURLY: section.keep_hourly, Kind.DAILY: section.keep_daily, Kind.MONTHLY: section.keep_monthly}
    stay = {one for kind, count in counts.items() for one in _staying([a for a in ordered if a.kind is kind], count)}
    return tuple(one for one in ordered if one not in stay)


def _staying(made: list[Archive], count: int) -> set[Archive]:
    """Of one kind, oldest first: the newest of each of the newest periods, and the newest few of the one that runs."""
    newest = {_period(one): one for one in made}
    running = [one for one in made if _period(one) == _period(made[-1])]
    return {*sorted(newest.values())[-count:], *running[-min(_FEW, count) :]}


def _period(one: Archive) -> str:
    """By UTC, as the names tell it."""
    return datetime.fromtimestamp(one.at, UTC).strftime(_PERIOD[one.kind])


def sweep(folder: Path, site: str) -> None:
    """Remove what a killed backup left. Raises OSError."""
    for half in folder.glob(f".{site}-*.half"):
        half.unlink(missing_ok=True)
