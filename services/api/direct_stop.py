"""The emergency stop past the broker: straight to the controller's own small app."""

import json
from http import HTTPStatus
from typing import Any

from services.api.asked import Asked
from services.api.problems import Problem
from services.shared.answer import Answer
from services.shared.device import DeviceError, may_have_arrived
from services.shared.http import HttpClient
from services.shared.messages import Reply
from services.shared.settings.sections import Ops

_LONGEST_NAME = 100  # of who asks, as the controller takes it
_LONGEST_WORDS = 300
NOBODY = "the stop reached nobody"
REACHED_NOBODY = "stop-reached-nobody"
"""The type of the problem where neither the broker nor the controller was given it: it is not carried out later."""
_UNCONFIRMED = "nobody confirmed the stop, which may still be carried out"


async def stop(ops: Ops, asked: Asked, before: str, answer_s: float, *, by_bus: bool) -> Reply:
    """The controller's word. `before` says why the broker was not enough, `by_bus` whether it was asked all the same.

    Raises Problem: 502 not confirmed, 504 nobody answered.
    """
    token = ops.token.get_secret_value()
    client = HttpClient(deadline_s=answer_s)
    try:
        answer = await client.request(
            "POST",
            f"http://{ops.controller_host}:{ops.controller_port}/stop",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            json_body={"who": asked.wish.who[:_LONGEST_NAME], "reason": asked.wish.reason},
        )
    except DeviceError as error:
        may_be_done = by_bus or may_have_arrived(error)
        detail = f"{_UNCONFIRMED if may_be_done else NOBODY}: {before}; the controller directly: {error}"
        raise Problem(HTTPStatus.GATEWAY_TIMEOUT, "no-answer" if may_be_done else REACHED_NOBODY, detail) from None
    finally:
        await client.close()
    if not 200 <= answer.status < 300:
        detail = f"{before}; the controller directly: HTTP {answer.status}"
        raise Problem(HTTPStatus.BAD_GATEWAY, "stop-failed", detail)
    said = _confirmed(answer)
    result = json.dumps({"stopped": True, "by": "controller", "control": said.get("control")})
    return Reply(request_id=asked.id, accepted=True, reason=str(said.get("reason") or "done")[:_LONGEST_WORDS], result=result)


def _confirmed(answer: Answer) -> dict[str, Any]:
    """What the controller says: in its reason what it could not store, and by which control. Raises Problem."""
    try:
        said = answer.json()
    except DeviceError:
        said = None
    if not isinstance(said, dict) or said.get("stopped") is not True:
        detail = f"the controller did not confirm the stop: {answer.text()[:200]!r}"
        raise Problem(HTTPStatus.BAD_GATEWAY, "stop-failed", detail)
    return said
