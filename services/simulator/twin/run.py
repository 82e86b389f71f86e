"""A day of the twin from its seed: what the proof runs by the thousand."""

from services.controller.core.plant import Limits
from services.simulator.twin.day import Day, day_by_chance
from services.simulator.twin.invariant import Checked
from services.simulator.twin.outcome import outcomes
from services.simulator.twin.premises import Premises, usual_premises
from services.simulator.twin.step import Check, DayResult
from services.simulator.twin.story import Story
from services.simulator.twin.twin import Twin


def run_day(limits: Limits, seed: int, *, hours: float = 24.0, check: Check) -> DayResult:
    """A day of power events and faults by chance; the same seed on the same site is the same day."""
    premises = usual_premises(limits)
    return run(limits, premises, day_by_chance(limits, premises, seed, hours), check=check)


def run(limits: Limits, premises: Premises, day: Day, *, check: Check) -> DayResult:
    """A given day. The story begins with its schedule, and ends with the last steps before a violation."""
    story, checked = Story(), Checked(check)
    twin = Twin(limits, premises, day, (story, checked, *outcomes(limits, day)))
    twin.run()
    lines = (*day.lines(), *story.lines)
    if twin.watchers.violations:
        lines = (*lines, "the last steps:", *twin.watchers.trace)
    return DayResult(day.seed, tuple(twin.watchers.violations), twin.steps, lines)
