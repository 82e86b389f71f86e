"""`python -m services.shared.container_check <service>`: the health check that the engine runs in a service's container.

The engine starts again what ends, and not what is unhealthy. So a service that is hung is ended here, and with it whatever else
runs in its container. What was found before lies in the container's /tmp, which each start finds empty. The exit codes are those
of `healthcheck`.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence

from services.shared import healthcheck, hung

FOLDER = "/tmp"  # noqa: S108 - the container's own
_FIRST = "/proc/1"
_BEGUN = 19  # the start time's place after the program's name in /proc/<pid>/stat


def main(argv: Sequence[str], env: Mapping[str, str], folder: str = FOLDER) -> int:
    """Ask as `healthcheck` does; end the service when it is hung."""
    code = healthcheck.main(argv, env)
    if code != healthcheck.EXIT_USAGE and is_container_of(argv[0]):
        count = _noted(f"{folder}/unwell-{argv[0]}", well=code == healthcheck.EXIT_WELL)
        if hung.is_hung(count):
            _end(argv[0], count)
    return code


def is_container_of(service: str) -> bool:
    """Whether the first process here is the one that keeps this service: elsewhere nothing is ended."""
    try:
        with open(f"{_FIRST}/cmdline", "rb") as first:  # noqa: PTH123 - pathlib takes as long to load as all of this
            return f"services.{service}.main".encode() in first.read().split(b"\0")
    except OSError:
        return False


def _noted(path: str, *, well: bool) -> int | None:
    """The count is where a symbolic link leads: it is made in one step, and needs no room in a /tmp that is full."""
    count = hung.counted(_read(path), well=well, runs_s=_runs_s())
    if count is None:
        return None
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{path}.new")  # noqa: PTH108
        os.symlink(str(count), f"{path}.new")  # noqa: PTH211
        os.replace(f"{path}.new", path)  # noqa: PTH105
    except OSError as error:
        healthcheck.said(f"{path} cannot be noted: {error.strerror}", 0)
    return count


def _read(path: str) -> int | None:
    try:
        return int(os.readlink(path))  # noqa: PTH115
    except (OSError, ValueError):
        return None


def _runs_s() -> float:
    """For how long the container runs."""
    with open(f"{_FIRST}/stat", encoding="ascii", errors="replace") as stat:  # noqa: PTH123
        begun = int(stat.read().rpartition(")")[2].split()[_BEGUN])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - begun / os.sysconf("SC_CLK_TCK")


def _end(service: str, count: int | None) -> None:
    """All but the container's first process, which then ends, and the engine starts the container again. The caller is spared by
    kill(2). Told afterwards, and only if the container's log takes it at once: its reader may be what hangs."""
    log = None
    with contextlib.suppress(OSError):
        log = os.open(f"{_FIRST}/fd/2", os.O_WRONLY | os.O_APPEND | os.O_NOCTTY | os.O_NONBLOCK)
    os.kill(-1, signal.SIGKILL)
    if log is not None:
        with contextlib.suppress(OSError):
            os.write(log, f"{service} was not well {count} times in a row and is killed\n".encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
