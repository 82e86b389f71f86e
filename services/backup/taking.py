"""One backup, from the room on the card to the note that it leaves. Reads as a list.

An archive gets its name when it was read back, and each of its databases was opened, checked, brought to this version and
compared. Killed at any moment before, it is no archive, and the one before stands.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.backup import archive as files
from services.backup import away, disk, gathering, keeping, proof
from services.backup.manifest import Manifest
from services.backup.places import DATABASES, LEDGER, Places
from services.backup.proof import MemberVerdict
from services.backup.trouble import Trouble
from services.shared import whole_file
from services.shared.backups import NOTE, Archive, Kind, Note, archives, note_document, read_notes
from services.shared.settings import Settings
from services.shared.version import VERSION

LOCK = "backup.lock"
_SCRATCH = ".scratch"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was made: its file, what was found of each member, what did not succeed besides, what went for it, what it has not."""

    path: Path
    size: int
    verdicts: tuple[MemberVerdict, ...]
    troubles: tuple[str, ...]
    removed: tuple[str, ...]
    lacking: tuple[str, ...] = ()


def take(settings: Settings, places: Places, kind: Kind, now_s: float, say: Say = lambda _: None) -> Taken:
    """Make a backup of this kind and say so in the note. Raises Trouble; that is noted, too."""
    try:
        disk.folder(places.first)
        with disk.alone(places.first / LOCK, "another backup is being made"):
            return _noted(settings, places, kind, now_s, say)
    except OSError as error:
        raise Trouble(f"{places.first} cannot be used: {error.strerror or error}") from None


def _noted(settings: Settings, places: Places, kind: Kind, now_s: float, say: Say) -> Taken:
    try:
        taken = _take(settings, places, kind, now_s, say)
    except (Trouble, OSError, sqlite3.Error) as error:
        _note(places.first, kind, Note(now_s, False, str(error)))
        raise Trouble(str(error)) from None
    _note(places.first, kind, Note(now_s, not taken.troubles, "; ".join(taken.troubles)))
    return taken


def _take(settings: Settings, places: Places, kind: Kind, now_s: float, say: Say) -> Taken:
    first, site = places.first, places.site
    keeping.sweep(first, site)
    made = archives(first, site)
    name = Archive(max((one.number for one in made), default=0) + 1, site, now_s, kind).name
    half = first / f".{name}.half"
    with disk.scratch(first / _SCRATCH) as scratch:
        wanted = DATABASES if kind.is_full else (LEDGER,)
        disk.room(first, 2 * sum(gathering.sizes(places, wanted)), settings.backup.min_free_mb)
        troubles = gathering.missing(places, wanted)
        say("copying")
        members = tuple(gathering.members(places, scratch, wanted, settings.backup.secrets and kind.is_full))
        manifest = Manifest(site, kind.value, now_s, VERSION, members, Path(places.loads_file).name)
        verdicts = _packed(half, first / name, manifest, scratch, say)
        troubles += _away(settings, places, first / name, kind, scratch, say)
    removed = keeping.prune(first, site, settings.backup)
    size, lacking = (first / name).stat().st_size, tuple(gathering.lacking(places, wanted))
    return Taken(first / name, size, verdicts, tuple(troubles), removed, lacking)


def _packed(half: Path, path: Path, manifest: Manifest, scratch: Path, say: Say) -> tuple[MemberVerdict, ...]:
    try:
        say("packing")
        files.write(half, manifest, scratch)
        whole_file.sync(half)
        say("checking")
        verdicts = _proven(half, manifest, scratch)
        whole_file.put(half, path)
    finally:
        half.unlink(missing_ok=True)
    return verdicts


def _proven(half: Path, manifest: Manifest, scratch: Path) -> tuple[MemberVerdict, ...]:
    """By its sums the archive holds what lies in the scratch folder: that is opened, and the card is spared another copy."""
    if files.check(half) != manifest:
        raise Trouble("the archive's manifest reads back otherwise")
    verdicts = tuple(proof.prove(manifest, scratch))
    if faults := [f"{one.name}: {one.fault}" for one in verdicts if one.fault]:
        raise Trouble("; ".join(faults))
    return verdicts


def _away(settings: Settings, places: Places, archive: Path, kind: Kind, scratch: Path, say: Say) -> list[str]:
    troubles = []
    if places.second is not None:
        say("to the second folder")
        troubles += _tried(lambda: _second(settings, places, archive))
    if settings.backup.remote_command and kind.is_full:
        say("away")
        for name in DATABASES:  # room for the encrypted one
            (scratch / name).unlink(missing_ok=True)
        troubles += _tried(lambda: away.send(archive, scratch, settings))
    return troubles


def _second(settings: Settings, places: Places, archive: Path) -> None:
    assert places.second is not None
    folder = away.second(places.second, places.first)
    keeping.sweep(folder, places.site)
    away.carry(archive, folder)
    keeping.prune(folder, places.site, settings.backup)


def _tried(work: Callable[[], None]) -> list[str]:
    try:
        work()
    except (Trouble, OSError, shutil.Error) as error:
        return [str(error)]
    return []


def _note(folder: Path, kind: Kind, note: Note) -> None:
    with contextlib.suppress(OSError):  # on a card that takes nothing the age of the newest archive tells it
        whole_file.write(folder / NOTE, note_document({**read_notes(folder), kind: note}).encode())
