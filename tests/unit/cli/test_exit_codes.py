"""The exit codes that a command says it has are those that its code can end with, and the manual's table has them all."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
import typer

from services.cli import exit_codes
from services.cli.main import app

ALWAYS = {exit_codes.EXIT_DONE, exit_codes.EXIT_MISTAKES}
"""Anything can be typed wrong, and the configuration be wrong."""
CODES = {name: code for name, code in vars(exit_codes).items() if name.startswith("EXIT_")}


def commands(group: Any, path: str = "mine") -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command.callback


def names_in(code: CodeType) -> set[str]:
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return set(code.co_names).union(*(names_in(one) for one in inner))


def reachable(thing: object, seen: set[int]) -> set[int]:
    """The codes of all EXIT_ names that a function of ours, or what it calls, reads, tables of them included."""
    thing = getattr(thing, "__wrapped__", thing)
    if id(thing) in seen or not str(getattr(thing, "__module__", "")).startswith("services.cli"):
        return set()
    seen.add(id(thing))
    if isinstance(thing, type):
        return set().union(*(reachable(one, seen) for one in vars(thing).values()))
    if not isinstance(thing, FunctionType):
        return set()
    names = names_in(thing.__code__)
    known = {name: thing.__globals__[name] for name in names if name in thing.__globals__}
    modules = [one for one in known.values() if isinstance(one, ModuleType)]
    called = [*known.values(), *(getattr(module, name) for module in modules for name in names if hasattr(module, name))]
    tables = [set(known["_CODES"].values())] if "_CODES" in known else []
    return {CODES[name] for name in names & CODES.keys()}.union(*tables, *(reachable(one, seen) for one in called))


def documented(text: str) -> set[int]:
    _, _, said = text.partition("Exit code ")
    return {int(part.split()[0]) for part in re.split(r"[,;] (?=\d)", " ".join(said.split())) if part}


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_each_code_that_it_can_end_with_and_no_other(name: str) -> None:
    command = COMMANDS[name]
    assert documented(command.__doc__ or "") == ALWAYS | reachable(command, set())


def test_the_walk_finds_what_a_command_can_end_with() -> None:
    assert reachable(COMMANDS["mine stop"], set()) == {0, 1, 2, 3, 4}
    assert reachable(COMMANDS["mine db stats"], set()) == {1, 2}


def test_no_command_ends_with_a_number_that_has_no_name() -> None:
    bare = re.compile(r"typer\.Exit\(\d|NotDone\([^)]*, \d+\)|\bend\([^\n]*, \d+\)$", re.MULTILINE)
    code = {path.name: path.read_text("utf-8") for path in Path("services/cli").glob("*.py")}
    assert [name for name, text in code.items() if bare.search(text)] == []


def test_the_manual_has_one_table_with_every_code() -> None:
    page = Path("docs/manual/commands.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", page, re.MULTILINE)
    assert {int(code): meaning for code, meaning in rows} == exit_codes.MEANINGS
    assert set(exit_codes.MEANINGS) == set(CODES.values())
    assert "0 done, 1 refused" not in Path("docs/manual/troubleshooting.md").read_text("utf-8"), "no second table"
