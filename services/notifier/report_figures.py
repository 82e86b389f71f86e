"""What is counted of the alarms: each time people were told of a new one, how close together, and when somebody acknowledged.

The measures are those of ISA-18.2-2016 (clause 16, monitoring and assessment) and EEMUA 191 (alarm system performance). Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.notifier.record import Transition, severity
from services.shared.vocabulary import AlarmKind, Priority

WINDOW_S = 600.0
"""Both guides count alarms per operator in ten minutes."""
FLOOD = 10
"""More than so many in ten minutes are a flood: nobody can take them in."""


@dataclass(slots=True)
class Raising:
    """People were told of an alarm at `at` (Unix seconds); None: nobody acknowledged it."""

    key: str
    kind: AlarmKind
    priority: Priority
    at: float
    acknowledged_at: float | None = None

    @property
    def answered_s(self) -> float | None:
        """How long until somebody acknowledged; None when nobody did, or the calendar was set meanwhile."""
        if self.acknowledged_at is None or self.acknowledged_at < self.at:
            return None
        return self.acknowledged_at - self.at


def raisings(steps: Iterable[Transition]) -> list[Raising]:
    """The alarms among the steps, which are in the order in which they happened.

    An alarm counts once from `raised` to `returned`. One that is told anew while it stands, because it came back from a shelf or
    its cause changed, is the same alarm; one that becomes an emergency asks for another act of people and is one more. An
    acknowledgement answers all of the same alarm, also after its end, until it is raised again.
    """
    found: list[Raising] = []
    standing: dict[str, AlarmKind] = {}
    waiting: dict[str, list[Raising]] = {}
    for step in steps:
        if step.what == "raised":
            before = standing.get(step.key)
            if before is None or severity(step.kind) > severity(before):
                one = Raising(step.key, step.kind, step.priority, step.at)
                found.append(one)
                waiting[step.key] = [*(waiting.get(step.key, ()) if before is not None else ()), one]
                standing[step.key] = step.kind
        elif step.what == "returned":
            standing.pop(step.key, None)
        elif step.what == "acknowledged":
            for one in waiting.pop(step.key, ()):
                one.acknowledged_at = step.at
    return found


def worst(times: Sequence[float]) -> int:
    """The most alarms in any ten minutes. `times` ascend."""
    return max(_following(times), default=0)


def flood_s(times: Sequence[float], until_at: float) -> float:
    """So many seconds lie in a ten-minute window that begins with an alarm and holds more than ten. `times` ascend.

    A window is looked at wherever it begins: one on the full ten minutes would cut a flood in two halves that are none.
    """
    seconds, covered_at = 0.0, float("-inf")
    for at, count in zip(times, _following(times), strict=True):
        if count > FLOOD:
            end_at = min(at + WINDOW_S, until_at)
            seconds += max(end_at - max(at, covered_at), 0.0)
            covered_at = max(covered_at, end_at)
    return seconds


def _following(times: Sequence[float]) -> list[int]:
    """For each alarm, how many there are in the ten minutes that begin with it."""
    counts, last = [], 0
    for first, at in enumerate(times):
        while last < len(times) and times[last] < at + WINDOW_S:
            last += 1
        counts.append(last - first)
    return counts
