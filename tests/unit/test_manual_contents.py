"""The manual is whole: every page, key, alarm and command has its place in it, and it names none that is not there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from services.cli.main import app
from services.shared.catalogue import CATALOGUE
from services.shared.settings.sections import ALL, Section

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs" / "manual"
PAGES = [ROOT / "README.md", ROOT / "docs" / "index.md", *sorted(MANUAL.glob("*.md"))]
IDS = [page.name for page in PAGES]
PROGRAM = typer.main.get_command(app)
OF_THE_OLD_MANUAL = (
    "The service does not start",
    "Devices do not answer",
    "Alerts do not arrive",
    "Database problems",
    "The page does not load",
    "Fans do not run",
    "Miners do not respond",
    "The temperature is high",
)


def text_of(name: str) -> str:
    return (MANUAL / name).read_text("utf-8")


def test_every_page_and_decision_is_once_in_the_table_of_contents() -> None:
    named = re.findall(r"^ +- (?:[^:\n]+: )?(\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    there = [str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")]
    assert sorted(named) == sorted(there)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.TITLE)
def test_every_key_of_the_configuration_has_its_row(kind: type[Section]) -> None:
    headed = re.split(rf"^### \[{kind.TITLE}(?: name)?\]$", text_of("configuration.md"), maxsplit=1, flags=re.MULTILINE)
    rows = re.findall(r"^\| `(\w+)` \| (?:`.*`|empty) \|.*\| \S.* \|$", headed[1].split("\n### ")[0], re.MULTILINE)
    assert rows == list(kind.model_fields)


def test_every_alarm_is_listed_and_has_its_first_thing_to_do() -> None:
    listed = re.findall(r"^### `([a-z_*]+)`$", text_of("alarm-list.md"), re.MULTILINE)
    assert listed == [row.key for row in CATALOGUE]
    first_cells = re.findall(r"^\| (\[`[^|]+) \|", text_of("operation.md").split("## When something calls")[1], re.MULTILINE)
    assert sorted(re.findall(r"\[`([a-z_*]+)`\]\(alarm-list\.md#", " ".join(first_cells))) == sorted(listed)


def test_every_trouble_of_the_old_manual_has_its_section() -> None:
    headings = re.findall(r"^## (.+)$", text_of("troubleshooting.md"), re.MULTILINE)
    assert [one for one in OF_THE_OLD_MANUAL if one not in headings] == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_call_of_mine_could_be_typed(page: Path) -> None:
    wrong = [words for words in map(_words, _calls(page.read_text("utf-8"))) if not _is_known(PROGRAM, words)]
    assert wrong == []


def _calls(text: str) -> Iterator[str]:
    """What follows `mine` in code, in a line of its own or within a sentence."""
    fenced = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in fenced for line in block.splitlines()]
    spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    for code in [*lines, *spans]:
        found = re.match(r"(?:docker compose (?:exec|run --rm) [a-z]+ )?mine ([a-z].*)", code)
        if found:
            yield found.group(1)


def _words(call: str) -> list[str]:
    """The words of a call, without what is left to the reader and without what a shell makes of the rest."""
    plain = re.split(r" #|  +| && | ?[|>]|, ", call)[0].replace("...", "")
    try:
        return shlex.split(plain)
    except ValueError:  # broken off at the end of a line
        return plain.split()


def _is_known(command: object, words: list[str]) -> bool:
    """Whether the words are commands and options of the program; values of options and arguments are the reader's."""
    commands = getattr(command, "commands", None)
    if commands is not None:
        return not words or (words[0] in commands and _is_known(commands[words[0]], words[1:]))
    options = {name for one in command.params for name in one.opts} | {"--help"}  # type: ignore[attr-defined]
    return all(word in options for word in words if re.match(r"--?[a-z]", word))
