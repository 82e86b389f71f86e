"""What is wrong with the configuration: every problem at once, each with its place, what was found and what is allowed."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from services.shared.stars import starred_wrong

if TYPE_CHECKING:
    from services.shared.settings.tree import Settings


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `where` is a place such as `config.txt line 12`, `what` the key or column, `found` has no secret in it.

    `loses`: a mistake in the form of the file may have swallowed any key.
    """

    where: str
    what: str
    found: str
    allowed: str
    loses: bool = True

    def __str__(self) -> str:
        found = f"found {self.found}; " if self.found else ""
        return f"{self.where}: {self.what}: {found}allowed: {self.allowed}"


class SettingsError(Exception):
    """The configuration cannot be used. `problems` holds every mistake, in the order of the file; the warnings are told after.

    `rest` is what could be read, with the default in the place of each mistake: enough to ask a site that runs, never to run one.
    """

    def __init__(self, problems: Sequence[Problem], warnings: Sequence[str] = (), rest: "Settings | None" = None) -> None:
        self.problems, self.rest = tuple(problems), rest
        self.warnings = tuple(warnings)
        lines = [f"The configuration has {counted(len(problems), 'mistake')}:", *(f"  {problem}" for problem in problems)]
        if warnings:
            lines += [f"and {counted(len(warnings), 'warning')}:", *(f"  {warning}" for warning in warnings)]
        super().__init__("\n".join(lines))


def told_with_care(problem: Problem, file: Path) -> str:
    """A mistake in the form of the file quotes whatever stands there, which may be a password: not told where others read it."""
    if problem.where.startswith(file.name) and problem.what != "file" and not problem.what.startswith("["):
        return f"{problem.where}: allowed: {problem.allowed}"
    return str(problem)


def counted(count: int, noun: str) -> str:
    """`1 mistake`, `2 mistakes`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def meant(word: str, known: Iterable[str]) -> str:
    """`; did you mean <the one of the known that is most alike>?`; empty where none is alike."""
    near = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean {near[0]}?" if near else ""


def doubtful(problems: Iterable[Problem], *parts: str) -> bool:
    """True when nothing may be concluded from one of `parts`, such as `FANS` or `APIS] pdu_ip`, because it has a mistake itself.

    Where a mistake in the form of the file may have swallowed any key everything is in doubt.
    """
    starts = tuple(f"[{part}".lower() for part in parts)
    return any(problem.what.lower().startswith(starts) if problem.what.startswith("[") else problem.loses for problem in problems)


def shown(text: str, *, secret: bool = False) -> str:
    """A value as an error may quote it: of a secret its length alone, an address without user and query, long texts are cut."""
    if secret:
        return f"something of {counted(len(text), 'letter')}"
    text = starred_wrong(text)
    return repr(text if len(text) <= 80 else text[:77] + "...")
