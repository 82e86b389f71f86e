"""What mode, rule, target and reasons of a moment are told from: the newer of the last row and the last decision, never both."""

from datetime import datetime

from services.api.history.moments import Recorded
from services.api.why.model import Calendar, WhyLoad
from services.api.why.words import rounded


class Source:
    """`is_row`: the row of `mine_states` is the newer; else the decision, or transition. `row_at` and `at` in Unix seconds."""

    def __init__(self, found: Recorded) -> None:
        self._row, self._turn, self._transition = found.state, found.deciding, found.transition
        self.is_row = self._row is not None and (self._turn is None or self._row["timestamp"] > self._turn.timestamp)
        self.row_at = None if self._row is None else datetime.fromisoformat(self._row["timestamp"]).timestamp()

    @property
    def at(self) -> float:
        """When it was recorded."""
        newest = self.row_at if self.is_row else self._turn.at if self._turn else None
        return newest or 0.0

    @property
    def mode(self) -> str | None:
        """None where there is none: a row without a mode was written while the controller was silent."""
        if self._row is not None and self.is_row:
            return None if self._row["mode"] is None else str(self._row["mode"])
        turned = self._transition.mode if self._transition else None
        return (self._turn.mode if self._turn else None) or turned

    @property
    def limited_by(self) -> str | None:
        """The rule: a decision names it in its title, a transition in the row that comes after it."""
        if self._row is not None and self.is_row:
            return None if self._row["limited_by"] is None else str(self._row["limited_by"])
        is_decision = self._turn is not None and self._turn.kind == "decision"
        return self._turn.title.removeprefix("limited by ") if self._turn and is_decision else None

    @property
    def reasons(self) -> list[str]:
        """The most important first."""
        if self._row is not None and self.is_row:
            return [str(one) for one in self._row["reasons"]]
        return list(self._turn.reasons) if self._turn else []

    def load(self, calendar: Calendar) -> WhyLoad | None:
        """Of the last row. A target that was set before the decision is not the target of its mode."""
        row = self._row
        if row is None:
            return None
        told = {name: None if row[name] is None else rounded(row[name]) for name in ("measured_kw", "target_kw", "unknown_kw")}
        return WhyLoad(**told | ({} if self.is_row else {"target_kw": None}), as_of=calendar.iso(self.row_at))
