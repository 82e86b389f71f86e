"""Asks each hour whether a backup is due: `mine run` and the containers run this program beside the services.

It is small, for it lives always; the backup itself is a process that comes and goes. Installed timers may ask, too: nothing is
made twice, because what is due is read from the names of the archives.
"""

import signal
import subprocess
import sys
from threading import Event

FIRST_S = 300.0
"""After the start the plant comes first."""
EACH_S = 3600.0
LONGEST_S = 6 * 3600.0
_END_S = 5.0
ARGV = (sys.executable, "-m", "services.cli.main", "backup", "--due")


def run(stop: Event, first_s: float = FIRST_S, each_s: float = EACH_S) -> None:
    """Until told to stop; then what is being made ends without a name, and is swept up by the next one."""
    wait_s = first_s
    while not stop.wait(wait_s):
        wait_s = each_s
        with subprocess.Popen(ARGV, stdin=subprocess.DEVNULL) as process:  # noqa: S603 - our own words
            _await(process, stop)


def _await(process: "subprocess.Popen[bytes]", stop: Event) -> None:
    waited_s = 0.0
    while process.poll() is None and waited_s < LONGEST_S and not stop.wait(1.0):
        waited_s += 1.0
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()


def main() -> None:
    """Runs until SIGTERM or SIGINT."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(stop)


if __name__ == "__main__":
    main()
