"""Requests of people by verb, on the debug listener: whoever can reach it may ask, the controller decides."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.api.bodies import PAYLOADS, Asked, AskedVerb
from services.api.door import ByDoor
from services.api.guard import who
from services.api.problems import responses

router = APIRouter(prefix="/api/v1", tags=["requests"], responses=responses(403, 409, 422, 503, 504))


@router.post("/cycle", operation_id="askCycle")
async def ask_cycle(door: ByDoor, request: Request) -> dict[str, Any]:
    """One full cycle of the controller now: re-check everything, record a state row."""
    return await door.requests.ask("cycle", {}, who=who(request), reason="one cycle asked for")


@router.post("/requests/{verb}", operation_id="ask")
async def ask(verb: AskedVerb, body: Asked, door: ByDoor, request: Request) -> dict[str, Any]:
    """Lock out, unlock, reset, release, acknowledge, and the rest; the payload's keys depend on the verb."""
    try:
        payload = PAYLOADS[verb].model_validate(body.payload)
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("body", "payload", *e["loc"])} for e in error.errors()]) from None
    if verb == "stop":
        return await door.requests.stop(who=who(request), reason=body.reason or "emergency shutdown")
    return await door.requests.ask(verb, payload.model_dump(), who=who(request), reason=body.reason)
