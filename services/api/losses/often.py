"""Whether something comes and goes: then the history tells of it once an hour, and of a loss only when it lasts."""

from collections import deque
from dataclasses import dataclass, field

from services.shared.clock import Moment

OFTEN = 3
HOUR_S = 3600.0
SHORT_S = 10.0
"""A service that ended is started again by its supervisor within so long; and what is back so long is back."""
_LATEST_S = 900.0
_MOST_DOUBLINGS = 7


@dataclass(slots=True)
class Often:
    """The newest returns of one service or device, and its last line (`told_s`); moments are monotonic."""

    told_s: float | None = None
    _returns: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_DOUBLINGS))

    def returned(self, now: Moment, times: int) -> None:
        """It came back, or began anew."""
        self._returns.extend([now.mono_s] * min(times, _MOST_DOUBLINGS))

    def waits(self, now: Moment) -> bool:
        """Whether its next return is told later: it comes and goes, and the history had a line of it within the hour."""
        return self._recent(now) >= OFTEN and self.told_s is not None and now.mono_s - self.told_s < HOUR_S

    def patience_s(self, usual_s: float, now: Moment) -> float:
        """A loss of what comes and goes is told when it lasts longer, twice as long for each return of the last hour."""
        recent = self._recent(now)
        return usual_s if recent < OFTEN else min(_LATEST_S, SHORT_S * 2.0**recent)

    def _recent(self, now: Moment) -> int:
        return sum(now.mono_s - at_s < HOUR_S for at_s in self._returns)
