"""What every route that asks for something is given: who asks, under which key, and where the answer is found."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Header, Response

from services.api.asked import Asked, AskedRequest, Wish
from services.api.door import ByDoor, Door
from services.api.leases import told
from services.api.login.gate import Operator
from services.api.login.person import Person
from services.api.problems import Problem
from services.shared.messages import Verb

ANSWER_S = 2.0
LONGEST_WHO = 100
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=100,
        pattern=r"^[!-~]+$",
        description="the same key with the same body asks once, whatever is sent again within 24 h; a stop is asked each time",
        examples=["9d3f6a52-curtail-1"],
    ),
]
Until = Annotated[
    float | None,
    Header(
        alias="X-Until-At",
        ge=0,
        allow_inf_nan=False,
        description="Unix seconds by the site's clock: later than that nobody begins it. A stop is carried out whenever it comes",
        examples=[1795348820],
    ),
]
HEADERS: dict[str, Any] = {
    "Location": {"description": "where to watch it", "schema": {"type": "string"}},
    "Idempotent-Replay": {"description": "`true` when it had been asked before", "schema": {"type": "string", "enum": ["true"]}},
}


@dataclass(slots=True)
class Asking:
    """One call that asks for something."""

    door: Door
    person: Person
    key: str | None
    until_at: float | None
    response: Response

    def wish(self, name: str, verb: Verb, payload: dict[str, Any], reason: str) -> Wish:
        """It as a wish of this person, under this key."""
        return Wish(name, verb, payload, self.person.told[:LONGEST_WHO], reason, self.person.name, self.key or "")

    async def ask(self, name: str, verb: Verb, payload: dict[str, Any], reason: str) -> AskedRequest:
        """Ask, and wait a little for the answer. Raises Problem: 409 refused, 422 key of another wish, 503 no broker."""
        wish = self.wish(name, verb, payload, reason)
        if self.until_at is not None:
            wish = replace(wish, until_at=self.until_at)
        asked, again = self.door.requests.begin(wish)
        await asked.wait(ANSWER_S)
        return self.answer(asked, again=again)

    async def stop(self, reason: str) -> AskedRequest:
        """The emergency stop, with a dead broker too. Raises Problem: 502, 504 nobody confirmed it."""
        asked = await self.door.requests.stop(self.wish("stop", "stop", {}, reason or "emergency shutdown"))
        return self.answer(asked, again=False)

    def answer(self, asked: Asked, *, again: bool) -> AskedRequest:
        """What became of it, with its headers. Raises Problem (409) when it was refused."""
        headers = {"Location": f"/api/v1/requests/{asked.id}"} | ({"Idempotent-Replay": "true"} if again else {})
        if asked.accepted is False:
            raise Problem(HTTPStatus.CONFLICT, "refused", asked.reason, headers)
        self.response.headers.update(headers)
        return shown(asked, self.door)


def shown(asked: Asked, door: Door) -> AskedRequest:
    """A request as a client sees it; the lease made has its moments in ISO 8601 too."""
    body = asked.view(door.image.now().mono_s)
    return body if body.result is None else body.model_copy(update={"result": told(body.result)})


def _asking(door: ByDoor, person: Operator, response: Response, key: Key = None, until_at: Until = None) -> Asking:
    return Asking(door, person, key, until_at, response)


ByAsking = Annotated[Asking, Depends(_asking)]
