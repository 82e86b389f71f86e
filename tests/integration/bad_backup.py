"""A backup on a card that fills at one of its steps, as a process of its own: what it says is the reason, or nothing."""

import sys
from dataclasses import replace
from pathlib import Path

from services.backup import taking
from services.backup.trouble import Trouble
from services.shared.backups import Kind
from tests.integration.bad_world import fill
from tests.unit.backup import site as backed


def main(folder: Path, card: Path, full_at: str) -> None:
    """Take one of the site in `folder` onto the card."""
    chosen = backed.settings(folder, MINE_BACKUP_MIN_FREE_MB="0")
    places = replace(backed.where(folder, chosen), first=card / "backups")
    try:
        taking.take(chosen, places, Kind.DAILY, backed.AT, lambda step: fill(card / "full") if step == full_at else None)
    except Trouble as why:
        sys.stdout.write(f"{why}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
