"""A file that a person writes, read whole and never more than a person writes."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

Read = Callable[[Path], bytes]
"""How a file is read: `read`, or from a copy. Raises OSError."""
LARGEST = 1_000_000
"""Bytes; a configuration with a thousand loads has a tenth of it."""


def read(path: Path, largest: int = LARGEST) -> bytes:
    """What stands in it. Raises OSError, also where it is no plain file or larger than `largest`: a pipe would never end."""
    with os.fdopen(_opened(path), "rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise OSError(errno.EFBIG, f"more than {largest / 1e6:g} MB")
    return data


def is_there(path: Path, read: Read = read) -> bool:
    """Whether there is anything to read, or to refuse."""
    try:
        read(path)
    except (OSError, ValueError) as error:
        return not isinstance(error, FileNotFoundError)
    return True


def _opened(path: Path) -> int:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    kind = os.fstat(handle).st_mode
    if not stat.S_ISREG(kind):
        os.close(handle)
        raise OSError(errno.EINVAL, "a folder, a pipe or a device")
    return handle
