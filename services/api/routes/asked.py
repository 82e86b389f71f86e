"""What became of the requests: the newest, and each by its id."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from pydantic import BaseModel

from services.api.asked import KEPT, AskedRequest
from services.api.door import ByDoor
from services.api.login.gate import known
from services.api.problems import Problem, responses
from services.api.routes.asking import shown

router = APIRouter(prefix="/api/v1", tags=["requests"], dependencies=[Depends(known)])
MOST_SHOWN = 200
RequestId = Annotated[str, InPath(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]


class AskedRequests(BaseModel):
    """The newest first."""

    requests: tuple[AskedRequest, ...]


@router.get("/requests", operation_id="listRequests", responses=responses(401, 422, 429))
async def list_requests(door: ByDoor, limit: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = 50) -> AskedRequests:
    """The newest requests since this service started, at most a day old."""
    newest = door.requests.register.newest(limit, door.image.now().mono_s)
    return AskedRequests(requests=tuple(shown(asked, door) for asked in newest))


@router.get("/requests/{request_id}", operation_id="getRequest", responses=responses(401, 404, 422, 429))
async def get_request(request_id: RequestId, door: ByDoor) -> AskedRequest:
    """What became of a request."""
    asked = door.requests.register.get(request_id, door.image.now().mono_s)
    if asked is None:
        detail = f"found {request_id}; known are the last {KEPT} since this service started, and what was done is in the events"
        raise Problem(HTTPStatus.NOT_FOUND, "no-such-request", detail)
    return shown(asked, door)
