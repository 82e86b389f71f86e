"""One service or device: when its loss and its return are worth a line in the history.

What came and went three times within an hour is told once an hour from then on: how often, and for how long in all. Only the
telling waits: each absence is kept as it was. That a service was started again within seconds is one line, and no loss.
"""

from dataclasses import dataclass, field
from typing import Literal

from services.api.losses.often import SHORT_S, Often
from services.api.losses.spells import Spells
from services.shared.clock import Moment

Act = Literal["lost", "back", "began", "gone"]
"""`gone`: lost, and then taken out of the configuration."""
LONGEST_S = 60.0
"""What was there only for moments is back when it stays for so long."""
_MOST_DOUBLINGS = 3


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
    """`told` is what the history says of it, None nothing yet. `patience_s`: a loss must last so long. Moments are monotonic.

    `lost_s`: since when it is away, but for moments; `there_s`: since when it is there. `waiting` returns are not told yet.
    """

    patience_s: float = 0.0
    told: Literal["there", "lost"] | None = None
    boot: str = ""
    lost_s: float | None = None
    there_s: float | None = None
    reason: str = ""
    waiting: int = 0
    _gone_s: float | None = None
    _last_boot: str = ""
    _next: Act = "back"
    _often: Often = field(default_factory=Often)
    _untold: Spells = field(default_factory=Spells)
    _now: Spells = field(default_factory=Spells)

    def look(self, seen: Seen, now: Moment) -> Act | None:
        """What would be told now; `tell` says that it was. None: nothing new, it has not stood long enough, or it waits."""
        return self._see_there(seen, now) if seen.there else self._see_lost(seen, now)

    def tell(self, act: Act, boot: str, now: Moment, times: int = 1) -> None:
        """It is in the history. `times`: how many returns an earlier process told so."""
        self.told, self._often.told_s = "lost" if act == "lost" else "there", now.mono_s
        if act == "lost":
            return
        if not self.waiting or self.lost_s is not None or boot != self.boot:
            self._returned(boot, now, times)
        self.waiting, self._untold = 0, Spells()

    def resume(self, lost_s: float | None) -> None:
        """An earlier process told that it is lost, and since when; None: that it is there."""
        self.lost_s = self._gone_s = lost_s

    def is_beginning(self, seen: Seen) -> bool:
        """Whether it runs, and the history does not know this process of it; not of one that is told once an hour."""
        return seen.there and self.told != "lost" and seen.boot != self.boot and not self.waiting

    @property
    def away(self) -> Spells:
        """How it was really away since what was told last; empty where nobody saw it."""
        return self._untold.joined(self._now)

    @property
    def begun(self) -> int:
        """The returns that the next line tells."""
        return self.waiting or 1

    def _see_lost(self, seen: Seen, now: Moment) -> Act | None:
        if self._gone_s is None:
            since_s = _mono_s(seen.since_at, now)
            self._gone_s = since_s if self.there_s is None else max(since_s, self.there_s)
        if self.lost_s is None:
            self.lost_s = self._gone_s
        self.there_s, self.reason = None, seen.reason
        lasts = now.mono_s - self.lost_s >= self._often.patience_s(self.patience_s, now)
        return "lost" if lasts and self.told != "lost" else None

    def _see_there(self, seen: Seen, now: Moment) -> Act | None:
        if self.there_s is None or seen.boot != self._last_boot:
            self.there_s = self._arrived_s(seen, now)
        if now.mono_s - self.there_s < self._must_stay_s():
            return None
        act = self._stayed(seen, self.there_s)
        if act is None:
            self._settle()
        elif self.told != "lost" and (self.waiting or self._often.waits(now)):
            self._wait(act, seen.boot, now)
        else:
            return act
        return self._next if self.waiting and not self._often.waits(now) else None

    def _arrived_s(self, seen: Seen, now: Moment) -> float:
        since_s = _mono_s(seen.since_at, now) if seen.boot != self.boot else now.mono_s
        if self._gone_s is not None:
            since_s = max(since_s, self._gone_s)
            self._now.add(self._gone_s, since_s)
        self._gone_s, self._last_boot = None, seen.boot
        return since_s

    def _stayed(self, seen: Seen, there_s: float) -> Act | None:
        if self.told == "lost":
            return "back"
        if seen.boot != self.boot:
            return "began"
        return "back" if self.lost_s is not None and there_s - self.lost_s >= self.patience_s else None

    def _wait(self, act: Act, boot: str, now: Moment) -> None:
        self._next = "began" if act == "began" or (self.waiting and self._next == "began") else "back"
        self._untold = self.away
        self.waiting += 1
        self._returned(boot, now)

    def _returned(self, boot: str, now: Moment, times: int = 1) -> None:
        self.boot = boot
        self._often.returned(now, times)
        self._settle()

    def _must_stay_s(self) -> float:
        """Twice as long for each time that it was there only for a moment."""
        return min(LONGEST_S, SHORT_S * 2.0 ** min(max(0, self._now.times - 1), _MOST_DOUBLINGS))

    def _settle(self) -> None:
        self.lost_s, self._now = None, Spells()


def _mono_s(at: float | None, now: Moment) -> float:
    """A moment of the calendar on the monotonic clock; now where there is none, or it is still to come."""
    return now.mono_s if at is None else now.mono_s - max(0.0, now.wall_s - at)
