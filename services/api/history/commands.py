"""How commands fared: counts and seconds by device and act, from the events that tell the life of each command.

A command counts in the window in which it was sent, with what is known of it now. Confirmed is a different measurement's word;
acknowledged only the device's own. What was renewed is no command: a fan's lease is renewed without an event, unless that fails.
"""

import json
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, Field

from services.api.history.rows import timestamp

MOST_EVENTS = 100_000
"""So many events are read, the newest; some 33,000 commands. What is cut off is said by `truncated`."""
_COUNTED = (
    "device", "act", "sent", "acknowledged", "confirmed", "refused", "failed", "expired", "superseded", "open",
    "renewals_failed",
)  # fmt: skip

_SUPERSEDED = (
    "CASE phase WHEN 'expired' THEN (SELECT e.detail LIKE '% took its place' AND e.detail <> e.act || ' took its place'"
    " FROM events AS e WHERE e.id = told.id) ELSE 0 END"
)
"""The opposite was ordered while it was under way, as the controller's book says; its own repetition is no such order. Only of
what expired the words are looked up: they are in no index."""
_FAILURE = f"phase IN ('refused', 'failed', 'expired') AND NOT {_SUPERSEDED}"
_LIVES = (
    "SELECT device, act, count(*) AS events, min(happened_ms) AS first_ms, max(phase = 'sent') AS sent,"  # noqa: S608
    " max(phase = 'acknowledged') AS acknowledged, max(CASE phase WHEN 'acknowledged' THEN seconds END) AS acknowledged_s,"
    " max(CASE phase WHEN 'confirmed' THEN seconds END) AS confirmed_s,"
    # A measurement's word outweighs a late answer of the device.
    " max(CASE phase WHEN 'refused' THEN 1 WHEN 'failed' THEN 2 WHEN 'expired' THEN 3 WHEN 'confirmed' THEN 4 ELSE 0 END) AS end,"
    f" max({_SUPERSEDED}) AS superseded, max(CASE WHEN {_FAILURE} THEN id END) AS failure_id,"
    " act = 'fan_off' AND max(phase = 'failed') AND min(happened_ms - coalesce(seconds, 0) * 1000) >= :start AS renewal"
    " FROM (SELECT id, device, act, phase, seconds, happened_ms, command_id FROM events WHERE kind = 'command'"
    " AND happened_ms >= :start AND happened_ms <= :end AND phase IS NOT NULL AND command_id <> ''"
    " AND (:device = '' OR device = :device) ORDER BY happened_ms DESC LIMIT :most) AS told GROUP BY command_id"
)
COUNTS = sa.text(
    f"WITH lives AS ({_LIVES})"  # noqa: S608
    " SELECT device, act, sum(events) AS events, min(first_ms) AS first_ms, sum(sent) AS sent,"
    " sum(sent AND acknowledged) AS acknowledged, sum(sent AND end = 4) AS confirmed, sum(sent AND end = 1) AS refused,"
    " sum(sent AND end = 2) AS failed, sum(sent AND end = 3 AND NOT superseded) AS expired,"
    " sum(sent AND end = 3 AND superseded) AS superseded, sum(sent AND end = 0) AS open,"
    " min(first_ms) FILTER (WHERE sent AND end = 0) AS oldest_open_ms, sum(renewal AND NOT sent) AS renewals_failed,"
    " max(failure_id) FILTER (WHERE sent OR renewal) AS failure_id,"
    " json_group_array(confirmed_s) FILTER (WHERE sent AND confirmed_s IS NOT NULL) AS confirmed_s,"
    " json_group_array(acknowledged_s) FILTER (WHERE sent AND acknowledged_s IS NOT NULL) AS acknowledged_s"
    " FROM lives GROUP BY device, act ORDER BY device, act"
)
"""By command first, then by device and act, all in the database: 100,000 events become some dozen rows."""
_FAILURES = sa.text("SELECT id, timestamp, target, phase, detail, title FROM events WHERE id IN :ids").bindparams(
    sa.bindparam("ids", expanding=True)
)


class Failure(BaseModel):
    """The last command of a kind that was refused, failed or expired: when, which, and the words of whoever said so."""

    at: str
    target: str
    phase: str
    words: str


class CommandRow(BaseModel):
    """One kind of command of one device. `sent` = confirmed + refused + failed + expired + superseded + open.

    Percentiles are nearest-rank.
    """

    device: str
    act: str = Field(description="sleep, wake, outlet_off, outlet_on, fan_on or fan_off")
    since: str
    until: str
    sent: int
    acknowledged: int = Field(description="by the device itself, whatever came after")
    confirmed: int = Field(description="by a measurement that is not the device's answer")
    refused: int
    failed: int
    expired: int
    superseded: int = Field(description="the opposite was ordered before it was confirmed; no failure")
    open: int = Field(description="no end is recorded yet")
    oldest_open_at: str | None
    renewals_failed: int = Field(description="failed renewals of a fan's lease; counted in no other figure")
    share_confirmed: float | None = Field(description="confirmed of those that ended otherwise than superseded, 0 to 1")
    p50_s: float | None = Field(description="seconds from sending to confirmed")
    p95_s: float | None
    max_s: float | None
    acknowledged_p50_s: float | None = Field(description="seconds from sending to acknowledged")
    acknowledged_p95_s: float | None
    last_failure: Failure | None


class CommandTruth(BaseModel):
    """All rows of a window. `truncated`: there were more events than are read, and `since` is that of the oldest one read."""

    since: str
    until: str
    truncated: bool
    rows: tuple[CommandRow, ...]


def truth(connection: sa.Connection, start_ms: int, end_ms: int, device: str = "", most: int = MOST_EVENTS) -> CommandTruth:
    """How the commands sent from `start_ms` to `end_ms` (Unix milliseconds) fared; of one device, or of all (empty)."""
    asked = {"start": start_ms, "end": end_ms, "device": device, "most": most}
    found = connection.execute(COUNTS, asked).all()
    truncated = sum(row.events for row in found) >= most
    since_ms = min(row.first_ms for row in found) if truncated else start_ms
    failures = _failures(connection, [row.failure_id for row in found if row.failure_id])
    since, until = timestamp(since_ms), timestamp(end_ms)
    counted = (row for row in found if row.sent or row.renewals_failed)
    rows = tuple(_row(row, since, until, failures.get(row.failure_id)) for row in counted)
    return CommandTruth(since=since, until=until, truncated=truncated, rows=rows)


def nearest_rank(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` (0 to 1) of all do not exceed; null of none. A value that was really measured."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None


def _row(row: Any, since: str, until: str, failure: Failure | None) -> CommandRow:
    confirmed_s, acknowledged_s = sorted(json.loads(row.confirmed_s)), sorted(json.loads(row.acknowledged_s))
    ended = row.sent - row.open - row.superseded
    oldest_ms = row.oldest_open_ms
    return CommandRow(
        since=since,
        until=until,
        **{name: getattr(row, name) for name in _COUNTED},
        oldest_open_at=None if oldest_ms is None else timestamp(oldest_ms),
        share_confirmed=row.confirmed / ended if ended else None,
        p50_s=nearest_rank(confirmed_s, 0.50),
        p95_s=nearest_rank(confirmed_s, 0.95),
        max_s=nearest_rank(confirmed_s, 1.0),
        acknowledged_p50_s=nearest_rank(acknowledged_s, 0.50),
        acknowledged_p95_s=nearest_rank(acknowledged_s, 0.95),
        last_failure=failure,
    )


def _failures(connection: sa.Connection, ids: Iterable[int]) -> dict[int, Failure]:
    found = connection.execute(_FAILURES, {"ids": list(ids)})
    return {row.id: Failure(at=row.timestamp, target=row.target, phase=row.phase, words=row.detail or row.title) for row in found}
