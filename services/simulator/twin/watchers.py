"""Everybody who watches a twin, and what they found wrong."""

from collections import deque
from collections.abc import Sequence

from services.simulator.twin.clock import clock_text
from services.simulator.twin.moment import Instant, Observer
from services.simulator.twin.story import line_of

_MOST_VIOLATIONS = 20
_TRACED = 12


class Watchers:
    """`violations` with their moments, `trace` the last steps before each."""

    def __init__(self, observers: Sequence[Observer]) -> None:
        self.violations: list[str] = []
        self.trace: list[str] = []
        self._observers = observers
        self._recent: deque[Instant] = deque(maxlen=_TRACED)

    def observe(self, moment: Instant, *, decides: bool) -> None:
        """Show them a moment. Not `decides`: what goes out by a decision that they saw."""
        self._recent.append(moment)
        for observer in self._observers:
            if decides or observer.sees_every_step:
                self._note(observer.observe(moment), moment.sim_s)

    def end(self, moment: Instant) -> None:
        """Show them the last moment."""
        for observer in self._observers:
            self._note(observer.end(moment), moment.sim_s)

    def _note(self, wrong: tuple[str, ...], sim_s: float) -> None:
        for text in wrong:
            if len(self.violations) < _MOST_VIOLATIONS:
                self.violations.append(f"{clock_text(sim_s)} {text}")
                self.trace.extend(line_of(one) for one in self._recent)
                self._recent.clear()
