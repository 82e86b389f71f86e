"""The manual's page of rules and modes, made from the tables that the decision itself runs through."""

from collections.abc import Callable
from typing import Any

from services.controller.core.cooling import FLOORS
from services.controller.core.mode import TABLE
from services.controller.core.rules import RULES

_HEAD = """# Rules and modes

This page is made from the decision's own tables: what stands here is what runs.

## Rules on load

Every rule returns a ceiling on load in some scope (the site, a zone, a feeder) or nothing, and may hold load where it is. The
lowest ceiling of a scope wins, and nothing is raised beyond any hold. `limited_by` names the rule that leaves the least. The
order below only breaks ties.

| Rule | What it says |
|---|---|
"""

_FANS = """
## Rules on fans

Every rule returns a floor on the number of running fans of a bank (the whole building, or one zone) or nothing. The highest wins.

| Rule | What it says |
|---|---|
"""

_MODES = """
## Modes

The mode is never stored: it is the first row of this table that applies.

| Mode | When |
|---|---|
"""


def text() -> str:
    """The page."""
    rows = [_row(rule) for rule in RULES]
    floors = [_row(rule) for rule in FLOORS]
    modes = [f"| `{mode.value}` | {first_line(applies)} |" for mode, applies in TABLE]
    return _HEAD + "\n".join(rows) + "\n" + _FANS + "\n".join(floors) + "\n" + _MODES + "\n".join(modes) + "\n\n" + _diagram()


def _diagram() -> str:
    lines = ["```mermaid", "flowchart TD"]
    for number, (mode, applies) in enumerate(TABLE[:-1]):
        following = f"q{number + 1}" if number + 2 < len(TABLE) else TABLE[-1][0].value
        lines += [
            f'  q{number}{{"{first_line(applies)}?"}} -- yes --> {mode.value}',
            f"  q{number} -- no --> {following}",
        ]
    return "\n".join([*lines, "```", ""])


def _row(rule: Callable[..., Any]) -> str:
    return f"| {rule.__name__.replace('_', ' ')} | {first_line(rule)} |"


def first_line(function: Callable[..., Any]) -> str:
    """What a rule or a row of the modes says of itself."""
    assert function.__doc__ is not None
    return " ".join(function.__doc__.partition("\n\n")[0].split())
