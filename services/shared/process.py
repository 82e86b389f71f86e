"""What this process costs, from /proc (proc(5)): memory, processor time, bytes written, open files. Unknown is absent."""

import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from services.shared.sqlite_files import parts_of

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_BEGUN = 19  # the start time's place after the program's name in /proc/<pid>/stat
_USER, _SYSTEM = 11, 12
_OWN = Path("/proc/self")


class ProcessFigures(Collector):
    """The figures of the process, read at each scrape."""

    def collect(self) -> Iterator[Metric]:
        """One metric per figure that can be read."""
        memory, stat = _memory_bytes(), _stat()
        if memory is not None:
            yield GaugeMetricFamily("mine_process_resident_bytes", "memory in use", memory)
        if stat is not None:
            yield CounterMetricFamily("mine_process_cpu_seconds", "processor time since the start", stat[0])
            yield GaugeMetricFamily("mine_process_start_seconds", "when it started, seconds since the boot", stat[1])
        if (written := written_bytes(_OWN / "io")) is not None:
            yield CounterMetricFamily(
                "mine_process_written_bytes", "bytes it caused to be written to disks since the start", written
            )
        if (files := _open_files()) is not None:
            yield GaugeMetricFamily("mine_process_open_files", "open files and sockets", files)


class DatabaseFigures(Collector):
    """The size of database files, and what their threads wrote. `threads` gives the name of the thread by database file."""

    def __init__(self, folder: Path, threads: Mapping[str, str]) -> None:
        self._folder = folder
        self._threads = threads

    def collect(self) -> Iterator[Metric]:
        """Sizes with their logs; bytes of the threads that live now."""
        size = GaugeMetricFamily("mine_db_size_bytes", "the file with its log", labels=["database"])
        wrote = CounterMetricFamily(
            "mine_db_write_bytes", "bytes that the database's thread caused to be written since the start", labels=["database"]
        )
        for name, thread in self._threads.items():
            size.add_metric([name], size_bytes(self._folder / name))
            if (written := _thread_wrote(thread)) is not None:
                wrote.add_metric([name], written)
        yield size
        yield wrote


def size_bytes(path: Path) -> int:
    """A database with its log and index; 0 where there is none."""
    return sum(_size(part) for part in parts_of(path))


def written_bytes(path: Path) -> int | None:
    """`write_bytes` of an io file of /proc: what reached the block layer, not what was only put into a buffer. None: unknown."""
    try:
        lines = dict(line.split(": ", 1) for line in path.read_text().splitlines())
        return int(lines["write_bytes"])
    except (OSError, ValueError, KeyError):
        return None


def _thread_wrote(prefix: str) -> int | None:
    numbers = [one.native_id for one in threading.enumerate() if one.name.startswith(prefix)]
    found = [written_bytes(_OWN / "task" / str(number) / "io") for number in numbers]
    return sum(one for one in found if one is not None) if any(one is not None for one in found) else None


def _memory_bytes() -> int | None:
    try:
        return int((_OWN / "statm").read_text().split()[1]) * _PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return None


def _stat() -> tuple[float, float] | None:
    try:
        fields = (_OWN / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS, int(fields[_BEGUN]) / _TICKS
    except (OSError, ValueError, IndexError):
        return None


def _open_files() -> int | None:
    try:
        return sum(1 for _ in (_OWN / "fd").iterdir())
    except OSError:
        return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
