"""loads.csv and the ranges of [HTTP_LOADS] as load rows. An outlet that no row names is never switched."""

import csv
import io
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.shared.settings import load_checks, ranges, text_file
from services.shared.settings import sections as s
from services.shared.settings.problems import Problem, shown
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import LoadKind

COLUMNS = (
    "name", "kind", "group", "zone", "kW", "priority", "foreman_id", "pdu", "outlet", "protected", "efficiency_j_th",
    "address", "section",
)  # fmt: skip
_REQUIRED = ("name", "kind", "kw")


def loads_of(settings: Settings, folder: Path, problems: list[Problem], warnings: list[str]) -> tuple[LoadRow, ...]:
    """All loads, of the file and of the ranges. Mistakes go to `problems`, each with line and column.

    A file that is absent under its usual name is none; one that the operator named must be there.
    """
    rows: list[tuple[str, LoadRow]] = []
    told = tuple(problems)
    path = folder / settings.data.loads_file
    if path.exists() or settings.data.loads_file != s.Data().loads_file:
        rows.extend(_of_file(path, problems))
    elif settings.apis.pdu_ip or settings.apis.foreman_api or any(not h.range for h in settings.http_loads.values()):
        warnings.append(f"{path.name} is not there: no load can be switched")
    for name, section in settings.http_loads.items():
        if section.range:
            rows.extend(ranges.loads_of(name, section, settings.origins, problems))
    rows = [(where, load_checks.with_section(row, settings)) for where, row in rows]
    problems.extend(load_checks.problems(rows, settings, told))
    warnings.extend(load_checks.warnings(rows))
    return tuple(row for _, row in rows)


def _of_file(path: Path, problems: list[Problem]) -> list[tuple[str, LoadRow]]:
    try:
        text = text_file.read(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(path.name, "file", "bytes that are no UTF-8", "a text file in UTF-8"))
        return []
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problems.append(Problem(path.name, "file", reason, "a file that can be read"))
        return []
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    if start is None:
        return []
    header = _header(f"{path.name} line {start + 1}", lines[start], problems)
    if header is None:
        return []
    reader = csv.reader(io.StringIO("\n".join(lines[start + 1 :])), delimiter=_delimiter(lines[start]))
    return list(_rows(path.name, start + 1, header, reader, problems))


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _header(where: str, line: str, problems: list[Problem]) -> list[str] | None:
    names = [name.strip().lower().replace(" ", "_") for name in next(csv.reader([line], delimiter=_delimiter(line)))]
    known = [column.lower() for column in COLUMNS]
    wrong = [name for index, name in enumerate(names) if name not in known or name in names[:index]]
    missing = [name for name in _REQUIRED if name not in names]
    for name in wrong:
        problems.append(Problem(where, "column", shown(name), f"each once of {', '.join(COLUMNS)}"))
    for name in missing:
        problems.append(Problem(where, "header", f"no column {name}", f"the columns {', '.join(COLUMNS[:10])}"))
    return None if wrong or missing else names


def _rows(file: str, start: int, header: list[str], reader: Any, problems: list[Problem]) -> Iterator[tuple[str, LoadRow]]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(
                Problem(f"{file} line {start + reader.line_num}", "row", str(error), "values without control characters")
            )
            continue
        where = f"{file} line {start + reader.line_num}"
        if not any(cell.strip() for cell in cells) or cells[0].startswith("#"):
            continue
        if len(cells) > len(header):
            problems.append(Problem(where, "row", f"{len(cells)} values", f"at most {len(header)}, one for each column"))
            continue
        row = _Row(where, {name: cell.strip() for name, cell in zip(header, cells, strict=False)}, problems).load()
        if row is not None:
            yield where, row


@dataclass(slots=True)
class _Row:
    where: str
    cells: dict[str, str]
    problems: list[Problem]
    wrong: bool = False

    def load(self) -> LoadRow | None:
        protected = self.take("protected", False, _yes_no, "yes or no")
        row = LoadRow(
            name=self.take("name", None, _name, "letters, digits, . _ -, and neither all nor empty"),
            kind=self.take("kind", None, lambda text: LoadKind(text.lower()), ", ".join(LoadKind)),
            group=self.take("group", "main", _name, "letters, digits, . _ -, and not all"),
            zone=self.take("zone", "main", _name, "letters, digits, . _ -, and not all"),
            kw=self.take("kw", None, _kw(protected), "a number of kW above 0 (0 only for a protected outlet)"),
            priority=self.take("priority", 5, _whole(1, 9), "a whole number from 1 (shed last) to 9 (shed first)"),
            efficiency_j_th=self.take("efficiency_j_th", None, _kw(False), "a number above 0 (J/TH)", optional=True),
            foreman_id=self.take("foreman_id", None, _whole(1, 2**53), "Foreman's number of the miner", optional=True),
            pdu=self.take("pdu", "", _pdu, "pdu-1 or 1, counted in the order of pdu_ip"),
            outlet=self.take("outlet", None, _whole(1, 1000), "a whole number from 1", optional=True),
            protected=protected,
            address=self.take("address", "", _no_blank, "an address without blanks"),
            section=self.take("section", "", str.lower, "the name of an [HTTP_LOADS name]"),
        )
        return None if self.wrong else row

    def take(self, column: str, default: Any, read: Callable[[str], Any], allowed: str, *, optional: bool = False) -> Any:
        text = self.cells.get(column, "")
        if not text and (optional or default is not None):
            return default
        try:
            return read(text)
        except (ValueError, KeyError):
            self.wrong = True
            self.problems.append(Problem(self.where, f"column {column}", shown(text), allowed))
            return default


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text) or text.lower() == "all":
        raise ValueError
    return text


def _no_blank(text: str) -> str:
    if re.search(r"\s", text):
        raise ValueError
    return text


def _pdu(text: str) -> str:
    match = re.fullmatch(r"(?:pdu-)?([1-9]\d{0,2})", text.lower())
    if not match:
        raise ValueError
    return f"pdu-{match.group(1)}"


def _yes_no(text: str) -> bool:
    return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}[text.lower()]


def _kw(zero: bool) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(text.replace("_", "?"))
        if not math.isfinite(value) or value < 0 or (value == 0 and not zero):
            raise ValueError
        return value

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text.replace("_", "?"))
        if not low <= value <= high:
            raise ValueError
        return value

    return read
