"""The request `why` over the bus, as the chat asks it: answered with the same answer as GET /api/v1/why, as text."""

import asyncio
import json
import logging
from collections import OrderedDict

from services.api.door import Door
from services.api.problems import Problem
from services.api.why.answer import answered
from services.api.why.text import told
from services.shared.bus import Arrival
from services.shared.messages import Reply, Request

log = logging.getLogger(__name__)

_LONGEST_AT, _MOST_AT_ONCE, _REMEMBERED = 40, 4, 200
_LONGEST_TEXT = 20_000


class AskedWhy:
    """Answers each request once: one that came before (delivery is at least once) is not answered again."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._known: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, request: Request, arrival: Arrival) -> None:
        """Begin to answer; the bus is not held meanwhile. One that somebody left retained in the broker is none."""
        if request.verb != "why" or arrival.retained or request.id in self._known:
            return
        self._known[request.id] = None
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        if len(self._tasks) >= _MOST_AT_ONCE:
            self._reply(request, accepted=False, reason="too many questions at once; ask again")
            return
        task = asyncio.create_task(self._answer(request), name="asked-why")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, request: Request) -> None:
        if request.expires_at < self._door.image.now().wall_s:
            self._reply(request, accepted=False, reason="the request had expired")
            return
        try:
            text = told(await answered(self._door, _at(request)), self._door.image.now().wall_s)
        except (Problem, ValueError) as refusal:
            self._reply(request, accepted=False, reason=str(refusal))
        except Exception:
            log.exception("why could not be answered")
            self._reply(request, accepted=False, reason="a fault of our own while answering; it is in the log of the api")
        else:
            self._reply(request, accepted=True, reason="done", text=text[:_LONGEST_TEXT])

    def _reply(self, request: Request, *, accepted: bool, reason: str, text: str | None = None) -> None:
        result = json.dumps({} if text is None else {"text": text})
        self._door.bus.publish(
            Reply(subject=(request.id,), request_id=request.id, accepted=accepted, reason=reason, result=result)
        )


def _at(request: Request) -> str | None:
    """The moment that is asked for: Unix seconds, or as the route takes it. Raises ValueError."""
    try:
        payload = json.loads(request.payload)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise ValueError("the payload must be a JSON object")
    at = payload.get("at")
    if at is None:
        return None
    if isinstance(at, bool) or not isinstance(at, (str, int, float)) or len(str(at)) > _LONGEST_AT:
        raise ValueError("at: allowed is 14:05, ISO 8601, or Unix seconds")
    return str(at)
