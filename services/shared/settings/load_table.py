"""The form of loads.csv: its header and its rows as texts by column, and every mistake of the form with its line.

Each line is a row by itself: a quotation mark that is left open takes no other row with it.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path

from services.shared.settings import text_file
from services.shared.settings.problems import Problem, shown

COLUMNS = (
    "name", "kind", "group", "zone", "kW", "priority", "foreman_id", "pdu", "outlet", "protected", "efficiency_j_th",
    "address", "section",
)  # fmt: skip
NO_TEXT = ("bytes that are no UTF-8", "a text file in UTF-8")
NO_UTF8 = re.compile(r"[\udc80-\udcff]")
"""How `surrogateescape` keeps a byte that is no UTF-8."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_REQUIRED = ("name", "kind", "kw")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
Cells = dict[str, str]


def rows_of(path: Path, problems: list[Problem], read: text_file.Read = text_file.read) -> Iterator[tuple[str, Cells]]:
    """Each row's place and its texts by column, in lower case; a column that the header lacks is absent. Never raises."""
    lines = list(enumerate(_lines(path, problems, read), 1))
    start = next((index for index, (_, line) in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    for number, line in lines[:start]:
        _comment(f"{path.name} line {number}", line, problems)
    if start == len(lines):
        return
    number, line = lines[start]
    delimiter = max(",;\t", key=line.count)
    header = _header(f"{path.name} line {number}", line.split(delimiter), problems)
    for number, line in lines[start + 1 :] if header else ():
        where = f"{path.name} line {number}"
        cells = _row(where, line, delimiter, header, problems)
        if cells:
            yield where, cells


def _lines(path: Path, problems: list[Problem], read: text_file.Read) -> list[str]:
    try:
        data = read(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problems.append(Problem(path.name, "file", reason, "a file that can be read"))
        return []
    if data.startswith(_UTF16):
        problems.append(Problem(path.name, "file", *NO_TEXT))
        return []
    text = data.decode("utf-8-sig", "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _comment(where: str, line: str, problems: list[Problem]) -> None:
    if NO_UTF8.search(line):
        problems.append(Problem(where, "comment", *NO_TEXT))


def _header(where: str, cells: list[str], problems: list[Problem]) -> list[str]:
    """The columns, also those that are none: the rows are looked through all the same. Empty where none is known."""
    names = [name.strip(' "').lower().replace(" ", "_") for name in cells]
    known = [column.lower() for column in COLUMNS]
    for index, name in enumerate(names):
        if name not in known or name in names[:index]:
            found = NO_TEXT[0] if NO_UTF8.search(name) else shown(name)
            problems.append(Problem(where, "column", found, f"each once of {', '.join(COLUMNS)}"))
    for name in _REQUIRED:
        if name not in names:
            problems.append(Problem(where, "header", f"no column {name}", f"the columns {', '.join(COLUMNS[:10])}"))
    return names if any(name in known for name in names) else []


def _row(where: str, line: str, delimiter: str, header: list[str], problems: list[Problem]) -> Cells | None:
    if line.startswith("#"):
        _comment(where, line, problems)
        return None
    if _CONTROL.search(line):
        problems.append(Problem(where, "row", "control characters", "values without control characters"))
        return None
    try:
        cells = _cells(line, delimiter)
    except csv.Error:
        problems.append(Problem(where, "row", "a value that cannot be read", "quotation marks in pairs around a whole value"))
        return None
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) > len(header):
        problems.append(Problem(where, "row", f"{len(cells)} values", f"at most {len(header)}, one for each column"))
        return None
    return dict.fromkeys(header, "") | {name: cell.strip() for name, cell in zip(header, cells, strict=False)}


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, strict=True), [])
