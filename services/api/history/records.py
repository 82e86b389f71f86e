"""Queries of the other records: alarms, acts of people, the sensors that are known; for the database thread."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field

from services.api.history.rows import reading_key, timestamp
from services.shared.catalogue import class_of
from services.shared.vocabulary import Priority

_TIERS = ("hours", "quarters", "minutes")
_FRESH_MS = 4_200_000  # what is younger may not be rolled up yet: its hour, the 2 min of grace, the keeper's minute and its work


def _shown(**example: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class AlarmRow(BaseModel):
    """The rise (`active`) or fall of an alarm. `since` is when the condition began, `timestamp` when it was said."""

    model_config = _shown(
        id=7, timestamp="2026-11-22T08:00:00.000Z", source="controller", key="door", active=True, kind="warning", priority="low",
        since="2026-11-22T07:59:58.000Z", cause="door is open", consequence="", action="close it",
    )  # fmt: skip
    id: int
    timestamp: str
    source: str
    key: str
    active: bool
    kind: str
    priority: Priority = Field(description="of its class")
    since: str
    cause: str
    consequence: str
    action: str


class Alarms(BaseModel):
    """A page of rises and falls in the order in which they were stored, and the cursors of the pages after and before it."""

    alarms: tuple[AlarmRow, ...]
    next_after: int
    next_before: int | None = Field(description="null on an empty page")


class AuditEntry(BaseModel):
    """Who did what. `hash` binds it to all entries before it; services/api/history/audit.py says how it is made."""

    model_config = _shown(
        seq=12, happened_ms=1795348800000, timestamp="2026-11-22T08:00:00.000Z", who="ann (session, 192.168.1.7)",
        what="reset by ann: done", reason="looked at", detail='{"trip":"stop"}', event_id=431, prev_hash="0" * 64, hash="9f" * 32,
    )  # fmt: skip
    seq: int
    happened_ms: int
    timestamp: str
    who: str
    what: str
    reason: str
    detail: str
    event_id: int | None
    prev_hash: str
    hash: str


class Audit(BaseModel):
    """A page of the audit in its order, and the cursors of the pages after and before it."""

    entries: tuple[AuditEntry, ...]
    next_after: int
    next_before: int | None = Field(description="null on an empty page")


class SensorRow(BaseModel):
    """A sensor that has readings stored. `first` and `last` are to the minute; null when no reading is kept any more."""

    model_config = _shown(
        sensor="roomalert-1/sensor-1", device="roomalert-1", quantity="sensor-1", unit="Cel", label="Cold aisle",
        first="2026-11-01T00:00:00.000Z", last="2026-11-22T08:00:00.000Z",
    )  # fmt: skip
    sensor: str
    device: str
    quantity: str
    unit: str
    label: str
    first: str | None
    last: str | None


class Sensors(BaseModel):
    """All of them, by name."""

    sensors: tuple[SensorRow, ...]


def alarms(connection: sa.Connection, key: str, after: int | None, before: int | None, limit: int) -> Alarms:
    """Rises and falls, of one alarm or of all (empty)."""
    found = _page(connection, "alarms", "id", after, before, limit, key)
    rows = tuple(map(_alarm, found))
    return Alarms(alarms=rows, next_after=rows[-1].id if rows else after or 0, next_before=rows[0].id if rows else None)


def _alarm(row: Mapping[str, Any]) -> AlarmRow:
    told = {**row, "since": timestamp(row["since_ms"]), "priority": class_of(row["key"]).priority}
    return AlarmRow.model_validate(told)


def audit(connection: sa.Connection, after: int | None, before: int | None, limit: int) -> Audit:
    """Acts of people and programs."""
    rows = tuple(AuditEntry.model_validate(dict(one)) for one in _page(connection, "audit", "seq", after, before, limit))
    return Audit(entries=rows, next_after=rows[-1].seq if rows else after or 0, next_before=rows[0].seq if rows else None)


def sensors(connection: sa.Connection, now_ms: int) -> Sensors:
    """The sensors, with the time their stored readings span."""
    bounds: dict[int, list[int]] = {}
    fresh = "SELECT sensor_id, min(ts_ms), max(ts_ms) FROM readings WHERE key >= :start AND key < :end GROUP BY sensor_id"
    # The end too: with a clock in 1970 it would be all readings there are.
    around = {"start": reading_key(now_ms - _FRESH_MS), "end": reading_key(now_ms + _FRESH_MS)}
    for sensor_id, first, last in connection.execute(sa.text(fresh), around):
        bounds.setdefault(sensor_id, []).extend((first, last))
    rows = connection.execute(sa.text("SELECT id, device, quantity, unit, label FROM sensors ORDER BY device, quantity")).all()
    for tier in _TIERS:
        # Two seeks by the key for each sensor, however many rows there are.
        span = (
            f"SELECT id, (SELECT min(ts_s) FROM {tier} WHERE sensor_id = s.id), (SELECT max(ts_s) FROM {tier}"  # noqa: S608
            " WHERE sensor_id = s.id) FROM sensors AS s"
        )
        for sensor_id, first, last in connection.execute(sa.text(span)):
            bounds.setdefault(sensor_id, []).extend(at * 1000 for at in (first, last) if at is not None)
    return Sensors(sensors=tuple(_sensor(row, bounds.get(row.id) or []) for row in rows))


def _sensor(row: Any, bounds: list[int]) -> SensorRow:
    minutes = [bound - bound % 60_000 for bound in bounds]
    return SensorRow(
        sensor=f"{row.device}/{row.quantity}",
        device=row.device,
        quantity=row.quantity,
        unit=row.unit,
        label=row.label,
        first=timestamp(min(minutes)) if minutes else None,
        last=timestamp(max(minutes)) if minutes else None,
    )


def _page(
    connection: sa.Connection, table: str, cursor: str, after: int | None, before: int | None, limit: int, key: str = ""
) -> list[dict[str, Any]]:
    where = "(:key = '' OR key = :key)" if table == "alarms" else ":key = ''"
    order, bound = ("ASC", f"{cursor} > :at") if after is not None else ("DESC", f"{cursor} < :at")
    query = f"SELECT * FROM {table} WHERE {bound} AND {where} ORDER BY {cursor} {order} LIMIT :limit"  # noqa: S608 - our own names
    at = after if after is not None else before if before is not None else 2**62
    found = [dict(one) for one in connection.execute(sa.text(query), {"at": at, "key": key, "limit": limit}).mappings()]
    return found if after is not None else found[::-1]
