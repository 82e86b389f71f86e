"""A loss, a return or a beginning in words, as it goes into the history and comes back from there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.api.history.own_events import OwnEvent
from services.api.losses.life import Act
from services.shared.clock import Moment
from services.shared.spans import span

_COUNTED_S = 2.0


@dataclass(frozen=True, slots=True)
class Happening:
    """`names` are services, or one device; `at`: Unix seconds; `seconds`: how long it was away, None unknown.

    `boots`: which process it was of each service; none of a device. `times`: so many returns in one line; `absences` of all of
    them, and `spells` when each really was, by name (from and until, Unix milliseconds).
    """

    act: Act
    names: tuple[str, ...]
    at: float
    seconds: float | None = None
    reason: str = ""
    version: str = ""
    times: int = 1
    absences: int = 0
    boots: Mapping[str, str] = field(default_factory=dict)
    spells: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)

    def event(self, now: Moment) -> OwnEvent:
        """As it is recorded. Boots and spells are JSON, for the next start of the api and for who asks of a moment."""
        known = {"boots": dict(self.boots), "away": {name: list(one) for name, one in self.spells.items()}}
        return OwnEvent(
            when=Moment(now.mono_s, self.at, now.wall_trusted, now.host_boot),
            title=f"{listed(self.names)} {self._verb()}",
            reasons=tuple(self._reasons()),
            device=self.names[0] if self.is_device else "",
            act=self.act,
            seconds=None if self.seconds is None else round(self.seconds, 1),
            detail=json.dumps(known) if any(known.values()) else "",  # the page shows no JSON
        )

    @property
    def is_device(self) -> bool:
        """Whether it is of a device; else of services, or of the broker."""
        return not self.boots

    def _verb(self) -> str:
        if self.is_device:
            return {"lost": "does not answer", "back": "answers again"}.get(self.act, "is read no more")
        began = "began anew" if self.times == 1 else f"began anew {self.times} times"
        return {"lost": "lost", "back": "back"}.get(self.act, began)

    def _reasons(self) -> list[str]:
        return [one for one in (self.reason, self._away(), f"version {self.version}" if self.version else "") if one]

    def _away(self) -> str:
        if self.seconds is None or self.act == "lost":
            return ""
        many = self.absences > 1
        return f"was away {self.absences} times, {_span(self.seconds)} in all" if many else f"away for {_span(self.seconds)}"


def _span(seconds: float) -> str:
    """Who looks each second cannot count what is shorter."""
    return span(seconds) if seconds >= _COUNTED_S else "a moment"


def listed(names: tuple[str, ...]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
