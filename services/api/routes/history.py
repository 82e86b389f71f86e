"""The past, from `mine_data.db`."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.api.door import ByDoor
from services.api.history import reader
from services.api.problems import Problem, responses

router = APIRouter(tags=["past"])
_LATEST_S = 4_102_444_800  # 2100-01-01
Cursor = Annotated[int | None, Query(ge=0, le=2**53, description="the id after which to go on; without it the latest rows")]
Page = Annotated[int, Query(ge=1, le=reader.LARGEST_PAGE)]
Commands = Annotated[bool, Query(description="false leaves out the life of commands, some thousand rows a curtailment")]
Moment = Annotated[str, Query(description="Unix seconds, or ISO 8601 with its offset", examples=["2026-11-22T08:00:00Z"])]


class StateRows(BaseModel):
    """A page of `mine_states`, and the cursor of the next page."""

    rows: list[dict[str, Any]]
    next_after: int


@router.get("/api/v1/series", operation_id="getSeries", responses=responses(404, 422, 503))
async def get_series(
    door: ByDoor,
    sensor: Annotated[str, Query(min_length=3, max_length=200, examples=["roomalert-1/sensor-1"])],
    start: Annotated[Moment, Query(alias="from")],
    end: Annotated[Moment, Query(alias="to")],
    buckets: Annotated[int, Query(ge=1, le=reader.MOST_BUCKETS)] = 300,
) -> reader.Series:
    """One sensor over time in so many buckets: mean, lowest, highest."""
    start_at, end_at = _seconds(start, "from"), _seconds(end, "to")
    if end_at <= start_at:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-value", f"found to = {end}; it must lie after from = {start}")
    found = await door.past(lambda connection: reader.series(connection, sensor, start_at, end_at, buckets))
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no-such-sensor", f"no readings of {sensor[:100]} are stored")
    return found


@router.get("/api/v1/events", operation_id="listEvents", responses=responses(422, 503))
async def list_events(door: ByDoor, after: Cursor = None, limit: Page = 100, commands: Commands = True) -> reader.Events:
    """Decisions, transitions, the life of commands, acts of people, by cursor."""
    return await door.past(lambda connection: reader.events(connection, after, limit, commands=commands))


@router.get("/api/v1/state-rows", operation_id="listStateRows", responses=responses(422, 503))
async def list_state_rows(door: ByDoor, after: Cursor = None, limit: Page = 100) -> StateRows:
    """The rows of `mine_states`, by cursor."""
    rows = await door.past(lambda connection: reader.states(connection, after, limit))
    return StateRows(rows=rows, next_after=rows[-1]["id"] if rows else after or 0)


def _seconds(text: str, name: str) -> float:
    try:
        at = float(text) if text.replace(".", "", 1).isdigit() else datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        at = -1.0
    if not 0 <= at < _LATEST_S:
        detail = f"found {name} = {text[:40]!r}; allowed: Unix seconds, or ISO 8601 such as 2026-11-22T08:00:00Z"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-value", detail)
    return at
