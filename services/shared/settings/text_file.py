"""A file that a person writes, read whole and never more than a person writes."""

import errno
import os
import stat
from pathlib import Path

LARGEST = 1_000_000
"""Bytes; a configuration with a thousand loads has a tenth of it."""


def read(path: Path) -> bytes:
    """What stands in it. Raises OSError, also where it is no plain file or larger than LARGEST: a pipe would never end."""
    with os.fdopen(_opened(path), "rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(errno.EFBIG, f"more than {LARGEST / 1e6:g} MB")
    return data


def _opened(path: Path) -> int:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    kind = os.fstat(handle).st_mode
    if not stat.S_ISREG(kind):
        os.close(handle)
        raise OSError(errno.EINVAL, "a folder, a pipe or a device")
    return handle
