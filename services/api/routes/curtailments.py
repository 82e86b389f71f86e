"""Curtailments: the list of all on record, one told in time, and the same for a spreadsheet."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse

from services.api import csv_rows
from services.api.curtailments import listing, sheet, story
from services.api.curtailments.model import Curtailments
from services.api.curtailments.model_story import Story
from services.api.curtailments.story import Asked
from services.api.door import ByDoor, Door
from services.api.login.gate import Viewer, viewer
from services.api.login.person import FREE_VIEW
from services.api.moments import MaybeMoment, seconds, span
from services.api.problems import Problem, responses

router = APIRouter(prefix="/api/v1", tags=["past"], dependencies=[Depends(viewer)], responses=responses(401, 422, 429, 503))
MOST = 100
_LATEST_S = 4_102_444_800.0  # 2100-01-01
Start = Annotated[MaybeMoment, Query(alias="from")]
End = Annotated[MaybeMoment, Query(alias="to")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Id = Annotated[int, Path(ge=1, le=2**53, description="as the list gives it")]


@router.get("/curtailments", operation_id="listCurtailments")
async def list_curtailments(door: ByDoor, start: Start = None, end: End = None, limit: Limit = 10) -> Curtailments:
    """Every time the site left normal running because something asked for less, newest first; one that runs comes first."""
    if start is not None and end is not None:
        span(start, end)
    from_ms = 0 if start is None else int(seconds(start, "from") * 1000)
    to_ms = int((_LATEST_S if end is None else seconds(end, "to")) * 1000)
    now_ms = int(door.image.now().wall_s * 1000)
    return await door.past(lambda connection: listing.listed(connection, (from_ms, to_ms), limit, now_ms, door.settings))


@router.get(
    "/curtailments/{id_}.csv",
    operation_id="exportCurtailment",
    response_class=StreamingResponse,
    responses={**csv_rows.DESCRIBED, **responses(404)},
)
async def export_curtailment(door: ByDoor, id_: Id) -> Response:
    """The load over time with what was allowed, and what happened, as CSV. `time` is UTC; acts of people are left out."""
    rows = sheet.rows(await _told(door, id_, with_people=False))

    async def following(_at: Any) -> tuple[csv_rows.Rows, Any]:
        return rows, None

    return await csv_rows.answer(f"curtailment-{id_}", sheet.HEAD, following, None)


@router.get("/curtailments/{id_}", operation_id="getCurtailment", responses=responses(404))
async def get_curtailment(door: ByDoor, person: Viewer, id_: Id) -> Story:
    """One told in time: notice, signal, decision, commands, the load as it was measured, settlement intervals, return, alarms."""
    return await _told(door, id_, with_people=person.how != FREE_VIEW)


async def _told(door: Door, id_: int, *, with_people: bool) -> Story:
    asked = Asked(door.settings, door.image.now().wall_s, with_people)
    found = await door.past(partial(story.story, id_=id_, asked=asked))
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "no-such-curtailment", f"no curtailment on record began with event {id_}")
    return found
