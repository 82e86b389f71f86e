"""The log files that are there, read from the newest end and merged by time, where a Pi that boots in 1970 wrote them.

A service's lines are in the order of its files, whatever times they bear: a line that is dated earlier than one before it, or
later than the end of its file, keeps its place and bears the time of that place only for the order.
"""

import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from heapq import merge
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from services.cli.log_lines import LONGEST, Entries, Entry, Wanted
from services.shared.log_file import FILES_KEPT

PIECE_BYTES = 65_536
_LAST_BYTES = 16_384
_LATEST = "9999"
"""After all times, as texts compare."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was when it was opened: what is written later, beyond `size` bytes, is no part of it."""

    file: BinaryIO
    size: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and the time of its place; `is_sure` where that is its own."""

    place: str
    entry: Entry
    is_sure: bool


def paths(folder: Path, service: str) -> Iterator[Path]:
    """Newest first: name.log, name.log.1, ...; the first is missing from a turn of the file to the next line. Raises OSError."""
    numbered = (folder / f"{service}.log.{number}" for number in range(1, FILES_KEPT + 1))
    yield from (path for path in (folder / f"{service}.log", *numbered) if path.is_file())


def opened(folder: Path, service: str, stack: ExitStack, *, without_torn: bool = False) -> list[Kept]:
    """All files of a service, newest first, each once, though they are turned meanwhile. Raises OSError.

    A torn last line of the current one may be left to who follows it, who gets it with its end.
    """
    found: dict[tuple[int, int], Kept] = {}
    for path in paths(folder, service):
        with suppress(FileNotFoundError):
            file = regular(path)
            if file is None:
                continue
            stack.enter_context(file)
            told = os.fstat(file.fileno())
            is_current = path.suffix == ".log"
            size = _whole(file, told.st_size) if is_current and without_torn else told.st_size
            found.setdefault((told.st_dev, told.st_ino), Kept(file, size, is_current))
    return list(found.values())


def regular(path: Path) -> BinaryIO | None:
    """A file that is one; a folder or a pipe that took its name meanwhile is none, and holds nobody up. Raises OSError."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        return None
    return os.fdopen(number, "rb")


def _whole(file: BinaryIO, size: int) -> int:
    """Where the last whole line ends; `size` where the torn one is longer than any."""
    begin = max(0, size - LONGEST)
    file.seek(begin)
    last = file.read(size - begin).rfind(b"\n") + 1
    return begin + last if last or not begin else size


def newest(files: list[Kept], wanted: Wanted, most: int, since: str) -> list[Placed]:
    """The last `most` wanted entries of a service, oldest first: those after the last one that is surely before `since`.

    Older files are read only where needed. Raises OSError.
    """
    found: deque[Placed] = deque(maxlen=most)
    ends = [_end(kept) for kept in files]
    befores = [*accumulate(reversed(ends), max, initial="")][-2::-1]
    for kept, end, before, older in zip(files, ends, befores, [*ends, ""][1:], strict=True):
        story = in_place(_entries(kept, 0), before, max(end, before))
        part, is_reached = _since(story, wanted, most - len(found), since)
        found.extendleft(reversed(part))
        if len(found) == most or is_reached or (older and older == before < since):
            break
    return list(found)


def _since(story: Iterable[Placed], wanted: Wanted, most: int, since: str) -> tuple[deque[Placed], bool]:
    """The last wanted ones that are not surely before `since`; whether there are such that are."""
    part: deque[Placed] = deque(maxlen=most)
    is_reached = False
    for placed in story:
        if placed.is_sure and placed.place < since:
            part.clear()
            is_reached = True
        elif wanted(placed.entry):
            part.append(placed)
    return part, is_reached


def in_place(found: Iterable[Entry], before: str = "", limit: str = _LATEST) -> Iterator[Placed]:
    """Entries with the times of their places, which never go back; `before` is the place of what precedes them."""
    place = before
    for entry in found:
        is_sure = place <= entry.at <= limit
        place = entry.at if is_sure else place
        yield Placed(place, entry, is_sure)


def merged(parts: Iterable[Iterable[Placed]], most: int | None = None) -> list[Entry]:
    """The last `most` of all services by place; of one second, each service's in its own order."""
    in_order = merge(*parts, key=lambda placed: placed.place)
    return [placed.entry for placed in deque(in_order, maxlen=most)]


def _end(kept: Kept) -> str:
    """The latest time in the last of a file; where that is rubbish, in all of it. Empty: there is no entry in it."""
    last = (entry.at for entry in _entries(kept, max(0, kept.size - _LAST_BYTES)))
    return max(last, default="") or max((entry.at for entry in _entries(kept, 0)), default="")


def _entries(kept: Kept, begin: int) -> Iterator[Entry]:
    kept.file.seek(begin)
    entries = Entries()
    while piece := kept.file.read(min(PIECE_BYTES, max(0, kept.size - kept.file.tell()))):
        yield from entries.feed(piece)
    yield from entries.finish()
