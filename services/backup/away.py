"""Where a finished archive goes besides: to another medium, and encrypted to another place."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

from services.backup import archive as archives
from services.backup import disk, sealed
from services.backup.trouble import Trouble
from services.shared import whole_file
from services.shared.settings import Settings
from services.shared.settings.backup_checks import words
from services.shared.stars import starred

_SPARE_MB = 16.0
_LINE, _LAST_LINES = 160, 4
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSH_AUTH_SOCK", "RCLONE_CONFIG")
"""All that the program gets of our environment, which holds secrets."""


def second(folder: Path, first: Path) -> Path:
    """The second folder, made if its medium is there. Raises Trouble where it is not: it would fill the card instead."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    try:
        if there.stat().st_dev in (first.stat().st_dev, Path("/").stat().st_dev):
            raise Trouble(f"the second folder {folder} is not on another medium: nothing is mounted there")
        return disk.folder(folder)
    except OSError as error:
        raise Trouble(f"the second folder {folder} cannot be used: {error.strerror}") from None


def carry(archive: Path, folder: Path) -> None:
    """Copy an archive to the other medium, and read it there again. Raises Trouble."""
    half, there = folder / f".{archive.name}.half", folder / archive.name
    try:
        disk.room(folder, archive.stat().st_size, _SPARE_MB)
        half.unlink(missing_ok=True)
        shutil.copyfile(archive, half)
        whole_file.sync(half)
        _forget(half)
        if archives.digest(half) != archives.digest(archive):
            raise Trouble(f"what was written to {folder} reads back otherwise: the medium is failing")
        whole_file.put(half, there)
    except OSError as error:
        raise Trouble(f"{folder} cannot be written: {error.strerror}") from None
    finally:
        _remove(half)


def send(archive: Path, scratch: Path, settings: Settings) -> None:
    """Encrypt an archive and hand it to the program that takes it away. Raises Trouble or OSError."""
    backup = settings.backup
    closed = scratch / f"{archive.name}{sealed.ENDING}"
    disk.room(scratch, archive.stat().st_size, backup.min_free_mb)
    sealed.seal(archive, closed, backup.passphrase.get_secret_value())
    filled = [part.replace("{file}", str(closed)).replace("{name}", closed.name) for part in words(backup.remote_command)]
    env = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own words, and no shell
            filled, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=backup.remote_minutes * 60, check=False
        )
    except subprocess.TimeoutExpired:
        raise Trouble(f"remote: {filled[0]} did not end within {backup.remote_minutes:g} min") from None
    except OSError as error:
        raise Trouble(f"remote: {filled[0]} cannot be started: {error.strerror}") from None
    finally:
        closed.unlink(missing_ok=True)
    if done.returncode:
        raise Trouble(f"remote: {filled[0]} ended with {done.returncode}: {_last(done.stderr or done.stdout)}")


def _last(said: bytes) -> str:
    """Its last lines: below the cause, which ssh tells, rsync tells that something was the matter."""
    lines = [line.strip()[:_LINE] for line in said[-2000:].decode("utf-8", "replace").split("\n")]
    return starred(" / ".join([line for line in lines if line][-_LAST_LINES:]) or "without a word")


def _forget(path: Path) -> None:
    """So that what is read back comes from the medium, not from memory."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
