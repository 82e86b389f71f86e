"""Reads the operator's INI as configparser does (interpolation off, comments at line starts only), and keeps line numbers.

configparser forgets the line of a value and stops at the first mistake; here every value knows its line and all mistakes are
collected. A value may go on in following lines that are indented deeper than its key.
"""

import codecs
import re
from dataclasses import dataclass, field
from pathlib import Path

from services.shared.settings import text_file
from services.shared.settings.problems import Problem, shown

_HEADER = re.compile(r"^\[([^\]]+)\]$")
_ITEM = re.compile(r"^(.*?)\s*[=:]\s*(.*)$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NO_UTF8 = re.compile(r"[\udc80-\udcff]")
_UNCLOSED = re.compile(r"^\[\s*([A-Za-z_]+(?:\s+[A-Za-z0-9_*-]+)?)\s*$")
_SECTION = "[SECTION] or [SECTION name] with a name of a-z 0-9 _ -"
_NO_TEXT = ("bytes that are no UTF-8", "a text file in UTF-8")
_MOST_BYTES = 100  # of another file that lies in its place hardly a line is text
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WORD = re.compile(r"[A-Za-z]+(?:_[A-Za-z0-9]+)*")
_NAME = re.compile(r"^[a-z0-9_-]+$")
_PATTERN = re.compile(r"^[a-z0-9_-]*\*?$")
_BY_PATTERN = "ALARM"  # the one section whose name may end in *


@dataclass(slots=True)
class Value:
    """The text of one key, with the operator's spelling of the key and its line (from 1)."""

    spelled: str
    text: str
    line: int


@dataclass(slots=True)
class Block:
    """One section: `title` in upper case, `name` in lower case (empty in a plain section), values by lower-case key."""

    title: str
    name: str
    spelled: str
    line: int
    values: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class _Reader:
    file: str
    blocks: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    last: Value | None = None
    indent: int = 0
    lost: bool = False

    def line(self, number: int, raw: str) -> None:
        raw = self.cleaned(number, raw)
        text = raw.strip()
        if not text or text[0] in "#;":
            return
        indent = len(raw) - len(raw.lstrip())
        if self.last is not None and indent > self.indent:
            self.last.text += "\n" + text
            return
        self.indent, self.last = indent, None
        if text.startswith("["):
            self.header(number, text)
        else:
            self.item(number, text)

    def cleaned(self, number: int, raw: str) -> str:
        """The line without what no text has; it is told, and what is left may have a mistake too."""
        where, loses = f"{self.file} line {number}", raw.lstrip()[:1] not in ("#", ";")
        if _NO_UTF8.search(raw):
            self.problems.append(Problem(where, "file", *_NO_TEXT, loses))
        if _CONTROL.search(raw.strip()):
            self.problems.append(Problem(where, "line", "", "a line without control characters", loses))
        return _CONTROL.sub("", _NO_UTF8.sub("", raw))

    def header(self, number: int, text: str) -> None:
        match = _HEADER.match(text)
        if not match and (match := _UNCLOSED.match(text)):  # what stands below it is read as meant
            self.problems.append(Problem(f"{self.file} line {number}", "section", shown(text), _SECTION, loses=False))
        words = match.group(1).split() if match else []
        is_pattern = bool(words) and words[0].upper() == _BY_PATTERN
        named = _PATTERN if is_pattern else _NAME
        self.lost = len(words) not in (1, 2) or (len(words) == 2 and not named.match(words[1].lower()))
        if self.lost:
            may = f"[{_BY_PATTERN} key] with a key of a-z 0-9 _ -, which may end in *"
            self.wrong(number, "section", text, may if is_pattern else _SECTION)
            return
        block = Block(words[0].upper(), words[1].lower() if len(words) == 2 else "", " ".join(words), number)
        for other in self.blocks:
            if (other.title, other.name) == (block.title, block.name):
                self.wrong(number, f"[{block.spelled}]", "", f"once; it stands in line {other.line} already")
        self.blocks.append(block)

    def item(self, number: int, text: str) -> None:
        match = _ITEM.match(text)
        if not match or not match.group(1):
            self.wrong(number, "line", text.split(maxsplit=1)[0], "key = value, [SECTION], or a comment that begins with #")
        elif self.lost:
            return
        elif not self.blocks:
            self.wrong(number, match.group(1), "", "only below a [SECTION]")
        else:
            self.keep(Value(match.group(1), match.group(2), number))

    def keep(self, value: Value) -> None:
        block, key = self.blocks[-1], value.spelled.lower()
        self.last = value
        if key in block.values:
            allowed = f"once; it stands in line {block.values[key].line} already"
            self.problems.append(Problem(f"{self.file} line {value.line}", f"[{block.spelled}] {value.spelled}", "", allowed))
        else:
            block.values[key] = value

    def wrong(self, number: int, what: str, found: str, allowed: str) -> None:
        is_value = what == "line" and not _WORD.fullmatch(found)  # a secret may stand alone in a line
        self.problems.append(Problem(f"{self.file} line {number}", what, shown(found, secret=is_value) if found else "", allowed))


def read(path: Path, bytes_of: text_file.Read = text_file.read) -> tuple[list[Block], list[Problem]]:
    """The sections of a file and every mistake in its form. A missing, unreadable or non-text file is such a mistake."""
    reader = _Reader(path.name)
    try:
        data = bytes_of(path)
    except OSError as error:
        return [], [Problem(str(path), "file", error.strerror or "an error", "a file that can be read")]
    text = data.decode("utf-8-sig", "surrogateescape")
    if data.startswith(_UTF16) or len(_NO_UTF8.findall(text)) > _MOST_BYTES:
        return [], [Problem(path.name, "file", *_NO_TEXT)]
    if not text.strip():  # as a card leaves it after a power cut: defaults alone would watch over nothing
        return [], [Problem(path.name, "file", "nothing in it", "a configuration: take yours from a backup")]
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        reader.line(number, line)
    return reader.blocks, reader.problems
