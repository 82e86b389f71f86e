"""The emergency stop over the controller's own small app: it works with a dead broker. Loopback needs no token."""

import asyncio
import hmac
import json
import uuid

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse

from services.controller.loop import Loop
from services.shared.addresses import is_loopback
from services.shared.beginning import beginning
from services.shared.clock import Clock
from services.shared.messages import Reply, Request

_ANSWER_WITHIN_S = 5.0
_MOST_BODY_BYTES = 4096


class StopBody(BaseModel):
    """Who stops the site, and why."""

    model_config = ConfigDict(strict=True, extra="forbid")
    who: str = Field(default="nobody named, at the controller's own app", max_length=100)
    reason: str = Field(default="", max_length=500)


def add_stop_route(app: Starlette, loop: Loop, token: SecretStr, clock: Clock) -> None:
    """POST /stop trips the whole site, whatever its body is. 401 from elsewhere without the token, 403 for a browser's page,
    503 if the loop does not answer. The answer names the control: in observe nothing is switched."""

    async def stop(http: HttpRequest) -> JSONResponse:
        _refuse_pages(http)
        _authenticate(http, token.get_secret_value())
        body = _read(await beginning(http, _MOST_BODY_BYTES))
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        request = Request(
            id=uuid.uuid4().hex, verb="stop", who=body.who, reason=body.reason, expires_at=clock.now().wall_s + 60.0
        )
        loop.ask(request, answer)
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                reply = await answer
        except TimeoutError:
            raise HTTPException(503, "the control loop does not answer") from None
        control = json.loads(reply.result).get("control")
        return JSONResponse({"stopped": reply.accepted, "reason": reply.reason, "control": control})

    app.add_route("/stop", stop, methods=["POST"])


def _refuse_pages(http: HttpRequest) -> None:
    """No browser has any business here; one that asks for the page of some site says so."""
    if "origin" in http.headers or http.headers.get("sec-fetch-site", "none") != "none":
        raise HTTPException(403, "a stop is not taken from a browser's page here; use the page's own listener")


def _read(body: bytes) -> StopBody:
    try:
        return StopBody.model_validate_json(body)
    except ValidationError:
        return StopBody()


def _authenticate(http: HttpRequest, token: str) -> None:
    host = http.client.host if http.client else ""
    given = http.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return
    if not is_loopback(host):
        raise HTTPException(401, "an emergency stop from elsewhere than loopback needs the ops token")
