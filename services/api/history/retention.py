"""What is given up and when: each kind after its days, and sooner when the card is short of room, in a declared order.

Nothing finer is given up before the next coarser has it. The newest event, alarm and state always stay, because the cursors of
those who read on count on their numbers. The audit is not here: it is never given up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.api.history import tiers
from services.api.history.rows import SENSOR_BITS, reading_key, timestamp
from services.api.history.tiers import DAY_S, HOURS, MINUTES, QUARTERS, READINGS
from services.shared.settings.sections import History as Section


@dataclass(frozen=True, slots=True)
class Kind:
    """A table that is thinned from its oldest end. `words` name it for people; `days` are kept as configured; `least_days` stay
    however short the card is, counted from its newest row or from now, whichever is earlier. `rolled_into` names the tables that
    must have it before."""

    table: str
    words: str
    days: Callable[[Section], float]
    least_days: float
    rolled_into: tuple[str, ...]
    ends: str
    delete: str
    to_key: Callable[[float], Any]
    to_s: Callable[[Any], float]


def _ms(at_s: float) -> int:
    return int(at_s * 1000)


def _from_ms(ms: Any) -> float:
    return float(ms) / 1000


def _iso(at_s: float) -> str:
    return timestamp(max(0, int(at_s * 1000)))


def _from_iso(text: Any) -> float:
    return datetime.fromisoformat(str(text)).timestamp()


def _tier(table: str, words: str, days: Callable[[Section], float], least_days: float, *rolled_into: str) -> Kind:
    per_sensor = f"FROM sensors AS s CROSS JOIN {table} AS t ON t.sensor_id = s.id AND t.ts_s"
    edge = f"(SELECT %s(ts_s) FROM {table} WHERE sensor_id = s.id)"  # noqa: S608 - no input
    return Kind(
        table, words, days, least_days, rolled_into,
        ends=f"SELECT min({edge % 'min'}), max({edge % 'max'}) FROM sensors AS s",  # noqa: S608
        delete=f"DELETE FROM {table} WHERE (sensor_id, ts_s) IN (SELECT t.sensor_id, t.ts_s {per_sensor} < :cut LIMIT :count)",  # noqa: S608
        to_key=int, to_s=float,
    )  # fmt: skip


def _numbered(
    table: str, words: str, days: Callable[[Section], float], least_days: float, column: str,
    to_key: Callable[[float], Any] = _ms, to_s: Callable[[Any], float] = _from_ms,
) -> Kind:  # fmt: skip
    return Kind(
        table, words, days, least_days, (),
        ends=f"SELECT (SELECT min({column}) FROM {table}), (SELECT max({column}) FROM {table})",  # noqa: S608
        delete=f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {column} < :cut"  # noqa: S608
        f" AND id < (SELECT max(id) FROM {table}) AND ({column} >= :from OR id < (SELECT id FROM {table}"
        f" WHERE {column} >= :from AND {column} < :cut ORDER BY {column} DESC LIMIT 1)) ORDER BY {column} LIMIT :count)",
        to_key=to_key, to_s=to_s,
    )  # fmt: skip


ORDER = (
    Kind(
        READINGS, "single readings", lambda section: section.reading_days, 1, (MINUTES.table,),
        ends="SELECT (SELECT min(key) FROM readings), (SELECT max(key) FROM readings)",
        delete="DELETE FROM readings WHERE key < :cut AND key <= coalesce("
        "(SELECT key FROM readings WHERE key < :cut ORDER BY key LIMIT 1 OFFSET :count), :cut)",
        to_key=lambda at_s: reading_key(_ms(at_s)), to_s=lambda key: _from_ms(key >> SENSOR_BITS),
    ),
    _tier("minutes", "minutes", lambda section: section.minute_days, 7, QUARTERS.table, HOURS.table),
    _tier("quarters", "quarters of an hour", lambda section: section.quarter_days, 30),
    _tier("hours", "hours", lambda section: section.hour_days, 365),
    _numbered("mine_states", "rows of mine_states", lambda section: section.state_days, 30, "timestamp", _iso, _from_iso),
    _numbered("alarms", "alarms", lambda section: section.event_days, 30, "since_ms"),
    _numbered("events", "events and commands", lambda section: section.event_days, 30, "happened_ms"),
)  # fmt: skip
"""In the order in which they are given up when the card is short."""
_SOURCES = {tier.source for tier in tiers.ROLLED}


def ends(connection: sa.Connection, kind: Kind) -> tuple[float, float] | None:
    """The oldest and the newest row (Unix seconds); None of an empty table."""
    oldest, newest = connection.execute(sa.text(kind.ends)).one()
    return None if oldest is None else (kind.to_s(oldest), kind.to_s(newest))


def cut(connection: sa.Connection, kind: Kind, cut_s: float, count: int, *, from_s: float = 0.0) -> int:
    """Give up about `count` rows from before a moment (Unix seconds), the oldest ones; how many it were. Never what is not yet
    rolled up. Numbered rows that are dated before `from_s` go only with a younger one that goes."""
    allowed_s = min((cut_s, *(tiers.until(connection, table) for table in kind.rolled_into)))
    if kind.table in _SOURCES:
        dirty_s = connection.execute(sa.text("SELECT min(hour_s) FROM dirty_hours")).scalar()
        allowed_s = tiers.floor(allowed_s if dirty_s is None else min(allowed_s, dirty_s), tiers.HOUR_S)
        tiers.give_up(connection, kind.table, int(allowed_s))
    return connection.execute(
        sa.text(kind.delete), {"from": kind.to_key(from_s), "cut": kind.to_key(allowed_s), "count": count}
    ).rowcount


def cut_by_age(section: Section, kind: Kind, now_s: float) -> float:
    """Before which moment a kind is over its days: whole days, so that a page of the file is freed at once."""
    return tiers.floor(now_s - kind.days(section) * DAY_S, DAY_S if kind.days(section) >= 1 else tiers.HOUR_S)
