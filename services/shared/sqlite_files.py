"""What lies beside a database while it is open, or after a power cut: its log and the log's index (https://www.sqlite.org/wal.html).

Apart from `sqlite_care`: the figures of a process that has no database need the names, and would keep the library in memory.
"""

from pathlib import Path

LOG = "-wal"
TAILS = (LOG, "-shm")
"""A log that is left to another file under the same name is played into it: its tails go first, or with it."""
PARTS = ("", *TAILS)


def log_of(path: Path) -> Path:
    """Where the log of a database lies, if it has one."""
    return path.with_name(path.name + LOG)


def parts_of(path: Path) -> list[Path]:
    """The file, its log and its index, whether they are there or not."""
    return [path.with_name(path.name + tail) for tail in PARTS]
