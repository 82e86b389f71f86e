"""The load over time as meters had it: the site's meter, else the sum of the PDUs, from the finest table that still has it.

In the database thread. Readings are read in one pass however many meters there are; roll-ups by meter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from services.api.curtailments.model import Point
from services.api.history import tiers
from services.api.history.rows import SENSOR_BITS, reading_key
from services.api.history.tiers import MINUTES, ROLLED, Tier
from services.shared.settings import sections

By = Literal["site meter", "PDUs", "records", "nothing"]
_KW_PER = {"W": 0.001, "kW": 1.0, "MW": 1000.0}
_OF_NAME = sa.text("SELECT id, device, quantity, unit FROM sensors WHERE device = :device AND quantity = :quantity")
_OF_PDUS = sa.text("SELECT id, device, quantity, unit FROM sensors WHERE quantity = 'power' AND unit = 'kW' ORDER BY device")
_SUMS = "sum({total}) AS total, sum({n}) AS n, min({low}) AS low, max({high}) AS high"
_READ = sa.text(
    f"SELECT ((key >> {SENSOR_BITS}) - :origin) / :width AS bucket, key & {2**SENSOR_BITS - 1} AS sensor,"  # noqa: S608
    " sum(value) AS total, count(value) AS n, min(value) AS low, max(value) AS high FROM readings"
    f" WHERE key >= :start AND key < :end AND key & {2**SENSOR_BITS - 1} IN :ids GROUP BY 1, 2"
).bindparams(sa.bindparam("ids", expanding=True))


@dataclass(frozen=True, slots=True)
class Meters:
    """What the load is added up from: the sensors by their number with kW for each of their units, and what is no load."""

    by: By
    names: dict[int, str]
    scales: dict[int, float]
    base_kw: float = 0.0


def meters_of(connection: sa.Connection, section: sections.Meter) -> Meters:
    """As configured; the PDUs where that meter has nothing stored."""
    device, _, quantity = section.site_meter.partition("/")
    rows = connection.execute(_OF_NAME, {"device": device, "quantity": quantity}).all() if quantity else []
    found = [row for row in rows if row.unit in _KW_PER]
    by: By = "site meter" if found else "PDUs"
    found = found or list(connection.execute(_OF_PDUS))
    names = {row.id: f"{row.device}/{row.quantity}" for row in found}
    scales = {row.id: _KW_PER[row.unit] for row in found}
    return Meters(by if found else "nothing", names, scales, section.base_kw if by == "site meter" else 0.0)


def measured(
    connection: sa.Connection, meters: Meters, start_s: float, end_s: float, width_s: float, max_age_s: float
) -> list[Point]:
    """The load from one moment to another in stretches of about `width_s`. A meter's word counts for `max_age_s` seconds."""
    if not meters.names or end_s <= start_s:
        return []
    tier = _tier(connection, meters, start_s, width_s)
    step_s = tier.step_s if tier else 1
    wide_s = max(step_s, -(-int(width_s) // step_s) * step_s)
    origin_s = int(start_s) // step_s * step_s
    found: dict[int, dict[int, Any]] = {}
    for row in _rows(connection, meters, tier, origin_s, end_s, wide_s):
        bucket = found.setdefault(row.bucket, {})
        bucket[row.sensor] = _merged(bucket.get(row.sensor), row)
    return list(_points(found, meters, origin_s, end_s, wide_s, max_age_s))


def _tier(connection: sa.Connection, meters: Meters, start_s: float, width_s: float) -> Tier | None:
    """None is single readings."""
    oldest = connection.execute(sa.text("SELECT min(key) FROM readings")).scalar()
    if width_s < MINUTES.step_s and oldest is not None and (oldest >> SENSOR_BITS) / 1000 <= start_s:
        return None
    for tier in ROLLED:
        if any(_begins_by(connection, tier, sensor, start_s) for sensor in meters.names):
            return tier
    return None


def _begins_by(connection: sa.Connection, tier: Tier, sensor: int, start_s: float) -> bool:
    """One seek by the key for each sensor, however many rows there are."""
    query = sa.text(f"SELECT min(ts_s) FROM {tier.table} WHERE sensor_id = :sensor")  # noqa: S608 - our own names
    first = connection.execute(query, {"sensor": sensor}).scalar()
    return first is not None and first <= start_s + tier.step_s


def _rows(
    connection: sa.Connection, meters: Meters, tier: Tier | None, origin_s: int, end_s: float, wide_s: int
) -> Iterator[Any]:
    ids = list(meters.names)
    if tier is not None:
        until_s = min(end_s, tiers.until(connection, tier.table))
        values = _SUMS.format(total="total", n="n", low="lowest", high="highest")
        query = (
            f"SELECT (ts_s - :origin) / :width AS bucket, sensor_id AS sensor, {values} FROM {tier.table}"  # noqa: S608
            " WHERE sensor_id IN :ids AND ts_s >= :origin AND ts_s < :end GROUP BY 1, 2"
        )
        asked = {"origin": origin_s, "width": wide_s, "end": until_s, "ids": ids}
        yield from connection.execute(sa.text(query).bindparams(sa.bindparam("ids", expanding=True)), asked)
    begins_s = origin_s if tier is None else max(origin_s, int(until_s))
    if begins_s < end_s:
        bounds = {"start": reading_key(begins_s * 1000), "end": reading_key(int(end_s * 1000))}
        yield from connection.execute(_READ, {"origin": origin_s * 1000, "width": wide_s * 1000, "ids": ids, **bounds})


def _merged(one: Any, other: Any) -> Any:
    """A bucket at the edge of two tables has a share of each: the one with more readings stands for it."""
    return other if one is None or (other.n or 0) >= (one.n or 0) else one


def _points(
    found: dict[int, dict[int, Any]], meters: Meters, origin_s: int, end_s: float, wide_s: int, max_age_s: float
) -> Iterator[Point]:
    present = {sensor for bucket in found.values() for sensor, row in bucket.items() if row.n}
    last: dict[int, tuple[int, float]] = {}
    for number in range(max(0, -(-int(end_s - origin_s) // wide_s))):
        row = {sensor: one for sensor, one in found.get(number, {}).items() if one.n}
        last |= {sensor: (number, one.total / one.n * meters.scales[sensor]) for sensor, one in row.items()}
        fresh = {sensor: kw for sensor, (seen, kw) in last.items() if (number - seen) * wide_s <= max_age_s}
        known = present & fresh.keys()
        ends = [_ends(row[sensor], meters.scales[sensor]) if sensor in row else (fresh[sensor],) * 2 for sensor in known]
        yield Point(
            at=origin_s + number * wide_s,
            width_s=wide_s,
            kw=_less(sum(fresh[sensor] for sensor in known), meters) if known else None,
            lowest_kw=_less(sum(low for low, _ in ends), meters) if known else None,
            highest_kw=_less(sum(high for _, high in ends), meters) if known else None,
            partial=bool(known) and known != present,
        )


def _ends(row: Any, scale: float) -> tuple[float, float]:
    return row.low * scale, row.high * scale


def _less(kw: float, meters: Meters) -> float:
    return round(max(0.0, kw - meters.base_kw), 2)


def joined(parts: Iterable[Sequence[Point]]) -> tuple[Point, ...]:
    """Stretches of different fineness one after the other, none over another."""
    points: list[Point] = []
    for part in parts:
        end = points[-1].at + points[-1].width_s if points else 0.0
        points += [point for point in part if point.at >= end - 0.001]
    return tuple(points)
