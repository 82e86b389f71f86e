"""loads.csv and the ranges of [HTTP_LOADS] as load rows. An outlet that no row names is never switched."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.shared.settings import load_checks, load_table, ranges, text_file
from services.shared.settings import sections as s
from services.shared.settings.load_table import NO_TEXT, NO_UTF8
from services.shared.settings.numbers import written
from services.shared.settings.problems import Problem, shown
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import LoadKind

_HEADER = ("column", "header")


def loads_of(
    settings: Settings, folder: Path, problems: list[Problem], warnings: list[str], read: text_file.Read = text_file.read
) -> tuple[LoadRow, ...]:
    """All loads, of the file and of the ranges. Mistakes go to `problems`, each with line and column.

    A file that is absent under its usual name is none; one that the operator named must be there.
    """
    rows: list[tuple[str, LoadRow]] = []
    told = tuple(problems)
    path = folder / settings.data.loads_file
    if settings.data.loads_file != s.Data().loads_file or text_file.is_there(path, read):
        rows.extend(_of_file(path, problems, read))
    elif settings.apis.pdu_ip or settings.apis.foreman_api or any(not h.range for h in settings.http_loads.values()):
        warnings.append(f"{path.name} is not there: no load can be switched")
    for name, section in settings.http_loads.items():
        if section.range:
            rows.extend(ranges.loads_of(name, section, settings.origins, problems))
    rows = [(where, load_checks.with_section(row, settings)) for where, row in rows]
    problems.extend(load_checks.problems(rows, settings, told))
    warnings.extend(load_checks.warnings(rows))
    return tuple(row for _, row in rows)


def _of_file(path: Path, problems: list[Problem], bytes_of: text_file.Read) -> list[tuple[str, LoadRow]]:
    """The rows that have no mistake. Under a header with one none is whole, and to compare them would tell what is not so."""
    told = len(problems)
    read = ((where, _Row(where, cells, problems).load()) for where, cells in load_table.rows_of(path, problems, bytes_of))
    rows = [(where, row) for where, row in read if row is not None]
    return [] if any(problem.what in _HEADER for problem in problems[told:]) else rows


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
        text = self.cells.get(column)
        if not text and (text is None or optional or default is not None):
            self.wrong |= text is None and default is None and not optional  # the header's mistake, told there
            return default
        if NO_UTF8.search(text):
            return self.refuse(column, default, *NO_TEXT)
        try:
            return read(text)
        except (ValueError, KeyError):
            return self.refuse(column, default, shown(text), allowed)

    def refuse(self, column: str, default: Any, found: str, allowed: str) -> Any:
        self.wrong = True
        self.problems.append(Problem(self.where, f"column {column}", found, allowed))
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
    match = re.fullmatch(r"(?:pdu-)?([1-9][0-9]{0,2})", text.lower())
    if not match:
        raise ValueError
    return f"pdu-{match.group(1)}"


def _yes_no(text: str) -> bool:
    return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}[text.lower()]


def _kw(zero: bool) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(written(text))
        if not math.isfinite(value) or value < 0 or (value == 0 and not zero):
            raise ValueError
        return value

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(written(text))
        if not low <= value <= high:
            raise ValueError
        return value

    return read
