"""Asking another service over the bus: one request, its one reply, or nobody's answer."""

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from services.shared.bus import Arrival
from services.shared.clock import Clock
from services.shared.messages import Message, Reply, Request, Verb

WITHIN_S = 10.0
_LONGEST_WHO, _LONGEST_REASON = 100, 500


class NoAnswer(Exception):
    """Nothing is known of what became of the request; the text says so to a person."""


class Asking:
    """`publish` is the bus', `connected` whether the broker has taken us: without it nothing is asked."""

    def __init__(
        self, publish: Callable[[Message], None], clock: Clock, connected: Callable[[], bool] = lambda: True,
        *, within_s: float = WITHIN_S,
    ) -> None:  # fmt: skip
        self._publish = publish
        self._clock = clock
        self._connected = connected
        self._within_s = within_s
        self._waiting: dict[str, asyncio.Future[Reply]] = {}

    def take_reply(self, reply: Reply, _arrival: Arrival | None = None) -> None:
        """What became of a request; one that nobody waits for is nobody's."""
        answer = self._waiting.get(reply.request_id)
        if answer is not None and not answer.done():
            answer.set_result(reply)

    async def ask(
        self, verb: Verb, payload: Mapping[str, Any], who: str, *, of: str = "controller", reason: str = "",
        within_s: float | None = None,
    ) -> Reply:  # fmt: skip
        """The reply of the service `of`. Raises NoAnswer."""
        if not self._connected():
            raise NoAnswer("The broker is away: nothing was asked. Try again, or act on the site.")
        wait_s, request_id = within_s or self._within_s, str(uuid.uuid4())
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answer
        try:
            self._publish(
                Request(
                    subject=(verb,), id=request_id, verb=verb, who=who[:_LONGEST_WHO], reason=reason[:_LONGEST_REASON],
                    expires_at=self._clock.now().wall_s + wait_s, payload=json.dumps(dict(payload), allow_nan=False),
                )
            )  # fmt: skip
            async with asyncio.timeout(wait_s):
                return await answer
        except TimeoutError:
            raise NoAnswer(
                f"No answer from the {of} within {wait_s:g} s. It is not begun any more after that, but look at /status."
            ) from None
        finally:
            del self._waiting[request_id]


def result_of(reply: Reply) -> dict[str, Any]:
    """The result of a reply; empty where it cannot be read."""
    try:
        found = json.loads(reply.result)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
