"""The newest archives are read again each day and every sum in them compared: a card forgets, and only a restore would notice.

Their databases were opened when they were made; the same bytes open again. Nothing is written but the note.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from services.backup import archive, disk
from services.backup.places import Places
from services.backup.taking import LOCK
from services.backup.trouble import Trouble
from services.shared import backups, whole_file
from services.shared.backups import CHECKED, DAILY_DUE_S, Note
from services.shared.settings import counted


def is_due(folder: Path, now_s: float) -> bool:
    """Once a day; also where the clock has gone back behind the last time, as it does on a Pi that boots in 1970."""
    last = backups.read_checked(folder)
    return last is None or not 0.0 <= now_s - last.at < DAILY_DUE_S


def check(places: Places, now_s: float) -> Note:
    """Read the newest of the ledger and the newest of everything in both folders; what was found is noted. Never raises."""
    try:
        with disk.alone(places.first / LOCK, "a backup is being made"):
            note = _checked(places, now_s)
            with contextlib.suppress(OSError):
                whole_file.write(places.first / CHECKED, backups.checked_document(note).encode())
    except (Trouble, OSError) as error:
        return Note(now_s, False, str(error))  # not noted: in an hour it is tried again
    return note


def _checked(places: Places, now_s: float) -> Note:
    looked, wrong = 0, []
    for path in _newest(places):
        looked += 1
        try:
            archive.check(path)
        except Trouble as error:
            wrong.append(f"{path.name} in {path.parent.name}: {error}")
    return Note(now_s, not wrong, "; ".join(wrong) or f"{counted(looked, 'archive')} read, every sum is right")


def _newest(places: Places) -> Iterator[Path]:
    for folder in (places.first, places.second):
        made = _archives(folder, places.site) if folder is not None else ()
        for some in ([one for one in made if one.kind.is_full], [one for one in made if not one.kind.is_full]):
            if folder is not None and some:
                yield folder / some[-1].name


def _archives(folder: Path, site: str) -> tuple[backups.Archive, ...]:
    try:
        return backups.archives(folder, site)
    except OSError:
        return ()  # that it is not there is told when a backup is made
