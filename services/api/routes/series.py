"""Sensors over time: which there are, and their charts in buckets."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.api import csv_rows, etag, load_series
from services.api.door import ByDoor, Door
from services.api.history import reader, records
from services.api.history.rows import timestamp
from services.api.login.gate import viewer
from services.api.moments import Moment, span
from services.api.problems import Problem, responses

router = APIRouter(prefix="/api/v1", tags=["past"], dependencies=[Depends(viewer)], responses=responses(401, 429, 503))
MOST_SENSORS = 12
SensorName = Annotated[str, Query(min_length=3, max_length=200, examples=["roomalert-1/sensor-1"])]
SensorNames = Annotated[
    list[Annotated[str, Query(min_length=3, max_length=200)]],
    Query(min_length=1, max_length=MOST_SENSORS, description="once for each sensor", examples=[["roomalert-1/sensor-1"]]),
]
Start = Annotated[Moment, Query(alias="from")]
End = Annotated[Moment, Query(alias="to")]
Buckets = Annotated[int, Query(ge=1, le=reader.MOST_BUCKETS)]
_HEAD = ("time", "sensor", "unit", "mean", "lowest", "highest", "count", "bad", "forced")


class SeveralSeries(BaseModel):
    """Several sensors over the same time; `missing` names those of which nothing is stored."""

    series: tuple[reader.Series, ...]
    missing: tuple[str, ...]


@router.get("/sensors", operation_id="listSensors", response_model=records.Sensors, responses=etag.RESPONSES)
async def list_sensors(door: ByDoor, request: Request, _known: etag.Known = None) -> Response:
    """Every sensor that has readings stored, with its unit, its label, and the time they span."""
    now_ms = int(door.image.now().wall_s * 1000)
    return etag.tagged(request, await door.past(partial(records.sensors, now_ms=now_ms)))


@router.get("/series", operation_id="getSeries", responses=responses(404, 422))
async def get_series(door: ByDoor, sensor: SensorName, start: Start, end: End, buckets: Buckets = 300) -> reader.Series:
    """One sensor over time in so many buckets: mean, lowest, highest. A stretch without readings has no bucket."""
    found = await _chart(door, sensor, *span(start, end), buckets)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no-such-sensor", f"no readings of {sensor[:100]} are stored")
    return found


@router.get("/series/several", operation_id="getSeveralSeries", responses=responses(422))
async def get_several_series(door: ByDoor, sensor: SensorNames, start: Start, end: End, buckets: Buckets = 300) -> SeveralSeries:
    """Up to 12 sensors in the same buckets."""
    start_at, end_at = span(start, end)
    names = list(dict.fromkeys(sensor))
    found = {name: await _chart(door, name, start_at, end_at, buckets) for name in names}
    stored = tuple(one for one in found.values() if one is not None)
    return SeveralSeries(series=stored, missing=tuple(name for name in names if found[name] is None))


@router.get("/series/load", operation_id="getLoadSeries", responses=responses(422))
async def get_load_series(door: ByDoor, start: Start, end: End, buckets: Buckets = 300) -> load_series.LoadSeries:
    """The site's load over time by its meter, else by the sum of the PDUs, with the lowest target of each bucket."""
    start_at, end_at = span(start, end)
    return await door.past(lambda connection: load_series.load_series(connection, door.settings, start_at, end_at, buckets))


@router.get(
    "/series.csv",
    operation_id="exportSeries",
    response_class=StreamingResponse,
    responses={**csv_rows.DESCRIBED, **responses(422)},
)
async def export_series(door: ByDoor, sensor: SensorNames, start: Start, end: End, buckets: Buckets = 300) -> Response:
    """Up to 12 sensors as CSV, one after the other; without readings there is no row. `time` is the begin of a bucket, UTC."""
    start_at, end_at = span(start, end)

    async def following(left: Any) -> tuple[csv_rows.Rows, Any]:
        rows: csv_rows.Rows = []
        while left and not rows:  # a sensor without a bucket is no end
            found = await _chart(door, left[0], start_at, end_at, buckets)
            rows, left = _rows(found) if found else [], left[1:]
        return rows, left or None

    names = list(dict.fromkeys(sensor))
    return await csv_rows.answer("series", _HEAD, following, names)


async def _chart(door: Door, sensor: str, start_at: float, end_at: float, buckets: int) -> reader.Series | None:
    return await door.past(lambda connection: reader.series(connection, sensor, start_at, end_at, buckets))


def _rows(one: reader.Series) -> csv_rows.Rows:
    return [
        (timestamp(round(b.at * 1000)), one.sensor, one.unit, b.mean, b.lowest, b.highest, b.count, int(b.bad), int(b.forced))
        for b in one.buckets
    ]
