"""Which archives stay: the newest of each kind, counted. Called only when a newer one is proven."""

from pathlib import Path

from services.shared.backups import Kind, archives
from services.shared.settings.sections import Backup


def prune(folder: Path, site: str, section: Backup) -> tuple[str, ...]:
    """Delete what is over the count of its kind, oldest first; names of what went. Raises OSError."""
    counts = {Kind.HOURLY: section.keep_hourly, Kind.DAILY: section.keep_daily, Kind.MONTHLY: section.keep_monthly}
    made = archives(folder, site)
    gone = [one for kind, count in counts.items() for one in [a for a in made if a.kind is kind][:-count]]
    for one in gone:
        (folder / one.name).unlink(missing_ok=True)
    return tuple(one.name for one in gone)


def sweep(folder: Path, site: str) -> None:
    """Remove what a killed backup left. Raises OSError."""
    for half in folder.glob(f".{site}-*.half"):
        half.unlink(missing_ok=True)
