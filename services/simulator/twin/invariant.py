"""An observer that hands each step to a check given in."""

from services.simulator.twin.moment import Instant, Observer
from services.simulator.twin.step import Check


class Checked(Observer):
    """Every violation of the check, the same text once."""

    sees_every_step = True

    def __init__(self, check: Check) -> None:
        self._check = check
        self._told: set[str] = set()

    def observe(self, moment: Instant) -> tuple[str, ...]:
        """Check one step."""
        found = tuple(text for text in self._check(moment.step) if text not in self._told)
        self._told.update(found)
        return found
