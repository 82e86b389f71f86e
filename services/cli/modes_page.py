"""The debug page's diagram of the modes as TypeScript, made from the table that the decision itself runs through."""

import json
from textwrap import wrap

from services.cli.rules_page import first_line
from services.controller.core.mode import TABLE

LINE = 34
"""Characters of a line of the diagram, which must fit a phone."""

_HEAD = """// Made from services/controller/core/mode.py by services.cli.generate: the first row that applies names the mode.

export interface ModeRow {
  mode: string;
  when: string[]; // its question, in the lines in which it is drawn
}

export const MODES: ModeRow[] = [
"""


def text() -> str:
    """The file."""
    rows = [_row(mode.value, first_line(applies)) for mode, applies in TABLE]
    return _HEAD + "".join(rows) + "];\n"


def _row(mode: str, when: str) -> str:
    return f"  {{ mode: {json.dumps(mode)}, when: {json.dumps(wrap(when, LINE))} }},\n"
