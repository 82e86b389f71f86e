"""What a year costs to back up: seconds and bytes of each kind, of records with a year in them.

Run: python -m bench.backup_year [folder]. The records are those of `bench.history_year`: 60 sensors every 5 s, kept as by
default.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.history_year import build
from services.backup import restoring
from services.shared.backups import Kind
from tests.unit.backup import site


def run(folder: Path) -> None:
    """Build and measure."""
    site.make(folder)
    records = folder / "data" / "mine_data.db"
    records.unlink()
    build(records)
    sys.stdout.write(f"mine_data.db {records.stat().st_size / 1e6:.0f} MB\n")
    for kind in (Kind.HOURLY, Kind.DAILY):
        began_s, spent_s = time.perf_counter(), _cpu_s()
        taken = site.take(folder, kind)
        figures = f"{taken.size / 1e6:9.3f} MB{time.perf_counter() - began_s:7.1f} s, {_cpu_s() - spent_s:.1f} s of a core"
        sys.stdout.write(f"{kind:8}{figures}\n")
    began_s = time.perf_counter()
    restoring.verify(taken.path, folder / "look", "")
    sys.stdout.write(f"verify  {time.perf_counter() - began_s:19.1f} s\n")
    sys.stdout.write(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB\n")


def _cpu_s() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def main() -> None:
    """In a folder that is named, or in one that goes away."""
    if len(sys.argv) > 1:
        run(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder))


if __name__ == "__main__":
    main()
