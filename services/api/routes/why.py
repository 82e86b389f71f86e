"""Why the site is, or was, as it is."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from services.api.door import ByDoor, Door
from services.api.login.gate import Viewer
from services.api.problems import Problem, responses
from services.api.why import Calendar, Why, WhyAct
from services.api.why_now import present
from services.api.why_past import acts, past

router = APIRouter(tags=["why"], responses=responses(401, 422, 503))
At = Annotated[
    str | None,
    Query(
        max_length=40,
        description="`14:05` (the last one, in the site's timezone), ISO 8601, or Unix seconds; without it: now",
        examples=["14:05", "2026-11-22T14:05:00-06:00"],
    ),
]


@router.get("/api/v1/why", operation_id="getWhy")
async def get_why(door: ByDoor, _viewer: Viewer, at: At = None) -> Why:
    """Mode, since when, kW, reasons, the signal and its event, inputs with their ages, who did what, how it ended."""
    now, calendar = door.image.now(), Calendar(door.settings.general.timezone)
    if at is None:
        done, notes = await _acts(door, int(now.wall_s * 1000), calendar)
        return present(door.image, calendar, done, notes, broker_connected=door.bus.connected)
    moment = calendar.moment(at, now.wall_s)
    if moment is None:
        allowed = "14:05, ISO 8601 such as 2026-11-22T14:05:00-06:00, or Unix seconds"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-value", f"found at = {at!r}; allowed: {allowed}")
    if moment > now.wall_s:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-value", f"found at = {at!r}; allowed: a moment that was")
    return await door.past(lambda connection: past(connection, int(moment * 1000), calendar, now.wall_s))


async def _acts(door: Door, at_ms: int, calendar: Calendar) -> tuple[list[WhyAct], list[str]]:
    """Without records the present is told all the same."""
    try:
        return await door.past(lambda connection: acts(connection, at_ms, calendar)), []
    except Problem as problem:
        return [], [f"who did what is not known: {problem.detail}"]
