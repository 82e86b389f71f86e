"""`access.json` of the run, read, or changed by one command at a time."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.api.login import access_file
from services.api.login.access_file import Access
from services.cli.exit_codes import EXIT_REFUSED
from services.cli.reading import end, judged
from services.shared import whole_file


def held() -> Access:
    """What the file holds. Raises typer.Exit where it cannot be read."""
    return _read(_path())


@contextmanager
def changing() -> Iterator[tuple[Access, Callable[[Access], None]]]:
    """The file, and how to write it, whole or not at all. Raises typer.Exit where it cannot be read or changed."""
    path = _path()
    try:
        with path.with_name(f".{path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield _read(path), lambda access: whole_file.write(path, access.text().encode())
    except OSError as error:
        end(f"{path} cannot be changed: {error.strerror}", EXIT_REFUSED)


def _read(path: Path) -> Access:
    try:
        return access_file.read(path)
    except FileNotFoundError:
        end(f"There is no {path}: `mine setup {path.parent}` makes it.", EXIT_REFUSED)
    except (OSError, ValueError) as error:
        end(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}", EXIT_REFUSED)


def _path() -> Path:
    return access_file.path_of(judged(quiet=True)).absolute()
