"""What is wrong with the configuration: every problem at once, each with its place, what was found and what is allowed."""

import re
from dataclasses import dataclass

MASK = "********"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `where` is a place such as `config.txt line 12`, `what` the key or column, `found` has no secret in it."""

    where: str
    what: str
    found: str
    allowed: str

    def __str__(self) -> str:
        found = f"found {self.found}; " if self.found else ""
        return f"{self.where}: {self.what}: {found}allowed: {self.allowed}"


class SettingsError(Exception):
    """The configuration cannot be used. `problems` holds every mistake, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        super().__init__("\n".join([f"The configuration has {count}:", *(f"  {problem}" for problem in problems)]))


def shown(text: str, *, secret: bool = False) -> str:
    """A value as an error may quote it: secrets and the user part of an address are masked, long texts are cut."""
    if secret:
        return MASK
    text = without_user(text)
    return repr(text if len(text) <= 80 else text[:77] + "...")


def without_user(text: str) -> str:
    """An address without its user part, which may hold a password."""
    return re.sub(r"//[^/@\s]*@", f"//{MASK}@", text)
