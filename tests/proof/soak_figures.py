"""What a process holds at a moment, from /proc (proc(5)), and what the site has on its disk."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.shared.process import size_bytes

MB = 1024.0
_DATABASES = ("ledger.db", "alerts.db", "mine_data.db")


@dataclass(frozen=True, slots=True)
class Figures:
    """Memory in MB: its share of all, what is resident, what is its own. The rest is counted."""

    pss: float
    rss: float
    own: float
    files: int
    threads: int
    children: int


@dataclass(frozen=True, slots=True)
class Sample:
    """All processes by name, `at_s` after the start; databases and logs in MB."""

    at_s: float
    processes: Mapping[str, Figures]
    databases: Mapping[str, float]
    logs: float


def children(pid: int | None = None) -> Iterator[tuple[str, int]]:
    """What a process, or this one, started and has not ended: name and process id."""
    for listed in Path("/proc", str(pid or os.getpid()), "task").glob("*/children"):
        for child in listed.read_text().split():
            words = Path("/proc", child, "cmdline").read_text().split("\0")
            module = next((word for word in words if word.startswith("services.")), "")
            yield (module.split(".")[1] if module else Path(words[0]).name), int(child)


def figures(pid: int) -> Figures:
    """Of one process."""
    own = Path("/proc", str(pid))
    lines = (own / "smaps_rollup").read_text().splitlines()[1:]
    mb = {name: int(size.split()[0]) / MB for name, size in (line.split(":") for line in lines)}
    files, threads = (sum(1 for _ in (own / folder).iterdir()) for folder in ("fd", "task"))
    return Figures(mb["Pss"], mb["Rss"], mb["Pss_Anon"], files, threads, len(list(children(pid))))


def sample(at_s: float, folder: Path, pids: Mapping[str, int]) -> Sample:
    """Of all of them, and of the site's folder."""
    return Sample(
        at_s,
        {name: figures(pid) for name, pid in pids.items()},
        {name: size_bytes(folder / "data" / name) / MB / MB for name in _DATABASES},
        sum(path.stat().st_size for path in (*folder.glob("*.log"), *(folder / "logs").glob("*"))) / MB / MB,
    )
