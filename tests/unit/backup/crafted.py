"""An archive as somebody else could make it: the sums are right, and what it says is not."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Told = dict[str, Any]


def crafted(
    backup: Path, manifest: Callable[[Told], object] = lambda _: None, without: str = "", **files: Callable[[Path], None]
) -> Path:
    """A copy with its manifest changed at last, without one member, and with some files changed (`ledger_db=`)."""
    bad, work = backup.with_name("crafted.tar.gz"), backup.with_name("crafted")
    work.mkdir(exist_ok=True)
    with tarfile.open(backup) as old:
        for name in old.getnames():
            (work / name).write_bytes(_read(old, name))
    told = json.loads((work / "manifest.json").read_text())
    told["members"] = [one for one in told["members"] if one["name"] != without]
    for name, change in files.items():
        change(work / name.replace("_db", ".db"))
    for one in told["members"]:
        data = (work / one["name"]).read_bytes()
        one["size"], one["sha256"] = len(data), hashlib.sha256(data).hexdigest()
    manifest(told)
    with tarfile.open(bad, "w:gz") as new:
        _add(new, "manifest.json", json.dumps(told).encode())
        for one in told["members"]:
            _add(new, one["name"], (work / one["name"]).read_bytes())
    return bad


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(name)
    assert member is not None
    return member.read()


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))
