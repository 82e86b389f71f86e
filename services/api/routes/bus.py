"""The messages on the bus as they pass. On the debug listener alone."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.api.door import ByDoor
from services.api.login.gate import Operator
from services.api.problems import responses

router = APIRouter(prefix="/api/debug", tags=["debug"], responses=responses(401, 403, 422, 429, 503))
Topic = Annotated[str, Query(max_length=200, description="topics that begin so, such as reading/pdu-1; all without it")]


@router.get(
    "/bus",
    operation_id="streamBus",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_bus(door: ByDoor, _person: Operator, topic: Topic = "") -> Response:
    """Server-sent events `message`: each message that the api receives from now on, as it came; at most 4 clients.

    `late` marks a reading that waited out an outage, `cut` a payload of which only the beginning is sent. `dropped` tells how
    many were lost since the connect because the client was too slow.
    """
    return door.tap_places.stream("", lambda: door.tap.join(topic), door.tap.leave)
