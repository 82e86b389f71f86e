"""Makes the table of faults in docs/manual/rehearse.md from their own library; the text before it is written by hand."""

from services.cli.broker import ROOT
from services.simulator.twin.faults import LIBRARY

PAGE = "docs/manual/rehearse.md"
MARK = "<!-- from here on made from services/simulator/twin/faults.py by python -m services.cli.generate -->"
_COLUMNS = "| Fault | What happens | On |\n|---|---|---|\n"


def document() -> str:
    """The whole page: its text as it stands, and the table anew."""
    text, mark, _ = (ROOT / PAGE).read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise ValueError(f"{PAGE} lacks the line {MARK}")
    return f"{text}{MARK}\n\n{_COLUMNS}" + "".join(f"| {one.name} | {one.about} | {one.falls.value} |\n" for one in LIBRARY)
