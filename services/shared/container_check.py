"""`python -m services.shared.container_check <service>`: the health check that the engine runs in a service's container.

The engine starts again what ends, and not what is unhealthy. So a service that is hung is ended here. What was found before lies
in the container's /tmp, which each start finds empty. The exit codes are those of `healthcheck`.
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
    count = hung.counted(_read(path), well=well, runs_s=_runs_s())
    if count is not None:
        with open(path, "w", encoding="ascii") as note:  # noqa: PTH123
            note.write(str(count))
    return count


def _read(path: str) -> int | None:
    try:
        with open(path, encoding="ascii") as note:  # noqa: PTH123
            return int(note.read())
    except (OSError, ValueError):
        return None


def _runs_s() -> float:
    """For how long the container runs."""
    with open(f"{_FIRST}/stat", encoding="ascii", errors="replace") as stat:  # noqa: PTH123
        begun = int(stat.read().rpartition(")")[2].split()[_BEGUN])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - begun / os.sysconf("SC_CLK_TCK")


def _end(service: str, count: int | None) -> None:
    """All but the container's first process, which then ends, and the engine starts the container again."""
    with contextlib.suppress(OSError), open(f"{_FIRST}/fd/2", "w", encoding="ascii") as log:  # noqa: PTH123 - the container's log
        log.write(f"{service} was not well {count} times in a row and is killed\n")
    os.kill(-1, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
