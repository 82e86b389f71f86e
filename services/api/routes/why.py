"""Why the site is, or was, as it is."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.api.door import ByDoor
from services.api.login.gate import Viewer
from services.api.problems import responses
from services.api.why.answer import answered
from services.api.why.model import Why

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
    """Mode, since when, kW, reasons, the signal and its event, inputs with their ages, commands, who did what, how it ended."""
    return await answered(door, at)
