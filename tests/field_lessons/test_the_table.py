"""The operator's table of field lessons is complete and names only tests that there are."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "manual" / "field-lessons.md").read_text("utf-8")
LESSONS, GATES = PAGE.split("## The ten release gates")


def rows(part: str) -> dict[int, str]:
    """The lines of a table by their number."""
    return {int(number): line for number, line in re.findall(r"^\| (\d+) \| (.+) \|$", part, re.MULTILINE)}


def named(text: str) -> set[tuple[str, str]]:
    """The tests that are named: file and function."""
    return set(re.findall(r"`([a-z_/0-9]+\.py)::(test_\w+)`", text))


def test_every_lesson_and_every_gate_has_a_line_with_a_test() -> None:
    assert sorted(rows(LESSONS)) == list(range(1, 57))
    assert sorted(rows(GATES)) == list(range(1, 11))
    assert [number for part in (LESSONS, GATES) for number, line in rows(part).items() if not named(line)] == []


def test_every_test_that_the_table_names_is_there() -> None:
    found = named(PAGE)
    assert len(found) > 100
    files = {file: (TESTS / file).read_text("utf-8") for file, _ in found if (TESTS / file).exists()}
    assert [f"{file}::{name}" for file, name in sorted(found) if f"def {name}(" not in files.get(file, "")] == []


def test_every_test_of_a_gate_and_of_a_lesson_stands_in_the_table() -> None:
    own = {
        (f"field_lessons/{file.name}", name)
        for file in sorted((TESTS / "field_lessons").glob("test_*.py"))
        if file.name != Path(__file__).name
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    assert own - named(PAGE) == set()
