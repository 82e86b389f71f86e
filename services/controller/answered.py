"""Requests that were answered already: what comes a second time gets the same word, and nothing is done twice, but for a stop."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from services.controller.core.moments import Now
from services.shared.messages import ANOTHER_REQUEST, Reply, Request

KEPT = 1_000
KEPT_S = 86_400.0
_ALWAYS = "stop"  # carried out each time: after a reset the old answer would stop nothing


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that had its answer. `digest` is of what was asked, `reply` the answer as JSON, `at` Unix seconds."""

    id: str
    digest: str
    reply: str
    at: float


class Memory:
    """The newest answers by the id of their request: at most KEPT, forgotten after KEPT_S seconds. Of stops none."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Answered] = OrderedDict()
        self._fresh: list[Answered] = []

    def remember(self, answered: Iterable[Answered]) -> None:
        """What an earlier process answered."""
        for one in answered:
            self._keep(one)

    def add(self, request: Request, reply: Reply, now: Now) -> None:
        """An answer of now; it also waits for the card."""
        if request.verb == _ALWAYS:
            return
        one = Answered(request.id, _digest(request), reply.model_dump_json(by_alias=True), now.wall_s)
        self._keep(one)
        self._fresh.append(one)

    def take(self) -> tuple[Answered, ...]:
        """What is not on the card yet."""
        fresh, self._fresh = tuple(self._fresh), []
        return fresh

    def reply(self, request: Request, now: Now) -> Reply | None:
        """The answer that this request had; a refusal when another one had its id; None when it is new."""
        held = self._held.get(request.id)
        if request.verb == _ALWAYS or held is None or now.wall_s - held.at > KEPT_S:
            return None
        if held.digest != _digest(request):
            return _refusal(request, ANOTHER_REQUEST)
        try:
            return Reply.model_validate_json(held.reply).model_copy(update={"subject": (request.id,)})
        except ValueError:  # a flipped bit on the card
            return _refusal(request, "it was answered before, and the answer cannot be read any more")

    def _keep(self, one: Answered) -> None:
        self._held[one.id] = one
        while len(self._held) > KEPT:
            self._held.popitem(last=False)


def _refusal(request: Request, reason: str) -> Reply:
    return Reply(subject=(request.id,), request_id=request.id, accepted=False, reason=reason)


def _digest(request: Request) -> str:
    """Who asked is no part of it: the same person may come another way, from another address, as for a lease (Hold.asker)."""
    return hashlib.sha256(f"{request.verb}\n{request.reason}\n{request.payload}".encode("utf-8", "replace")).hexdigest()
