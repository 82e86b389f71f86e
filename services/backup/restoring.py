"""A restore, from the archive that is proven to the files that take their places. Reads as a list.

First of all the site is made to observe until a person arms it; then each file is put in place by itself, the present one kept
beside it. Killed between two of them, it is started again.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services.backup import archive as files
from services.backup import disk, ledger_back, others_back, proof, quiet, sealed
from services.backup.manifest import Manifest
from services.backup.places import ALERTS, CONFIG, DATABASES, LEDGER, LOADS, RECORDS, SECRETS, Places, database
from services.backup.proof import Verdict
from services.backup.trouble import Trouble
from services.controller import ledger_file
from services.controller.audit import event
from services.controller.core.moments import Now
from services.shared import restored
from services.shared.backups import FOLDER

_SCRATCH = ".restoring"
_SPARE_MB = 64.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at an archive found."""

    manifest: Manifest
    verdicts: tuple[Verdict, ...]

    @property
    def fault(self) -> str:
        """Why it must not be restored; empty where nothing was found."""
        return "; ".join(f"{one.name}: {one.fault}" for one in self.verdicts if one.fault)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put where, what lies beside it now, what was left as it is and why, and what the ledger goes on with."""

    looked: Looked
    put: tuple[Path, ...]
    aside: tuple[Path, ...]
    left: tuple[str, ...]
    kept: ledger_back.Kept


def verify(archive: Path, scratch_in: Path, passphrase: str, say: Say = lambda _: None) -> Looked:
    """Open an archive, compare all sums, check, bring to this version and compare each database. Raises Trouble."""
    with _scratch(scratch_in) as scratch, _unsealed(archive, scratch, passphrase) as opened:
        say("unpacking")
        manifest = files.extract(opened, disk.folder(scratch / "trial"), _SPARE_MB)
        say("checking")
        return Looked(manifest, tuple(proof.prove(manifest, scratch / "trial")))


def restore(archive: Path, places: Places, now: Now, passphrase: str, say: Say = lambda _: None) -> Restored:
    """Bring an archive back into the folders of `places`, where no service may run. Raises Trouble."""
    try:
        disk.folder(places.data)
        with ExitStack() as stack:
            ledger = database(places.data, LEDGER)
            stack.callback(stack.enter_context(_alone(ledger)))
            looked = verify(archive, places.data, passphrase, say)
            if looked.fault:
                raise Trouble(f"{archive.name} is not restored: {looked.fault}")
            scratch = stack.enter_context(_scratch(places.data))
            opened = stack.enter_context(_unsealed(archive, scratch, passphrase))
            manifest = files.extract(opened, disk.folder(scratch / "files"), _SPARE_MB)
            say("putting in place")
            return _Putting(places, scratch / "files", manifest, now, archive.name).all(looked)
    except (OSError, sqlite3.Error) as error:
        raise Trouble(f"it cannot be restored: {error}") from None


@contextmanager
def _alone(ledger: Path) -> Iterator[Callable[[], None]]:
    ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        lock = ledger_file.taken(ledger)
    except ledger_file.LedgerTaken:
        raise Trouble("the controller runs on this folder: stop the services first") from None
    with lock:
        yield lambda: None


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    with disk.scratch(folder / _SCRATCH) as scratch:
        yield scratch


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


class _Putting:
    """The files of one archive on their way to their places."""

    def __init__(self, places: Places, folder: Path, manifest: Manifest, now: Now, archive: str) -> None:
        self._places, self._folder, self._now, self._archive = places, folder, now, archive
        self._names = {member.name for member in manifest.members}
        self._stamp = f"before-restore-{datetime.fromtimestamp(now.wall_s, UTC):%Y%m%dT%H%M%SZ}"
        self._put: list[Path] = []
        self._aside: list[Path] = []
        self._left: list[str] = []

    def all(self, looked: Looked) -> Restored:
        """Everything, the ledger last of the databases: what it tells of the restore then finds its records."""
        there = {name: database(self._places.data, name) for name in DATABASES}
        present = {name: path if quiet.fold(path) else None for name, path in there.items()}
        kept = self._go_on(present)
        restored.observe(there[LEDGER].parent, f"restored from {self._archive}")
        for name in (RECORDS, ALERTS, LEDGER):
            if name in self._names:
                self._replace(self._folder / name, there[name])
        self._beside(CONFIG, self._places.config)
        self._beside(LOADS, self._places.loads)
        for name in sorted(one for one in self._names if one.startswith(f"{SECRETS}/")):
            self._secret(name)
        return Restored(looked, tuple(self._put), tuple(self._aside), tuple(self._left), kept)

    def _go_on(self, present: dict[str, Path | None]) -> ledger_back.Kept:
        if ALERTS in self._names:
            others_back.alerts_go_on(self._folder / ALERTS, present[ALERTS])
        histories = [path for path in (present[RECORDS], self._folder / RECORDS) if path is not None]
        told = event("audit", "restored from a backup", self._now, who="mine restore", detail=self._archive)
        target = self._folder / "going-on.db"
        kept = ledger_back.go_on(self._folder / LEDGER, present[LEDGER], histories, target, told)
        target.replace(self._folder / LEDGER)
        if RECORDS in self._names:
            others_back.records_go_on(self._folder / RECORDS, present[RECORDS], self._now.wall_s, self._archive)
        return kept

    def _replace(self, new: Path, path: Path) -> None:
        aside = path.with_name(f"{path.name}.{self._stamp}")
        if quiet.replace(new, path, aside):
            self._aside.append(aside)
        self._put.append(path)

    def _beside(self, name: str, path: Path) -> None:
        """A file of the operator's own, if it is another one, and its folder can be written."""
        new = self._folder / name
        if name not in self._names or (path.exists() and path.read_bytes() == new.read_bytes()):
            return
        try:
            near = path.with_name(f".{path.name}.half")
            path.parent.mkdir(parents=True, exist_ok=True)
            near.write_bytes(new.read_bytes())
            near.chmod(0o600 if not path.exists() else path.stat().st_mode & 0o777)
            self._replace(near, path)
        except OSError as error:
            there = self._places.data / f"{name}.{self._stamp.replace('before', 'from')}"
            self._replace(new, there)
            self._left.append(f"{path} cannot be written ({error.strerror}): {name} lies at {there}")

    def _secret(self, name: str) -> None:
        """One that is there stays: what was changed or taken away since must not come back."""
        path = self._places.secrets / name.removeprefix(f"{SECRETS}/")
        if path.exists():
            self._left.append(f"{path} is there and stays as it is")
            return
        disk.folder(path.parent)
        self._replace(self._folder / name, path)


__all__ = ["FOLDER", "Looked", "Restored", "restore", "verify"]
