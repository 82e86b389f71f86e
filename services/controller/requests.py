"""Requests of people and programs between two decisions: carried out, written down, and only then answered."""

import asyncio
import json
from collections.abc import Iterable

from services.controller.answered import Answered, Memory
from services.controller.asked import carry_out
from services.controller.audit import event
from services.controller.core.holds import HoldRefused
from services.controller.core.memory import State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.leases import LeaseBody
from services.controller.report import Publishes
from services.controller.wished import words
from services.shared.messages import Event, Reply, Request
from services.shared.vocabulary import Control

Answer = asyncio.Future[Reply]
NOT_STORED = "not stored: a restart forgets it"
_LATCHING = {"stop", "lockout", "reset", "unlock"}


class Requests:
    """Those that wait, and the answers that wait for the card."""

    def __init__(self, limits: Limits, bus: Publishes) -> None:
        self._limits = limits
        self._bus = bus
        self._waiting: list[tuple[Request, Answer | None]] = []
        self._answers: list[tuple[str, Reply, Answer | None]] = []
        self._memory = Memory()

    def remember(self, answered: Iterable[Answered]) -> None:
        """What an earlier process answered."""
        self._memory.remember(answered)

    def answered(self) -> tuple[Answered, ...]:
        """What has an answer since this was last called, for the card."""
        return self._memory.take()

    def add(self, request: Request, answer: Answer | None) -> None:
        """To be carried out before the next decision; the reply goes to the bus and to `answer`."""
        self._waiting.append((request, answer))

    def carry_out(self, state: State, snapshot: Snapshot, now: Now) -> tuple[State, list[Event]]:
        """The state after all that was asked, and what to write down of it."""
        events: list[Event] = []
        waiting, self._waiting = self._waiting, []
        for request, answer in waiting:
            before = self._memory.reply(request, now)
            if before is not None:
                self._answers.append((request.verb, before, answer))
                continue
            state, reply = self._one(request, state, snapshot, now)
            self._memory.add(request, reply, now)
            self._answers.append((request.verb, reply, answer))
            events.append(_audit(request, reply, now))
        return state, events

    def answer(self, *, stored: bool) -> None:
        """Tell everybody who asked: what is answered is on the card. Not `stored`: its trips and lock-outs are not, and that is
        said."""
        answers, self._answers = self._answers, []
        for verb, said, answer in answers:
            reply = said if stored or not said.accepted or verb not in _LATCHING else _not_stored(said)
            self._bus.publish(reply)
            if answer is not None and not answer.done():
                answer.set_result(reply)

    def _one(self, request: Request, state: State, snapshot: Snapshot, now: Now) -> tuple[State, Reply]:
        try:
            state, result = carry_out(request, state, snapshot, self._limits, now)
        except HoldRefused as refusal:
            return state, Reply(subject=(request.id,), request_id=request.id, accepted=False, reason=str(refusal))
        armed = self._limits.control is Control.ARMED
        reason = "done" if armed else "noted; control is observe, so nothing is commanded"
        if note := result.get("note"):
            reason = f"{reason}; {note}"
        return state, Reply(subject=(request.id,), request_id=request.id, accepted=True, reason=reason, result=json.dumps(result))


def _not_stored(reply: Reply) -> Reply:
    return reply.model_copy(update={"reason": f"{reply.reason}; {NOT_STORED}"})


def _audit(request: Request, reply: Reply, now: Now) -> Event:
    title = ": ".join(part for part in (f"{request.verb} by {request.who}", words(request), reply.reason) if part)
    reasons = (request.reason,) if request.reason else ()
    return event("audit", title, now, who=request.who, reasons=reasons, detail=_detail(request, reply))


def _detail(request: Request, reply: Reply) -> str:
    """What was asked; of a lease also its id, by which its end names it."""
    made = json.loads(reply.result) if request.verb == "lease" and reply.accepted else {}
    if "id" not in made:
        return request.payload
    body = LeaseBody.model_validate_json(request.payload)
    return json.dumps({"id": made["id"], **body.model_dump(mode="json", exclude_unset=True)})
