"""A look at an archive, and its way back: everything in it is proven before anything that is there is touched."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from services.backup import archive as files
from services.backup import disk, proof, sealed
from services.backup.manifest import Manifest
from services.backup.places import LEDGER, Places, database
from services.backup.proof import MemberVerdict
from services.backup.putting import Putting, Restored
from services.backup.trouble import Trouble
from services.controller import ledger_file
from services.controller.core.moments import Now

SCRATCH, _FILES = ".restoring", "files"
_SPARE_MB = 64.0
Say = Callable[[str], None]
Agreed = Callable[[Manifest, Path], bool]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at an archive found."""

    manifest: Manifest
    verdicts: tuple[MemberVerdict, ...]

    @property
    def fault(self) -> str:
        """Why it must not be restored; empty where nothing was found."""
        return "; ".join(f"{one.name}: {one.fault}" for one in self.verdicts if one.fault)


def verify(archive: Path, near: Path, passphrase: str, say: Say = lambda _: None) -> Looked:
    """Open an archive, compare all sums, check, bring to this version and compare each database. Raises Trouble.

    On a copy in the folder `near`, or in the temporary one where that cannot be written; the copy is thrown away.
    """
    try:
        with _looking(near) as scratch:
            return _looked(archive, scratch, passphrase, say)
    except OSError as error:
        raise Trouble(f"it cannot be looked at: {error.strerror or error}") from None


def restore(
    archive: Path,
    places: Places,
    near: Path,
    now: Now,
    passphrase: str,
    say: Say = lambda _: None,
    agreed: Agreed = lambda *_: True,
) -> tuple[Looked, Restored]:
    """Bring an archive back by way of the folder `near` into those of `places`, where no service may run. Raises Trouble.

    `agreed` is asked when the archive is proven and unpacked in a folder, and nothing is touched yet.
    """
    try:
        disk.folder(places.data)
        disk.folder(near)
        with _alone(database(places.data, LEDGER)), disk.scratch(near / SCRATCH) as scratch:
            looked = _looked(archive, scratch, passphrase, say)
            if looked.fault:
                raise Trouble(f"{archive.name} is not restored: {looked.fault}")
            if not agreed(looked.manifest, scratch / _FILES):
                raise Trouble("nothing was done")
            say("putting in place")
            return looked, Putting(places, scratch / _FILES, looked.manifest, now, archive.name).all()
    except (OSError, OverflowError, sqlite3.Error) as error:
        raise Trouble(f"it cannot be restored: {error}") from None


@contextmanager
def _looking(near: Path) -> Iterator[Path]:
    with ExitStack() as held:
        try:
            scratch = held.enter_context(disk.scratch(disk.folder(near) / SCRATCH))
        except OSError:
            scratch = Path(held.enter_context(TemporaryDirectory(prefix="mine-restoring-", ignore_cleanup_errors=True)))
        yield scratch


def _looked(archive: Path, scratch: Path, passphrase: str, say: Say) -> Looked:
    """The files lie in the scratch folder afterwards, the databases brought to this version."""
    with _unsealed(archive, scratch, passphrase) as opened:
        say("unpacking")
        manifest = files.extract(opened, disk.folder(scratch / _FILES), _SPARE_MB)
    say("checking")
    return Looked(manifest, tuple(proof.prove(manifest, scratch / _FILES)))


@contextmanager
def _alone(ledger: Path) -> Iterator[None]:
    disk.folder(ledger.parent)
    try:
        lock = ledger_file.taken(ledger)
    except ledger_file.LedgerTaken:
        raise Trouble("the controller runs on this folder: stop the services first") from None
    with lock:
        yield


@contextmanager
def _unsealed(archive: Path, scratch: Path, passphrase: str) -> Iterator[Path]:
    if not archive.is_file():
        raise Trouble(f"there is no file {archive}")
    if archive.suffix != sealed.ENDING:
        yield archive
        return
    if not passphrase:
        raise Trouble(f"{archive.name} is encrypted: name its passphrase in MINE_BACKUP_PASSPHRASE_FILE")
    opened = scratch / archive.stem
    disk.room(scratch, archive.stat().st_size, _SPARE_MB)
    sealed.unseal(archive, opened, passphrase)
    yield opened
    opened.unlink(missing_ok=True)
