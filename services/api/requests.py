"""Requests to the controller and the notifier: published with an expiry, answered by a reply, or not."""

import asyncio
import json
import uuid
from http import HTTPStatus
from typing import Any

from services.api.problems import Problem
from services.shared.bus import Arrival, Bus
from services.shared.clock import Clock
from services.shared.device import DeviceError
from services.shared.http import Answer, HttpClient, loads_strict
from services.shared.messages import Reply, Request, Verb
from services.shared.settings.sections import Ops

EXPIRES_S = 10.0
ANSWER_S = 5.0
STOP_BY_BUS_S = 2.0  # then the direct way is tried: a stop must not wait for a broker


class Requests:
    """Holds what waits for its reply, by the id of the request."""

    def __init__(self, bus: Bus, clock: Clock, ops: Ops, *, answer_s: float = ANSWER_S) -> None:
        self._bus = bus
        self._clock = clock
        self._ops = ops
        self._answer_s = answer_s
        self._waiting: dict[str, asyncio.Future[Reply]] = {}

    def take_reply(self, reply: Reply, _arrival: Arrival) -> None:
        """Hand a reply to who waits for it; a late or double one is nobody's."""
        waiting = self._waiting.get(reply.request_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    async def ask(self, verb: Verb, payload: dict[str, Any], *, who: str, reason: str) -> dict[str, Any]:
        """The result of a request. Raises Problem: 409 refused, 503 no broker, 504 no answer."""
        return await self._ask(verb, payload, who, reason, self._answer_s)

    async def stop(self, *, who: str, reason: str) -> dict[str, Any]:
        """The emergency stop: over the bus, and where that does not answer, straight to the controller. Raises Problem."""
        try:
            return {"stopped": True, "by": "bus", **await self._ask("stop", {}, who, reason, STOP_BY_BUS_S)}
        except Problem as problem:
            if problem.status is HTTPStatus.CONFLICT:
                raise
            return await self._stop_directly(who, reason, problem.detail)

    async def _ask(self, verb: Verb, payload: dict[str, Any], who: str, reason: str, answer_s: float) -> dict[str, Any]:
        if not self._bus.connected:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "no-broker", "the broker cannot be reached; nothing was asked")
        request = self._request(verb, payload, who, reason)
        self._waiting[request.id] = asyncio.get_running_loop().create_future()
        try:
            self._bus.publish(request)
            reply = await asyncio.wait_for(self._waiting[request.id], answer_s)
        except TimeoutError:
            expires_s = request.expires_at - self._clock.now().wall_s
            detail = f"no answer to {verb} within {answer_s:g} s; it may still be done within {max(0.0, expires_s):.0f} s"
            raise Problem(HTTPStatus.GATEWAY_TIMEOUT, "no-answer", detail) from None
        finally:
            del self._waiting[request.id]
        if not reply.accepted:
            raise Problem(HTTPStatus.CONFLICT, "refused", reply.reason)
        return _result(reply)

    def _request(self, verb: Verb, payload: dict[str, Any], who: str, reason: str) -> Request:
        return Request(
            subject=(verb,),
            id=str(uuid.uuid4()),
            verb=verb,
            who=who,
            reason=reason,
            expires_at=self._clock.now().wall_s + EXPIRES_S,
            payload=json.dumps(payload, allow_nan=False),
        )

    async def _stop_directly(self, who: str, reason: str, before: str) -> dict[str, Any]:
        token = self._ops.token.get_secret_value()
        client = HttpClient(deadline_s=self._answer_s)
        try:
            answer = await client.request(
                "POST",
                f"http://{self._ops.controller_host}:{self._ops.controller_port}/stop",
                headers={"Authorization": f"Bearer {token}"} if token else {},
                json_body={"who": who, "reason": reason},
            )
        except DeviceError as error:
            detail = f"the stop reached nobody: {before}; the controller directly: {error}"
            raise Problem(HTTPStatus.GATEWAY_TIMEOUT, "no-answer", detail) from None
        finally:
            await client.close()
        if not 200 <= answer.status < 300:
            detail = f"{before}; the controller directly: HTTP {answer.status}"
            raise Problem(HTTPStatus.BAD_GATEWAY, "stop-failed", detail)
        return _stopped(answer)


def _stopped(answer: Answer) -> dict[str, Any]:
    try:
        said = answer.json()
    except DeviceError:
        said = None
    if not isinstance(said, dict) or said.get("stopped") is not True:
        detail = f"the controller did not confirm the stop: {answer.text()[:200]!r}"
        raise Problem(HTTPStatus.BAD_GATEWAY, "stop-failed", detail)
    return {"stopped": True, "by": "controller"}


def _result(reply: Reply) -> dict[str, Any]:
    try:
        result = loads_strict(reply.result)
    except DeviceError:
        raise Problem(HTTPStatus.BAD_GATEWAY, "bad-answer", "it was done, but the answer cannot be read") from None
    return result if isinstance(result, dict) else {"result": result}
