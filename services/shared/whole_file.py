"""Files that are whole on the card before they have their name, and have it still when the power fails just after.

fsync(2): what is in a file is one thing on the card, its name in the folder another.
"""

import os
from contextlib import suppress
from pathlib import Path

PRIVATE = 0o600
"""Our own user's alone."""


def sync(path: Path) -> None:
    """A file, or the names of a folder, are on the card when it returns. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put(half: Path, name: Path, mode: int = PRIVATE) -> None:
    """A finished file gets its name: after a power cut it is there whole, or not at all. Raises OSError."""
    half.chmod(mode)
    sync(half)
    half.replace(name)
    sync(name.parent)


def write(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """A small file, whole or as it was before, and on the card when it returns. Raises OSError.

    A file that is there keeps its owner: the services must be able to read what root changed.
    """
    half = path.with_name(f".{path.name}.half")
    half.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as file:
            file.write(data)
            with suppress(OSError):
                before = path.stat()
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
        put(half, path, mode)
    finally:
        half.unlink(missing_ok=True)
