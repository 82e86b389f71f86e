"""Lines of the log files as entries: read from the newest end, merged by time, followed across a rotation.

The forms are those of `services/shared/logs.py`, plain and JSON. What is no entry belongs to the one above it: a traceback.
"""

import json
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import merge
from pathlib import Path

LEVELS = ("DEBUG", "INFO", "WARN", "ERROR")
_ALIASES = {"WARNING": "WARN", "CRITICAL": "ERROR"}
"""As earlier versions wrote them, and as a person may type them."""
_HEAD = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) ([A-Z]+) (\S+) (\S+): (.*)")
_KEYS = ("at", "level", "service", "where", "text")
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
_LONGEST_LINE = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What was logged at once. `at` is ISO 8601 UTC with whole seconds, so that texts compare as times do."""

    at: str
    level: str
    service: str
    where: str
    text: str

    def told(self) -> str:
        """As the file has it."""
        return f"{self.at} {self.level} {self.service} {self.where}: {self.text}"


Wanted = Callable[[Entry], bool]


def level_of(word: str) -> str:
    """Our word for a level, of any spelling; an unknown one stays what it is."""
    return _ALIASES.get(word.upper(), word.upper())


def entry_of(line: str) -> Entry | None:
    """The entry that begins in this line; None for a further line of the one above, or for garbage."""
    found = _HEAD.fullmatch(line)
    if found:
        at, level, *others = found.groups()
        return Entry(at, level_of(level), *others)
    if line.startswith("{"):
        try:
            document = json.loads(line)
            at, level, *others = (str(document[key]) for key in _KEYS)
            return Entry(at, level_of(level), *others)
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
    return None


def entries(lines: Iterable[str]) -> Iterator[Entry]:
    """Whole entries; control characters, which a terminal would obey, are shown as numbers."""
    last: Entry | None = None
    for raw in lines:
        line = raw[:_LONGEST_LINE].rstrip("\r\n").translate(_CONTROLS)
        begun = entry_of(line)
        if begun is None:
            last = replace(last, text=f"{last.text}\n{line}") if last and line else last
            continue
        if last is not None:
            yield last
        last = begun
    if last is not None:
        yield last


def newest(folder: Path, service: str, wanted: Wanted, most: int, since: str) -> list[Entry]:
    """The last `most` wanted entries of a service from `since` on, oldest first; older files are read only where needed.

    Raises OSError.
    """
    kept: deque[Entry] = deque(maxlen=most)
    for path in _files(folder, service):
        part: deque[Entry] = deque(maxlen=most - len(kept))
        first = ""
        with path.open(encoding="utf-8", errors="replace") as file:
            for entry in entries(file):
                first = first or entry.at
                if entry.at >= since and wanted(entry):
                    part.append(entry)
        kept.extendleft(reversed(part))
        if len(kept) == most or (first and first < since):
            break
    return list(kept)


def merged(parts: Iterable[list[Entry]], most: int) -> list[Entry]:
    """The last `most` of all services by time; of one second, each service's in its own order."""
    return list(deque(merge(*parts, key=lambda entry: entry.at), maxlen=most))


def _files(folder: Path, service: str) -> Iterator[Path]:
    """Newest first: name.log, name.log.1, ..."""
    path, number = folder / f"{service}.log", 0
    while path.exists():
        yield path
        number += 1
        path = folder / f"{service}.log.{number}"


class Tail:
    """What is added to a service's file from now on; a rotated file is read to its end first."""

    def __init__(self, folder: Path, service: str) -> None:
        self._path = folder / f"{service}.log"
        self._file = self._path.open(encoding="utf-8", errors="replace") if self._path.exists() else None
        if self._file is not None:
            self._file.seek(0, 2)
        self._rest = ""

    def more(self) -> Iterator[Entry]:
        """Whole lines since the last time. Raises OSError."""
        yield from entries(self._lines())
        if self._is_another():
            self.close()
            self._file = self._path.open(encoding="utf-8", errors="replace")
            yield from entries(self._lines())

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()

    def _lines(self) -> Iterator[str]:
        if self._file is None:
            return
        *whole, self._rest = (self._rest + self._file.read()).split("\n")
        yield from whole

    def _is_another(self) -> bool:
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return False
        if self._file is None:
            return True
        here = os.fstat(self._file.fileno())
        return (now.st_dev, now.st_ino) != (here.st_dev, here.st_ino) or now.st_size < self._file.tell()
