"""Queries of the history, for the database thread. Charts come in buckets: a page never loads a million rows."""

import json
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

LARGEST_PAGE = 1_000
MOST_BUCKETS = 2_000


class Bucket(BaseModel):
    """The readings of one stretch of time from `at` (Unix seconds); null when all of them were bad."""

    at: float
    mean: float | None
    lowest: float | None
    highest: float | None
    count: int


class Series(BaseModel):
    """One sensor over time. Stretches without any reading have no bucket: a gap is a gap."""

    sensor: str
    unit: str
    label: str
    bucket_s: float
    buckets: tuple[Bucket, ...]


class EventRow(BaseModel):
    """One event. `id` is the cursor: ask for what comes `after` it."""

    id: int
    source: str
    ledger_seq: int
    timestamp: str
    clock_trusted: bool
    kind: str
    title: str
    reasons: tuple[str, ...]
    mode: str
    device: str
    target: str
    act: str
    phase: str | None
    command_id: str
    seconds: float | None
    who: str
    detail: str


class Events(BaseModel):
    """A page of events in the order in which they were stored, and the cursor of the next page."""

    events: tuple[EventRow, ...]
    next_after: int


_SERIES = sa.text(
    "SELECT (ts_ms - :start) / :width AS bucket,"
    " avg(value) AS mean, min(value) AS lowest, max(value) AS highest, count(value) AS n FROM readings"
    " WHERE ts_ms >= :start AND ts_ms < :end AND sensor_id = :sensor GROUP BY bucket ORDER BY bucket"
)
_WANTED = "(:commands OR kind <> 'command')"
_EVENTS = sa.text(f"SELECT * FROM events WHERE id > :after AND {_WANTED} ORDER BY id LIMIT :limit")  # noqa: S608 - no input
_LATEST_EVENTS = sa.text(
    f"SELECT * FROM (SELECT * FROM events WHERE {_WANTED} ORDER BY id DESC LIMIT :limit) ORDER BY id"  # noqa: S608 - no input
)
_STATES = sa.text("SELECT * FROM mine_states WHERE id > :after ORDER BY id LIMIT :limit")
_LATEST_STATES = sa.text("SELECT * FROM (SELECT * FROM mine_states ORDER BY id DESC LIMIT :limit) ORDER BY id")


def series(connection: sa.Connection, sensor: str, start_at: float, end_at: float, buckets: int) -> Series | None:
    """A sensor, named `device/quantity`, in so many buckets from start to end (Unix seconds). None: no such sensor."""
    device, _, quantity = sensor.partition("/")
    query = sa.text("SELECT id, unit, label FROM sensors WHERE device = :device AND quantity = :quantity")
    row = connection.execute(query, {"device": device, "quantity": quantity}).one_or_none()
    if row is None:
        return None
    start_ms, end_ms = int(start_at * 1000), int(end_at * 1000)
    width_ms = max(1, -(-(end_ms - start_ms) // buckets))
    found = connection.execute(_SERIES, {"start": start_ms, "end": end_ms, "width": width_ms, "sensor": row.id})
    return Series(
        sensor=sensor,
        unit=row.unit,
        label=row.label,
        bucket_s=width_ms / 1000,
        buckets=tuple(
            Bucket(at=(start_ms + r.bucket * width_ms) / 1000, mean=r.mean, lowest=r.lowest, highest=r.highest, count=r.n)
            for r in found
        ),
    )


def events(connection: sa.Connection, after: int | None, limit: int, *, commands: bool = True) -> Events:
    """The events after a cursor, or the latest ones without it; with or without the life of every command."""
    query = _LATEST_EVENTS if after is None else _EVENTS
    asked = {"limit": limit, "commands": commands} | ({} if after is None else {"after": after})
    found = connection.execute(query, asked)
    page = tuple(EventRow(**{**row, "reasons": json.loads(row["reasons"])}) for row in found.mappings())
    return Events(events=page, next_after=page[-1].id if page else after or 0)


def states(connection: sa.Connection, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Rows of `mine_states` after a cursor (their `id`), or the latest ones without it."""
    query = _LATEST_STATES if after is None else _STATES
    found = connection.execute(query, {"after": after, "limit": limit} if after is not None else {"limit": limit})
    return [{**row, "reasons": json.loads(row["reasons"])} for row in found.mappings()]
