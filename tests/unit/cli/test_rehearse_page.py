"""The page on rehearsals holds the table that the code makes, and names every fault."""

from pathlib import Path

from services.cli.rehearse_page import document
from services.simulator.twin.faults import LIBRARY


def test_the_table_is_what_the_code_makes() -> None:
    assert Path("docs/manual/rehearse.md").read_text(encoding="utf-8") == document()


def test_the_page_names_every_fault() -> None:
    assert all(f"| {fault.name} | {fault.about} |" in document() for fault in LIBRARY)
