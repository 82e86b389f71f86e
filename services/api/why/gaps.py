"""Where nothing is on record: the last word before a gap is no word of the moment within it. In the database thread."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

import sqlalchemy as sa

from services.api.history.moments import Recorded
from services.api.history.rows import timestamp
from services.api.why.model import Calendar
from services.shared.settings.sections import General
from services.shared.vocabulary import Mode

_APART = 2.5  # times the usual distance of two rows
_FEW = 4  # distances tell nothing of the usual one
_DEFAULT_MS = General().loop_interval_minutes * 60_000
_BEFORE = sa.text("SELECT timestamp, mode FROM mine_states WHERE timestamp <= :at ORDER BY timestamp DESC, id DESC LIMIT 21")
_AFTER = sa.text("SELECT timestamp, mode FROM mine_states WHERE timestamp > :at ORDER BY timestamp, id LIMIT 21")
_HEARD = sa.text("SELECT max(timestamp) FROM mine_states WHERE mode IS NOT NULL AND timestamp <= :at")
_AGAIN = sa.text("SELECT min(timestamp) FROM mine_states WHERE mode IS NOT NULL AND timestamp > :at")
_KEY_BITS = 14  # of a reading's key, below its milliseconds
_READ_BEFORE = sa.text("SELECT ts_ms FROM readings WHERE key <= :at ORDER BY key DESC LIMIT 1")
_READ_AFTER = sa.text("SELECT ts_ms FROM readings WHERE key > :at ORDER BY key LIMIT 1")
_PAUSE_MS = 60_000  # of all sensors together: each is polled more often
_NEAR_MS = 3_600_000
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


def unrecorded(connection: sa.Connection, found: Recorded, at_ms: int, now_ms: int) -> Gap | None:
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


def begun_anew(connection: sa.Connection, found: Recorded) -> Gap | None:
    """Where the next word of the controller is that it starts: from its last word before until then. It may be far shorter than
    the distance of two rows."""
    after = found.next_change
    if after is None or after.mode != Mode.STARTING:
        return None
    until_ms = int(after.at * 1000)
    said = [_ms(heard)] if (heard := connection.execute(_HEARD, {"at": timestamp(until_ms)}).scalar()) else []
    said += [int(found.deciding.at * 1000)] if found.deciding else []
    return Gap(max(said, default=None), until_ms)


def pause(connection: sa.Connection, at_ms: int, until_ms: int) -> Gap | None:
    """The pause of all readings around a moment, where it is a minute or longer, and begins and ends near `until_ms`."""
    before, after = (connection.execute(query, {"at": at_ms << _KEY_BITS}).scalar() for query in (_READ_BEFORE, _READ_AFTER))
    if before is None or (after or until_ms) - before < _PAUSE_MS or until_ms - before > _NEAR_MS:
        return None
    return Gap(before, until_ms)


def unread(connection: sa.Connection, at_ms: int, now_ms: int) -> Gap | None:
    """The pause of all readings in which a moment lies, where it is a minute or longer: the collector stood still."""
    before, after = (connection.execute(query, {"at": at_ms << _KEY_BITS}).scalar() for query in (_READ_BEFORE, _READ_AFTER))
    if before is None or (after or now_ms) - before < _PAUSE_MS or at_ms - before > _NEAR_MS:
        return None
    return Gap(before, after)


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
