"""Lines of the log files as entries. What begins no entry belongs to the one above it: a traceback.

The forms are those of `services/shared/logs.py`, plain and JSON. Whatever a power cut or a stranger left in a file: what is held
of it in memory has an end, and a terminal obeys none of it.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

LEVELS = ("DEBUG", "INFO", "WARN", "ERROR")
LONGEST = 100_000
"""Bytes of a line, and characters of an entry, that are kept; what is beyond them is left out."""
_ALIASES = {"WARNING": "WARN", "CRITICAL": "ERROR"}
"""As earlier versions wrote them, and as a person may type them."""
_AT = r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)"
_HEAD = re.compile(_AT + r" ([A-Z]+) (\S+) (\S+): (.*)")
_KEYS = ("at", "level", "service", "where", "text")
_TURNING = (0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
"""What turns the direction of a line or breaks it where no file does (Unicode, annex 9)."""
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"} | {
    code: f"\\u{code:04x}" for code in _TURNING
}


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
    if line.startswith("{"):
        return _of_json(line)
    found = _HEAD.fullmatch(line)
    return _entry(*found.groups()) if found else None


def _of_json(line: str) -> Entry | None:
    try:
        document = json.loads(line)
        at, *others = (str(document[key]) for key in _KEYS)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return _entry(at, *others) if re.fullmatch(_AT, at) else None


def _entry(at: str, level: str, *others: str) -> Entry:
    return Entry(at, level_of(_harmless(level)), *map(_harmless, others))


def _harmless(text: str) -> str:
    """What commands a terminal as numbers; what no encoding of one has (half a pair, which JSON can name) as a question mark."""
    return text.translate(_CONTROLS).encode("utf-8", "replace").decode("utf-8")


class Entries:
    """Entries of bytes that come in pieces. The last one is held: the rest of its traceback may be in the next piece."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun: Entry | None = None
        self._further: list[str] = []
        self._room = 0

    def feed(self, piece: bytes) -> list[Entry]:
        """Those that the piece made whole."""
        *lines, rest = (self._rest + piece).split(b"\n")
        self._rest = rest[:LONGEST]
        return [entry for line in lines for entry in self._line(line)]

    def finish(self) -> list[Entry]:
        """Nothing more comes: what is held, with a torn last line as it is. It may be fed again from anew."""
        torn, self._rest = self._rest, b""
        return [*self._line(torn), *self.settle()]

    def settle(self) -> list[Entry]:
        """The entry that is held, if any; a line without its end waits on."""
        begun, self._begun = self._begun, None
        return [replace(begun, text="\n".join([begun.text, *self._further]))] if begun else []

    def _line(self, raw: bytes) -> list[Entry]:
        line = raw[:LONGEST].decode("utf-8", "replace").rstrip("\r")
        begun = entry_of(line)
        if begun is None:
            self._add(line)
            return []
        before = self.settle()
        self._begun, self._further, self._room = begun, [], LONGEST - len(begun.text)
        return before

    def _add(self, line: str) -> None:
        if self._begun and line and self._room > 0:
            self._further.append(_harmless(line[: self._room]))
            self._room -= len(line) + 1
