"""Where nothing is on record: the last word before a gap is no word of the moment within it. In the database thread."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

import sqlalchemy as sa

from services.api.history.moments import Moment
from services.api.history.rows import timestamp
from services.api.why import Calendar
from services.shared.settings.sections import General

_APART = 2.5  # times the usual distance of two rows
_FEW = 4  # distances tell nothing of the usual one
_DEFAULT_MS = General().loop_interval_minutes * 60_000
_BEFORE = sa.text("SELECT timestamp, mode FROM mine_states WHERE timestamp <= :at ORDER BY timestamp DESC, id DESC LIMIT 21")
_AFTER = sa.text("SELECT timestamp, mode FROM mine_states WHERE timestamp > :at ORDER BY timestamp, id LIMIT 21")
_HEARD = sa.text("SELECT max(timestamp) FROM mine_states WHERE mode IS NOT NULL AND timestamp <= :at")
_AGAIN = sa.text("SELECT min(timestamp) FROM mine_states WHERE mode IS NOT NULL AND timestamp > :at")
_Rows = list[tuple[int, str | None]]


@dataclass(frozen=True, slots=True)
class Gap:
    """Unix milliseconds; `until_ms` None while it lasts, `from_ms` None where it was never otherwise."""

    from_ms: int | None
    until_ms: int | None

    def words(self, calendar: Calendar, now_at: float) -> str:
        """Such as "between 10:07:22 CST and 10:09:10 CST"."""
        began = None if self.from_ms is None else calendar.exact(self.from_ms / 1000, now_at)
        ended = "now" if self.until_ms is None else calendar.exact(self.until_ms / 1000, now_at)
        return f"before {ended}" if began is None else f"between {began} and {ended}"


def unrecorded(connection: sa.Connection, found: Moment, at_ms: int, now_ms: int) -> Gap | None:
    """The gap around a moment: rows of `mine_states` further apart than 2.5 times their usual distance then.

    None where rows stand close, or decisions between them do, and where no row is kept of the time before.
    """
    before, after = _rows(connection, _BEFORE, at_ms)[::-1], _rows(connection, _AFTER, at_ms)
    if not before:
        return None
    usual_ms = _usual_ms([*before, *after])
    if (after[0][0] if after else now_ms) - before[-1][0] <= _APART * usual_ms:
        return None
    began = max(before[-1][0], int(found.deciding.at * 1000) if found.deciding else 0)
    ends = [ms for ms, _ in after[:1]] + ([int(found.next_change.at * 1000)] if found.next_change else [])
    return Gap(began, min(ends, default=None)) if min(ends, default=now_ms) - began > usual_ms else None


def silence(connection: sa.Connection, at_ms: int) -> Gap:
    """Of a moment at which the controller was silent: since the last row that knew its mode, until the next that did."""
    at = {"at": timestamp(at_ms)}
    heard, again = (connection.execute(query, at).scalar() for query in (_HEARD, _AGAIN))
    return Gap(_ms(heard) if heard else None, _ms(again) if again else None)


def _rows(connection: sa.Connection, query: sa.TextClause, at_ms: int) -> _Rows:
    return [(_ms(written), mode) for written, mode in connection.execute(query, {"at": timestamp(at_ms)})]


def _ms(written: str) -> int:
    return round(datetime.fromisoformat(written).timestamp() * 1000)


def _usual_ms(near: _Rows) -> float:
    """As the rows around tell it, for the interval may have been another then. A row of a change of mode comes early."""
    apart = [later - ms for (ms, mode), (later, following) in pairwise(near) if mode == following]
    return median(apart) if len(apart) >= _FEW else _DEFAULT_MS
