"""What a restore changes: each file put in its place, the present one kept beside it.

First of all the site is made to observe until a person arms it. Killed between two files, the restore is started again.
"""

from dataclasses import dataclass
from pathlib import Path

from services.backup import aside, disk, ledger_back, others_back, quiet
from services.backup.manifest import Manifest
from services.backup.places import ALERTS, CONFIG, DATABASES, LEDGER, LOADS, RECORDS, SECRETS, Places, database
from services.controller.audit import event
from services.controller.core.moments import Now
from services.shared import restored
from services.shared.backups import Kind


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put where, what lies beside it now, what was left as it is and why, and what the ledger goes on with.

    `removed` lay beside it since earlier restores.
    """

    put: tuple[Path, ...]
    aside: tuple[Path, ...]
    left: tuple[str, ...]
    kept: ledger_back.Kept
    removed: tuple[Path, ...] = ()


class Putting:
    """The files of one archive on their way to their places."""

    def __init__(self, places: Places, folder: Path, manifest: Manifest, now: Now, archive: str) -> None:
        self._places, self._folder, self._now, self._archive = places, folder, now, archive
        self._names = {member.name for member in manifest.members}
        self._loads_file, self._is_full = manifest.loads_file, Kind(manifest.kind).is_full
        self._put: list[Path] = []
        self._aside: list[Path] = []
        self._left: list[str] = []

    def all(self) -> Restored:
        """Everything, the ledger last of the databases: what it tells of the restore then finds its records."""
        there = {name: database(self._places.data, name) for name in DATABASES}
        present = {name: path if quiet.fold(path) else None for name, path in there.items()}
        kept = self._go_on(present, there[LEDGER])
        restored.observe(there[LEDGER].parent, f"restored from {self._archive}")
        for name in (RECORDS, ALERTS, LEDGER):
            if name in self._names:
                self._replace(self._folder / name, there[name])
        if CONFIG not in self._names and self._is_full:
            self._left.append(f"no configuration is in the archive: {self._places.config} stays as it is")
        self._beside(CONFIG, self._places.config)
        self._beside(LOADS, self._places.config.parent / self._loads_file)
        for name in sorted(one for one in self._names if one.startswith(f"{SECRETS}/")):
            self._secret(name)
        return Restored(tuple(self._put), tuple(self._aside), tuple(self._left), kept, aside.prune(self._aside))

    def _go_on(self, present: dict[str, Path | None], today: Path) -> ledger_back.Kept:
        records = self._folder / RECORDS if RECORDS in self._names else None
        told = event("audit", "restored from a backup", self._now, who="mine restore", detail=self._archive)
        target = self._folder / "going-on.db"
        kept = ledger_back.go_on(self._folder / LEDGER, today, restored=records, kept=present[RECORDS], target=target, event=told)
        target.replace(self._folder / LEDGER)
        if ALERTS in self._names:
            others_back.alerts_go_on(self._folder / ALERTS, present[ALERTS], kept.alarmed, self._now.wall_s)
        if records is not None:
            others_back.records_go_on(records, present[RECORDS], self._now.wall_s, self._archive)
        return kept

    def _replace(self, new: Path, path: Path) -> None:
        before = quiet.replace(new, path, aside.name(path, self._now.wall_s))
        if before is not None:
            self._aside.append(before)
        self._put.append(path)

    def _beside(self, name: str, path: Path) -> None:
        """A file of the operator's own, if it is another one, and its folder can be written."""
        new = self._folder / name
        if name not in self._names or (path.exists() and path.read_bytes() == new.read_bytes()):
            return
        try:
            near = path.with_name(f".{path.name}.new")
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            near.write_bytes(new.read_bytes())
            self._replace(near, path)
        except OSError as error:
            # Beside the records: in the containers the folder above those of the databases cannot be written either.
            there = aside.laid(database(self._places.data, RECORDS).with_name(name), self._now.wall_s)
            self._replace(new, there)
            self._left.append(f"{path} cannot be written ({error.strerror}): {name} lies at {there}")

    def _secret(self, name: str) -> None:
        """One that is there stays: what was changed or taken away since must not come back."""
        path = self._places.secrets / name.removeprefix(f"{SECRETS}/")
        if path.exists():
            self._left.append(f"{path} is there and stays as it is")
            return
        try:
            disk.folder(path.parent)
            self._replace(self._folder / name, path)
        except OSError as error:
            self._left.append(f"{path} cannot be written ({error.strerror}): take it from the backup by hand")
