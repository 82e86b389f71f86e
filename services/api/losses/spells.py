"""Absences, one after another, each as it really was: what is told of them may come late, and together."""

from dataclasses import dataclass, field

_MOST = 400
"""More than an hour holds of what stays for at least 10 s in between; of a longer row the oldest grow together."""


@dataclass(slots=True)
class Spells:
    """`kept`: from and until, in seconds on the monotonic clock. `times` and `seconds` count all of them."""

    kept: list[tuple[float, float]] = field(default_factory=list)
    times: int = 0
    seconds: float = 0.0

    def add(self, from_s: float, until_s: float) -> None:
        """One more, later than all before."""
        self.kept.append((from_s, until_s))
        self._shorten()
        self.times += 1
        self.seconds += until_s - from_s

    def joined(self, later: "Spells") -> "Spells":
        """These and the later ones."""
        both = Spells(self.kept + later.kept, self.times + later.times, self.seconds + later.seconds)
        both._shorten()
        return both

    def _shorten(self) -> None:
        over = len(self.kept) - _MOST
        if over > 0:
            self.kept[: over + 1] = [(self.kept[0][0], self.kept[over][1])]
