"""The rows of `mine_states` of a stretch, and what they tell of it: the load before, the least, the proof, what was not used."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from services.api.history.rows import timestamp
from services.shared.vocabulary import Mode

_BEFORE_MS = 3_600_000
_FARTHEST_S = 900.0
"""Rows further apart than this say nothing of the time between."""
_COLUMNS = "timestamp, mode, measured_kw, target_kw, setpoint_kw, unknown_kw, forced"
_ROWS = sa.text(f"SELECT {_COLUMNS} FROM mine_states WHERE timestamp >= :start AND timestamp <= :end ORDER BY timestamp, id")  # noqa: S608
_LAST = sa.text(
    f"SELECT {_COLUMNS} FROM mine_states WHERE timestamp < :at AND timestamp >= :start"  # noqa: S608
    " ORDER BY timestamp DESC, id DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row; load in kW, null unknown. `at` in Unix seconds."""

    at: float
    mode: str | None
    measured_kw: float | None
    target_kw: float | None
    setpoint_kw: float | None
    unknown_kw: float | None
    forced: bool

    @property
    def whole_kw(self) -> float | None:
        """The load, where nothing of it is unknown."""
        return self.measured_kw if self.unknown_kw == 0 else None

    @property
    def is_proven(self) -> bool:
        """Whether the controller called it curtailed and a measurement showed all of the load."""
        return self.mode == Mode.CURTAILED and self.whole_kw is not None


def between(connection: sa.Connection, start_ms: int, end_ms: int) -> list[Row]:
    """The rows from one moment to another (Unix milliseconds)."""
    found = connection.execute(_ROWS, {"start": timestamp(start_ms), "end": timestamp(end_ms)})
    return [_row(row) for row in found]


def before(connection: sa.Connection, at_ms: int) -> Row | None:
    """The last row of the hour before."""
    asked = {"at": timestamp(at_ms), "start": timestamp(max(0, at_ms - _BEFORE_MS))}
    row = connection.execute(_LAST, asked).one_or_none()
    return None if row is None else _row(row)


def lowest_kw(rows: Iterable[Row]) -> float | None:
    """The least that was measured with nothing unknown."""
    return min((kw for row in rows if (kw := row.whole_kw) is not None), default=None)


def not_used_kwh(rows: Sequence[Row], before_kw: float | None, until_at: float) -> float | None:
    """An estimate: the load before, less what each row measured until the next. None where a stretch of it is not known."""
    if before_kw is None or not rows:
        return None
    ends = [*rows, None]
    kwh = 0.0
    for row, following in pairwise(ends):
        assert row is not None
        seconds = (following.at if following else until_at) - row.at
        if row.whole_kw is None or seconds > _FARTHEST_S:
            return None
        kwh += (before_kw - row.whole_kw) * max(0.0, seconds) / 3600
    return max(0.0, kwh)


def is_proven(mode: str, inputs: Mapping[str, Any]) -> bool:
    """Whether a decision called it curtailed by a measurement: its own word, or its figures where they were kept without it."""
    load = inputs.get("load")
    if mode != Mode.CURTAILED or not isinstance(load, dict):
        return False
    return bool(load.get("proven", load.get("measured_kw") is not None and load.get("unknown_kw") == 0))


def _row(row: Any) -> Row:
    return Row(
        at=datetime.fromisoformat(row.timestamp).timestamp(),
        mode=row.mode,
        measured_kw=row.measured_kw,
        target_kw=row.target_kw,
        setpoint_kw=row.setpoint_kw,
        unknown_kw=row.unknown_kw,
        forced=bool(row.forced),
    )
