"""One service or device: when its loss and its return are worth a line in the history.

A loss is one line however often it comes back for a moment; what comes and goes has to stay longer each time before that is a
return. A service that is started again within seconds is no loss: that it began anew is one line.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from services.shared.clock import Moment

Act = Literal["lost", "back", "began", "gone"]
"""`gone`: lost, and then taken out of the configuration."""
SHORT_S = 10.0
"""A service that ended is started again by its supervisor within so long; and what is back so long is back."""
LONGEST_S = 900.0
_HOUR_S = 3600.0
_MOST_DOUBLINGS = 7
_MOST_BY_BLINKS = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """How it is now. `since_at`: since when, as its owner says it (Unix seconds).

    `boot` is that of a service's process, `version` that of its program.
    """

    there: bool
    reason: str = ""
    since_at: float | None = None
    boot: str = ""
    version: str = ""


@dataclass(slots=True)
class Life:
    """`told` is what the history says of it, None nothing yet. `patience_s`: a loss must last so long. Moments are monotonic."""

    patience_s: float = 0.0
    told: Literal["there", "lost"] | None = None
    boot: str = ""
    lost_s: float | None = None
    there_s: float | None = None
    reason: str = ""
    blinks: int = 0
    _last_boot: str = ""
    _returns: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_DOUBLINGS))

    def look(self, seen: Seen, now: Moment) -> Act | None:
        """What would be told now; `tell` says that it was. None: nothing new, or it has not stood long enough."""
        return self._see_there(seen, now) if seen.there else self._see_lost(seen, now)

    def tell(self, act: Act, boot: str, now: Moment) -> None:
        """It is in the history."""
        self.told = "lost" if act == "lost" else "there"
        if act != "lost":
            self.boot = boot
            self._returns.append(now.mono_s)
            self._settle()

    def is_beginning(self, seen: Seen) -> bool:
        """Whether it runs, and the history does not know this process of it."""
        return seen.there and self.told != "lost" and seen.boot != self.boot

    @property
    def away_s(self) -> float | None:
        """From its loss to its return; None where nobody saw it."""
        return None if self.lost_s is None or self.there_s is None else max(0.0, self.there_s - self.lost_s)

    def _see_lost(self, seen: Seen, now: Moment) -> Act | None:
        self.blinks += self.lost_s is not None and self.there_s is not None
        self.there_s = None
        self.reason = seen.reason
        if self.lost_s is None:
            self.lost_s = _mono_s(seen.since_at, now)
        return "lost" if self.told != "lost" and now.mono_s - self.lost_s >= self.patience_s else None

    def _see_there(self, seen: Seen, now: Moment) -> Act | None:
        if self.there_s is None or seen.boot != self._last_boot:
            since_s = _mono_s(seen.since_at, now) if seen.boot != self.boot else now.mono_s
            self.there_s = max(since_s, self.lost_s if self.lost_s is not None else since_s)
            self._last_boot = seen.boot
        has_stayed = now.mono_s - self.there_s >= self._must_stay_s(now)
        if self.told == "lost":
            return "back" if has_stayed else None
        if seen.boot != self.boot:
            return "began" if has_stayed else None
        self.told = "there"
        if has_stayed:
            self._settle()
        return None

    def _must_stay_s(self, now: Moment) -> float:
        """Twice as long for each return of the last hour, and for each time that it was there only for a moment."""
        recent = sum(now.mono_s - at_s < _HOUR_S for at_s in self._returns)
        return min(LONGEST_S, SHORT_S * 2.0 ** (recent + min(self.blinks, _MOST_BY_BLINKS)))

    def _settle(self) -> None:
        self.lost_s = self.there_s = None
        self.blinks = 0


def _mono_s(at: float | None, now: Moment) -> float:
    """A moment of the calendar on the monotonic clock; now where there is none, or it is still to come."""
    return now.mono_s if at is None else now.mono_s - max(0.0, now.wall_s - at)
