"""What all services together write in a day, at 60 sensors every 5 s: `write_bytes` of /proc/*/io, and what it would be in 24 h.

Run: python -m bench.written [minutes] [folder]. The services are the real ones, beside a real broker and the simulated site at
the speed of life, whose sensors give somewhat more than 60 readings each 5 s. The folder must be on a disk: a file system in
memory shows 0. The first minutes, in which fans find their stage, do not count, and what comes once an hour or a day is not in
it. Of the broker, which stores nothing, it is its log.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.broker import INSTALL, LiveBroker, as_process
from tests.end_to_end.whole_site import SERVICES, WholeSite

START_S = 120.0
DAY_S = 86_400.0
AIM_MB = 200


def written(pid: int) -> int:
    """Bytes that a process has sent to the disk. Needs a process of our own, or root."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


def pids(site: WholeSite, broker: LiveBroker) -> dict[str, int]:
    """The services' processes, and the broker's."""
    found = {name: site._programs[name].pid for name in SERVICES}
    return found | {"broker": broker._engine._process.pid}  # type: ignore[attr-defined]  # `as_process` made it


def readings(site: WholeSite) -> int:
    """How many are stored."""
    return int(site.rows("SELECT count(*) FROM readings")[0][0])


def measured(folder: Path, minutes: float) -> tuple[float, dict[str, float]]:
    """Readings a minute, and the bytes a second of each program."""
    (folder / "broker").mkdir()
    broker = as_process(folder / "broker")
    if broker is None:
        raise SystemExit(INSTALL)
    site = WholeSite(folder, broker, "bench", speed=1, MINE_GENERAL_LOOP_INTERVAL_MINUTES="5")
    try:
        site.start().settled()
        time.sleep(START_S)
        programs = pids(site, broker)
        rows, before, began_s = readings(site), {name: written(pid) for name, pid in programs.items()}, time.monotonic()
        time.sleep(minutes * 60)
        took_s = time.monotonic() - began_s
        a_minute = (readings(site) - rows) * 60 / took_s
        return a_minute, {name: (written(pid) - before[name]) / took_s for name, pid in programs.items()}
    finally:
        site.stop()
        broker.remove()


def main() -> None:
    """Print the table."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as name:
        a_minute, rates = measured(Path(name), minutes)
    sys.stdout.write(f"{a_minute:.0f} readings a minute (60 sensors every 5 s are 720), measured for {minutes:g} min\n\n")
    sys.stdout.write(f"{'':12}{'MB a day':>12}\n")
    for program, rate in [*rates.items(), ("together", sum(rates.values()))]:
        sys.stdout.write(f"{program:12}{rate * DAY_S / 1e6:12.1f}\n")
    sys.stdout.write(f"\nThe aim: under {AIM_MB} together.\n")


if __name__ == "__main__":
    main()
