"""A curtailment as rows for a spreadsheet: what was measured and allowed over time, and between that what happened."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from services.api.curtailments.model_load import HeldFrom
from services.api.curtailments.model_story import Story
from services.api.history.rows import timestamp

HEAD = ("time", "kw", "lowest_kw", "highest_kw", "partial", "target_kw", "setpoint_kw", "unknown_kw", "event")


def rows(story: Story) -> list[tuple[Any, ...]]:
    """In the order of time, UTC. An empty cell is unknown; a row with an event has no reading."""
    curve = story.curve
    steps = (curve.target, curve.setpoint, curve.unknown)
    found: list[tuple[float, tuple[Any, ...]]] = [
        (one.at, (one.kw, one.lowest_kw, one.highest_kw, one.partial, *(_at(step, one.at) for step in steps), ""))
        for one in curve.points
    ]
    for line in story.timeline:
        what = line.what + (f": {line.why}" if line.why else "")
        found.append((line.at, (None, None, None, None, *(_at(step, line.at) for step in steps), what)))
    return [(timestamp(round(at * 1000)), *cells) for at, cells in sorted(found, key=lambda row: row[0])]


def _at(steps: Sequence[HeldFrom], at: float) -> float | None:
    """The figure that held at a moment; None before the first and where it was unknown."""
    index = bisect_right(steps, at, key=lambda step: step.at)
    return steps[index - 1].kw if index else None
