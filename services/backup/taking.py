"""One backup, from the room on the card to the note that it leaves. Reads as a list.

An archive gets its name when it was read back, and each of its databases was opened, checked, brought to this version and
compared. Killed at any moment before, it is no archive, and the one before stands.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from services.backup import archive as files
from services.backup import away, copying, disk, keeping, proof
from services.backup.manifest import Manifest, Member
from services.backup.places import ALERTS, CONFIG, DATABASES, LEDGER, LOADS, RECORDS, SECRETS, Places, database
from services.backup.proof import Verdict
from services.backup.trouble import Trouble
from services.shared.backups import NOTE, Archive, Kind, Note, archives, note_document, read_notes
from services.shared.settings import Settings
from services.shared.version import VERSION

LOCK = "backup.lock"
_SCRATCH = ".scratch"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was made: its file, what was found of each member, what did not succeed besides, what went for it."""

    path: Path
    size: int
    verdicts: tuple[Verdict, ...]
    troubles: tuple[str, ...]
    removed: tuple[str, ...]


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
    except (Trouble, OSError) as error:
        _note(places.first, kind, Note(now_s, False, str(error)))
        raise
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
        disk.room(first, 2 * sum(_sizes(places, wanted)), settings.backup.min_free_mb)
        say("copying")
        troubles = _missing(places, wanted)
        members = tuple(_members(places, scratch, wanted, settings.backup.secrets and kind.is_full))
        manifest = Manifest(site, kind.value, now_s, VERSION, members)
        say("packing")
        files.write(half, manifest, scratch)
        disk.sync(half)
        say("checking")
        verdicts = _proven(half, manifest, scratch)
        disk.put(half, first / name)
        troubles += _away(settings, places, first / name, kind, scratch, say)
    removed = keeping.prune(first, site, settings.backup)
    return Taken(first / name, (first / name).stat().st_size, verdicts, tuple(troubles), removed)


def _sizes(places: Places, wanted: tuple[str, ...]) -> Iterator[int]:
    for name in wanted:
        path = database(places.data, name)
        yield from (part.stat().st_size for part in (path, path.with_name(f"{name}-wal")) if part.exists())


def _missing(places: Places, wanted: tuple[str, ...]) -> list[str]:
    """A ledger there must be; the others may not have been made yet, and that is told."""
    missing = [name for name in wanted if not database(places.data, name).exists()]
    if LEDGER in missing:
        raise Trouble(f"there is no {LEDGER} in {places.data}")
    return [f"there is no {name}" for name in missing]


def _members(places: Places, scratch: Path, wanted: tuple[str, ...], with_secrets: bool) -> Iterator[Member]:
    for name in wanted:
        source = database(places.data, name)
        if source.exists():
            tables = copying.copy(source, scratch / name)
            size, sha256 = files.digest(scratch / name)
            yield Member(name, size, sha256, tables, proof.schema(name, scratch / name))
    if len(wanted) > 1:
        named = [(CONFIG, places.config), (LOADS, places.loads)]
        secrets = sorted(one for one in places.secrets.glob("[!.]*") if one.is_file()) if with_secrets else []
        for name, source in (*named, *((f"{SECRETS}/{one.name}", one) for one in secrets)):
            if source.exists():
                yield _plain(name, source, scratch)


def _plain(name: str, source: Path, scratch: Path) -> Member:
    data = source.read_bytes()  # at one stroke: an editor may be writing it
    target = scratch / name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    target.write_bytes(data)
    return Member(name, len(data), hashlib.sha256(data).hexdigest())


def _proven(half: Path, manifest: Manifest, scratch: Path) -> tuple[Verdict, ...]:
    """What is in the archive is, by its sums, what lies in the scratch folder; that is opened, and spares the card another copy."""
    if files.check(half) != manifest:
        raise Trouble("the archive's manifest reads back otherwise")
    verdicts = tuple(proof.prove(manifest, scratch))
    if faults := [f"{one.name}: {one.fault}" for one in verdicts if one.fault]:
        half.unlink(missing_ok=True)
        raise Trouble("; ".join(faults))
    return verdicts


def _away(settings: Settings, places: Places, archive: Path, kind: Kind, scratch: Path, say: Say) -> list[str]:
    troubles = []
    if places.second is not None:
        say("to the second folder")
        troubles += _tried(lambda: _second(settings, places, archive))
    if settings.backup.remote_command and kind.is_full:
        say("away")
        for name in (LEDGER, ALERTS, RECORDS):  # room for the encrypted one
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
    try:
        disk.write(folder / NOTE, note_document({**read_notes(folder), kind: note}).encode())
    except OSError:
        pass  # on a card that takes nothing the age of the newest archive tells it
