"""Roll-ups: each hour of readings becomes minutes in one large write, each day of minutes becomes quarters and hours.

Written so, the rows of one sensor lie side by side, which spares the card. Each function is one slice of work for the database
thread. A reading that comes after its hour was begun makes the hour dirty, in the commit that stores it: it is rolled up again.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from services.api.history import tiers
from services.api.history.rows import SENSOR_BITS, Flag, Row, reading_key
from services.api.history.tiers import DAY_S, HOUR_S, HOURS, MINUTES, QUARTERS, READINGS, Tier

GRACE_S = 120.0
"""So long after an hour its readings may still be on their way: they wait up to 30 s for their commit."""
LEAP_S = 32 * DAY_S
Rolled = list[dict[str, Any]]

FLAGS = " | ".join(f"max(flags & {bit.value})" for bit in Flag)
_COLUMNS = "(sensor_id, ts_s, total, n, lowest, highest, flags)"
_VALUES = "VALUES (:sensor_id, :ts_s, :total, :n, :lowest, :highest, :flags)"
_COLLECT = sa.text(
    "SELECT sensor_id, ts_ms / 60000 * 60 AS ts_s, sum(value) AS total, count(value) AS n, min(value) AS lowest,"  # noqa: S608
    f" max(value) AS highest, {FLAGS} AS flags FROM readings WHERE key >= :start AND key < :end GROUP BY 1, 2"
)
_PUT = {way: sa.text(f"INSERT OR {way} INTO minutes {_COLUMNS} {_VALUES}") for way in ("REPLACE", "IGNORE")}
_NOTE = sa.text("INSERT INTO dirty_hours (hour_s, late) VALUES (:hour_s, 1) ON CONFLICT (hour_s) DO UPDATE SET late = late + 1")


def note_late(connection: sa.Connection, readings: Sequence[Row]) -> None:
    """Mark the hours whose roll-up had begun before these rows of `readings` came; in the transaction that stores them."""
    begun_s = tiers.until(connection, READINGS)
    moments_ms = (row["key"] >> SENSOR_BITS for row in readings if row["key"] < reading_key(begun_s * 1000))
    hours = {ts_ms // 1000 // HOUR_S * HOUR_S for ts_ms in moments_ms}
    if hours:
        connection.execute(_NOTE, [{"hour_s": hour_s} for hour_s in sorted(hours)])


def begin_hour(connection: sa.Connection, now_s: float, *, trusted: bool = True) -> int | None:
    """The next whole hour with readings, from now on begun; None when all that are over are rolled up.

    A clock that nobody vouches for (not `trusted`) rolls on, never back and never by leaps: a boot in 1970 waits for its time,
    or the marks would go where charts end.
    """
    limit_s = tiers.floor(now_s - GRACE_S, HOUR_S)
    done_s = tiers.until(connection, MINUTES.table)
    if done_s and not trusted and not done_s <= limit_s + HOUR_S <= done_s + LEAP_S:
        return None
    if done_s > limit_s + HOUR_S:  # the calendar was ahead; what it dated there comes again when its time does
        _all_reach(connection, limit_s)
        return None
    later = sa.text("SELECT min(key) >> 14 FROM readings WHERE key >= :key")
    oldest_ms = connection.execute(later, {"key": reading_key(done_s * 1000)}).scalar()
    hour_s = limit_s if oldest_ms is None else tiers.floor(oldest_ms / 1000, HOUR_S)
    if hour_s >= limit_s:
        if done_s < limit_s:
            tiers.reach(connection, READINGS, limit_s)
            tiers.reach(connection, MINUTES.table, limit_s)
        return None
    tiers.reach(connection, READINGS, hour_s + HOUR_S)
    return hour_s


def collect(connection: sa.Connection, start_s: int, end_s: int) -> Rolled:
    """The minutes of a stretch of readings (whole minutes, Unix seconds)."""
    found = connection.execute(_COLLECT, {"start": reading_key(start_s * 1000), "end": reading_key(end_s * 1000)})
    return [dict(row) for row in found.mappings()]


def put_minutes(connection: sa.Connection, hour_s: int, rows: Rolled, last: bool) -> None:
    """Write minutes of one hour; with the last it is done. Of an hour whose readings were given up, what is there stands."""
    kept = tiers.marks(connection).get(READINGS)
    if rows:
        connection.execute(_PUT["IGNORE" if kept and hour_s < kept.from_s else "REPLACE"], rows)
    if last and hour_s + HOUR_S > tiers.until(connection, MINUTES.table):
        tiers.reach(connection, MINUTES.table, hour_s + HOUR_S)


def dirty(connection: sa.Connection) -> list[tuple[int, int]]:
    """Hours that are to be rolled up again, and how often they were marked; the one that is being filled is left out."""
    done_s = tiers.until(connection, MINUTES.table)
    query = sa.text("SELECT hour_s, late FROM dirty_hours WHERE hour_s < :done_s ORDER BY hour_s LIMIT 1000")
    return [(hour_s, late) for hour_s, late in connection.execute(query, {"done_s": done_s})]


def clean(connection: sa.Connection, hour_s: int, late: int) -> None:
    """A dirty hour is rolled up, its quarters and its hour too; unless readings of it came meanwhile."""
    for tier in (QUARTERS, HOURS):
        if hour_s < tiers.until(connection, tier.table):
            coarsen(connection, tier, hour_s, hour_s + HOUR_S)
    connection.execute(sa.text("DELETE FROM dirty_hours WHERE hour_s = :h AND late = :late"), {"h": hour_s, "late": late})


def day_to_coarsen(connection: sa.Connection) -> tuple[int, int] | None:
    """The next stretch of whole days (UTC), at most a week, that is there in minutes and not yet in hours; None: no whole one."""
    done_s, limit_s = tiers.until(connection, HOURS.table), tiers.floor(tiers.until(connection, MINUTES.table), DAY_S)
    oldest_s = _oldest_minute_s(connection, done_s)
    start_s = limit_s if oldest_s is None else tiers.floor(oldest_s, DAY_S)
    if done_s < start_s <= limit_s:
        _reach_coarse(connection, start_s)  # years without any readings are leapt over
    return (start_s, min(limit_s, start_s + 7 * DAY_S)) if start_s < limit_s else None


def coarsen(connection: sa.Connection, tier: Tier, start_s: int, end_s: int, sensors: Sequence[int] | None = None) -> None:
    """Quarters from minutes, or hours from quarters, of some sensors or all (None)."""
    source = tiers.marks(connection).get(tier.source)
    way = "IGNORE" if source and start_s < source.from_s else "REPLACE"
    query = sa.text(
        f"INSERT OR {way} INTO {tier.table} {_COLUMNS} SELECT t.sensor_id, t.ts_s / :step * :step, sum(t.total), sum(t.n),"  # noqa: S608
        f" min(t.lowest), max(t.highest), {FLAGS} FROM sensors AS s CROSS JOIN {tier.source} AS t ON t.sensor_id = s.id"
        f" WHERE t.ts_s >= :start AND t.ts_s < :end {'' if sensors is None else 'AND s.id IN :sensors'} GROUP BY 1, 2"
    )
    asked: dict[str, Any] = {"step": tier.step_s, "start": start_s, "end": end_s}
    if sensors is not None:
        query = query.bindparams(sa.bindparam("sensors", expanding=True))
        asked["sensors"] = list(sensors)
    connection.execute(query, asked)


def finish_days(connection: sa.Connection, end_s: int) -> None:
    """All quarters and hours before this moment are written."""
    _reach_coarse(connection, end_s)


def sensors(connection: sa.Connection) -> list[int]:
    """The numbers of all sensors."""
    return list(connection.execute(sa.text("SELECT id FROM sensors ORDER BY id")).scalars())


def _all_reach(connection: sa.Connection, at_s: int) -> None:
    for table in (READINGS, MINUTES.table):
        tiers.reach(connection, table, at_s)
    if tiers.until(connection, HOURS.table) > at_s:
        _reach_coarse(connection, tiers.floor(at_s, DAY_S))


def _reach_coarse(connection: sa.Connection, at_s: int) -> None:
    for tier in (QUARTERS, HOURS):
        tiers.reach(connection, tier.table, at_s)


def _oldest_minute_s(connection: sa.Connection, from_s: int) -> int | None:
    edge = "(SELECT min(ts_s) FROM minutes WHERE sensor_id = s.id AND ts_s >= :from_s)"
    found = connection.execute(sa.text(f"SELECT min({edge}) FROM sensors AS s"), {"from_s": from_s}).scalar()  # noqa: S608 - no input
    return None if found is None else int(found)
