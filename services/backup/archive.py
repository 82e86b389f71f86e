"""The archive: a tar, compressed with gzip, so that any computer can open it by hand. The manifest is its first member.

Nothing in it is trusted: a name that is not one of ours, a link, a size or a sum that differs is refused.
"""

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from services.backup import manifest as manifests
from services.backup.disk import room
from services.backup.manifest import Manifest, Member
from services.backup.places import CONFIG, DATABASES, LOADS, SECRETS
from services.backup.trouble import Trouble

_LEVEL = 3
"""Of zlib: nearly as small as its best for a fifth of the time; a Pi has better to do."""
_CHUNK = 1 << 20


def digest(path: Path) -> tuple[int, str]:
    """Bytes and SHA-256 of a file. Raises OSError."""
    summed, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            summed.update(chunk)
            size += len(chunk)
    return size, summed.hexdigest()


def write(path: Path, manifest: Manifest, folder: Path) -> None:
    """All members of a manifest, from a folder that holds them by their names. Raises OSError."""
    with path.open("xb") as file:
        path.chmod(0o600)
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=_LEVEL, format=tarfile.PAX_FORMAT) as tar:
            document = manifest.document()
            tar.addfile(_entry(manifests.NAME, len(document), manifest.at), io.BytesIO(document))
            for member in manifest.members:
                with (folder / member.name).open("rb") as source:
                    tar.addfile(_entry(member.name, member.size, manifest.at), source)


def check(path: Path) -> Manifest:
    """Read all of an archive and compare every sum. Raises Trouble."""
    with _members(path) as (manifest, files):
        for member, file in files:
            _drain(member, file, None)
    return manifest


def extract(path: Path, folder: Path, spare_mb: float) -> Manifest:
    """Everything into an empty folder, each sum compared, if there is room. Raises Trouble."""
    with _members(path) as (manifest, files):
        room(folder, sum(member.size for member in manifest.members), spare_mb)
        for member, file in files:
            target = folder / member.name
            target.parent.mkdir(mode=0o700, exist_ok=True)
            with target.open("xb") as out:
                target.chmod(0o600)
                _drain(member, file, out)
    return manifest


def _entry(name: str, size: int, at: float) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(at)
    return entry


@contextmanager
def _members(path: Path) -> Iterator[tuple[Manifest, Iterator[tuple[Member, IO[bytes]]]]]:
    try:
        with gzip.open(path) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            first = tar.next()
            if first is None or first.name != manifests.NAME or not first.isreg() or first.size > manifests.LARGEST:
                raise Trouble("the archive does not begin with a manifest")
            manifest = manifests.read(_opened(tar, first).read())
            yield manifest, _walk(tar, manifest, packed)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise Trouble(f"{path.name} cannot be read: {error}") from None


def _walk(tar: tarfile.TarFile, manifest: Manifest, packed: gzip.GzipFile) -> Iterator[tuple[Member, IO[bytes]]]:
    for member in manifest.members:
        entry = tar.next()
        if entry is None:
            raise Trouble(f"the archive ends before {member.name}")
        if entry.name != member.name or not entry.isreg() or entry.size != member.size or not _is_ours(entry.name):
            raise Trouble(f"the archive holds {entry.name[:80]!r}, which its manifest does not tell of so")
        yield member, _opened(tar, entry)
    if tar.next() is not None or packed.read(_CHUNK).strip(b"\0") or packed.read(1):
        raise Trouble("the archive holds more than its manifest tells of")  # read to the end: there gzip compares its own sum


def _is_ours(name: str) -> bool:
    folder, _, last = name.rpartition("/")
    return name in (*DATABASES, CONFIG, LOADS) or (folder == SECRETS and manifests.is_plain(last))


def _opened(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(entry)
    if file is None:
        raise Trouble(f"the archive holds no file {entry.name[:80]!r}")
    return file


def _drain(member: Member, file: IO[bytes], out: IO[bytes] | None) -> None:
    summed, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        summed.update(chunk)
        size += len(chunk)
        if out is not None:
            out.write(chunk)
    if (size, summed.hexdigest()) != (member.size, member.sha256):
        raise Trouble(f"{member.name} in the archive is not what was put in: its sum differs")
