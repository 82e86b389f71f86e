"""The folder of the broker's files, which are made anew for each run: on the card, or in memory where the card takes none."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from services.shared import whole_file

_ROOM = 65_536
"""More than its three files together."""
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of a name of its own, for us alone, is made in it


@contextmanager
def broker_folder(data: Path) -> Iterator[Path]:
    """Under `data`; where that is full or read-only a temporary one, which goes at the end. Raises OSError where none is left."""
    if _takes(data / "broker"):
        yield data / "broker"
        return
    folder = _elsewhere()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _elsewhere() -> Path:
    for parent in (None, _MEMORY):
        with suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix="mine-broker-", dir=parent))
            if _takes(folder):
                return folder
            shutil.rmtree(folder, ignore_errors=True)
    raise OSError("the broker's files have room neither there, nor among the temporary files, nor in memory")


def _takes(folder: Path) -> bool:
    probe = folder / f"room-{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole_file.write(probe, os.urandom(_ROOM))
    except OSError:
        return False
    finally:
        with suppress(OSError):
            probe.unlink()
    return True
