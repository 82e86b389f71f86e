"""Queries of the history, for the database thread. Charts come in buckets: a page never loads a million rows."""

import json
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, Field

from services.api.history import chart, tiers
from services.api.history.rows import Flag

MOST_BUCKETS = 2_000


class Bucket(BaseModel):
    """The readings of one stretch of time from `at` (Unix seconds); null when all of them were bad."""

    at: float
    mean: float | None
    lowest: float | None
    highest: float | None
    count: int = Field(description="good readings")
    bad: bool = Field(description="some were bad; of a run of bad ones the first is stored")
    forced: bool = Field(description="some were forced by a test")


class Series(BaseModel):
    """One sensor over time. Stretches without any reading have no bucket: a gap is a gap."""

    sensor: str
    unit: str
    label: str
    bucket_s: float
    tier: tiers.Name = Field(description="what the buckets are made from; the newest are finer")
    buckets: tuple[Bucket, ...]


_STATES = sa.text("SELECT * FROM mine_states WHERE id > :after ORDER BY id LIMIT :limit")
_LATEST_STATES = sa.text("SELECT * FROM (SELECT * FROM mine_states ORDER BY id DESC LIMIT :limit) ORDER BY id")


def series(connection: sa.Connection, sensor: str, start_at: float, end_at: float, buckets: int) -> Series | None:
    """A sensor, named `device/quantity`, in at most so many buckets from start to end (Unix seconds). None: no such sensor.

    Buckets of a minute and more begin at whole minutes, quarters or hours, so the first may begin before the start.
    """
    device, _, quantity = sensor.partition("/")
    query = sa.text("SELECT id, unit, label FROM sensors WHERE device = :device AND quantity = :quantity")
    row = connection.execute(query, {"device": device, "quantity": quantity}).one_or_none()
    if row is None:
        return None
    planned = chart.plan(connection, (row.id,), int(start_at * 1000), int(end_at * 1000), buckets)
    return Series(
        sensor=sensor,
        unit=row.unit,
        label=row.label,
        bucket_s=planned.width_ms / 1000,
        tier=planned.tier,
        buckets=tuple(_bucket(found, planned) for found in chart.rows(connection, (row.id,), planned)),
    )


def _bucket(row: Any, planned: chart.Plan) -> Bucket:
    return Bucket(
        at=(planned.origin_ms + row.bucket * planned.width_ms) / 1000,
        # A mean lies within its values; a sum too large for a number would say otherwise.
        mean=None if row.total is None else min(max(row.total / row.n, row.lowest), row.highest),
        lowest=row.lowest,
        highest=row.highest,
        count=row.n,
        bad=bool(row.flags & Flag.BAD),
        forced=bool(row.flags & Flag.FORCED),
    )


def states(connection: sa.Connection, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Rows of `mine_states` after a cursor (their `id`), or the latest ones without it."""
    query = _LATEST_STATES if after is None else _STATES
    found = connection.execute(query, {"after": after, "limit": limit} if after is not None else {"limit": limit})
    return [{**row, "reasons": json.loads(row["reasons"])} for row in found.mappings()]
