"""Which tables a chart is drawn from, and one query over them: coarse as far as it is rolled up, then finer, then readings.

A chart reads some thousand rows however long its time is. Its buckets are whole rows of its tier, so that none is cut in two.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from services.api.history import tiers
from services.api.history.rollups import FLAGS
from services.api.history.rows import reading_key
from services.api.history.tiers import HOUR_S, MINUTES, READINGS, ROLLED, Tier

MOST_READINGS = 250_000
"""More single readings of all sensors than this are not looked through for one chart: some 4 h of 60 sensors every 5 s."""
_SAMPLE = 2_000
_FIRST = ", ".join(f"(SELECT min(ts_s) FROM {tier.table} WHERE sensor_id = s.id)" for tier in ROLLED)  # noqa: S608 - our names
_OLDEST = sa.text(f"SELECT s.id, {_FIRST} FROM sensors AS s WHERE s.id IN :sensors").bindparams(  # noqa: S608
    sa.bindparam("sensors", expanding=True)
)


@dataclass(frozen=True, slots=True)
class Plan:
    """From where on (Unix ms), how wide the buckets are (ms), and up to where each table is read, in the order of time."""

    origin_ms: int
    width_ms: int
    parts: tuple[tuple[str, int, int], ...]
    tier: tiers.Name


def plan(connection: sa.Connection, sensors: Sequence[int], start_ms: int, end_ms: int, buckets: int) -> Plan:
    """The finest tier that has the time that is asked for and is not finer than the buckets: one for all, so that they add up."""
    tier = _tier(connection, sensors, start_ms, end_ms, buckets)
    if tier is None:
        width_ms = max(1, -(-(end_ms - start_ms) // buckets))
        return Plan(start_ms, width_ms, ((READINGS, start_ms, end_ms),), "reading")
    step_ms = tier.step_s * 1000
    origin_ms = start_ms // step_ms * step_ms
    width_ms = max(1, -(-(end_ms - origin_ms) // (buckets * step_ms))) * step_ms
    return Plan(origin_ms, width_ms, tuple(_parts(connection, tier, origin_ms, end_ms)), tier.name)


def rows(connection: sa.Connection, sensors: Sequence[int], plan: Plan) -> sa.CursorResult[Any]:
    """One row a sensor and bucket that has any: sensor, bucket, total, n, lowest, highest, flags. All sensors in one pass."""
    selects = " UNION ALL ".join(_select(number, table) for number, (table, _, _) in enumerate(plan.parts))
    query = (
        "SELECT sensor, bucket, sum(total) AS total, sum(n) AS n, min(lowest) AS lowest, max(highest) AS highest,"  # noqa: S608
        f" {FLAGS} AS flags FROM ({selects}) GROUP BY sensor, bucket ORDER BY sensor, bucket"
    )
    asked: dict[str, Any] = {"sensors": list(sensors), "origin": plan.origin_ms, "width": plan.width_ms}
    for number, (table, from_ms, to_ms) in enumerate(plan.parts):
        ends = (reading_key(ms) if table == READINGS else -(-ms // 1000) for ms in (from_ms, to_ms))
        asked |= dict(zip((f"from{number}", f"to{number}"), ends, strict=True))
    return connection.execute(sa.text(query).bindparams(sa.bindparam("sensors", expanding=True)), asked)


def oldest(connection: sa.Connection, sensors: Sequence[int]) -> dict[int, dict[str, int]]:
    """The oldest row of each sensor, Unix seconds, by table of roll-ups; one that has none is left out. A seek for each."""
    found = connection.execute(_OLDEST, {"sensors": list(sensors)}).all()
    return {row[0]: {tier.table: at for tier, at in zip(ROLLED, row[1:], strict=True) if at is not None} for row in found}


def _select(number: int, table: str) -> str:
    """One table's share, in buckets already: what is merged is a row a bucket and table."""
    if table == READINGS:
        at, values = "key", "sum(value) AS total, count(value) AS n, min(value) AS lowest, max(value) AS highest"
    else:
        at, values = "ts_s", "sum(total) AS total, sum(n) AS n, min(lowest) AS lowest, max(highest) AS highest"
    ms = "ts_ms" if table == READINGS else "ts_s * 1000"
    return (
        f"SELECT * FROM (SELECT sensor_id AS sensor, ({ms} - :origin) / :width AS bucket, {values}, {FLAGS} AS flags FROM {table}"  # noqa: S608
        f" WHERE sensor_id IN :sensors AND {at} >= :from{number} AND {at} < :to{number} GROUP BY 1, 2)"
    )


def _tier(connection: sa.Connection, sensors: Sequence[int], start_ms: int, end_ms: int, buckets: int) -> Tier | None:
    """The coarsest that one of the sensors needs; None is single readings."""
    width_s = (end_ms - start_ms) / 1000 / buckets
    readings_s = _oldest_reading_s(connection)
    if width_s >= MINUTES.step_s or readings_s is None or _crowded(connection, start_ms, end_ms):
        readings_s = None
    needed = (
        _of_sensor(one, (start_ms / 1000, end_ms / 1000), width_s, readings_s) for one in oldest(connection, sensors).values()
    )
    return max(needed, key=lambda tier: tier.step_s if tier else 0, default=None)


def _of_sensor(first: dict[str, int], span_s: tuple[float, float], width_s: float, readings_s: float | None) -> Tier | None:
    """`first`: its oldest row by table. `readings_s`: the oldest reading; None where readings are too fine, too many or none."""
    known = first.values()
    # A sensor's history begins about where its coarsest rows do; a table that begins later has given up what was older.
    wanted_s = max(span_s[0], min(known) + 2 * HOUR_S if known else span_s[1])
    if readings_s is not None and readings_s <= wanted_s:
        return None
    fit = [tier for tier in ROLLED if tier.step_s <= max(width_s, MINUTES.step_s)]
    order = [fit[-1], *ROLLED[len(fit) :], *reversed(fit[:-1])]
    return next((tier for tier in order if first.get(tier.table, math.inf) <= wanted_s), fit[-1])


def _parts(connection: sa.Connection, tier: Tier, from_ms: int, end_ms: int) -> Iterator[tuple[str, int, int]]:
    """The tier as far as it is rolled up, the minutes as far as they are, and the readings after that."""
    known = tiers.marks(connection)
    for table in dict.fromkeys((tier.table, MINUTES.table)):
        until_ms = min(end_ms, known[table].until_s * 1000) if table in known else from_ms
        if until_ms > from_ms:
            yield table, from_ms, until_ms
            from_ms = until_ms
    if from_ms < end_ms:
        yield READINGS, from_ms, end_ms


def _oldest_reading_s(connection: sa.Connection) -> float | None:
    ms = connection.execute(sa.text("SELECT min(key) >> 14 FROM readings")).scalar()
    return None if ms is None else float(ms) / 1000


def _crowded(connection: sa.Connection, start_ms: int, end_ms: int) -> bool:
    """Whether there are too many readings in a stretch, judged by how close they lie at its two ends."""
    if end_ms - start_ms < 1_000:
        return False
    asked = {"start": reading_key(start_ms), "end": reading_key(end_ms), "sample": _SAMPLE}
    inside = "SELECT ts_ms FROM readings WHERE key >= :start AND key < :end ORDER BY key"
    first, last = (connection.execute(sa.text(f"{inside}{way} LIMIT 1"), asked).scalar() for way in ("", " DESC"))
    upper = connection.execute(sa.text(f"{inside} LIMIT 1 OFFSET :sample"), asked).scalar()
    lower = connection.execute(sa.text(f"{inside} DESC LIMIT 1 OFFSET :sample"), asked).scalar()
    if first is None or last is None or upper is None or lower is None:
        return False
    closest_ms = max(1, min(upper - first, last - lower))
    return bool((last - first) / closest_ms * _SAMPLE > MOST_READINGS)
