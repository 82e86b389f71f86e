"""How a command asks the running system: through the api's loopback listener, or the page's with the operator's token.

Exit codes of all that ask: 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
"""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

from services.cli.answering import refusal
from services.cli.exit_codes import EXIT_DONE, EXIT_MISTAKES, EXIT_NO_ANSWER, EXIT_NOT_RUNNING, EXIT_REFUSED
from services.cli.listener import reached
from services.cli.reading import end, to_ask
from services.cli.saying import say
from services.shared.answer import Answer
from services.shared.device import DeviceError, Nonsense
from services.shared.http import HttpClient
from services.shared.settings import Settings

T = TypeVar("T")
_ANSWER_S = 15.0  # of one exchange; the api itself waits 2 s for a reply, and 7 s for a stop's two ways
_WATCH_S = 40.0  # a request that nobody answered has expired by then
_LOOK_EACH_S = 0.5
_CODES: Mapping[int, int] = {
    HTTPStatus.UNPROCESSABLE_ENTITY: EXIT_MISTAKES,
    HTTPStatus.NOT_FOUND: EXIT_MISTAKES,
    HTTPStatus.SERVICE_UNAVAILABLE: EXIT_NOT_RUNNING,
}


class NotDone(Exception):
    """It was not done; the text says why, `code` is the command's exit code, `kind` the type of the api's problem, or empty."""

    def __init__(self, text: str, code: int, kind: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.kind = kind


@dataclass(slots=True)
class Api:
    """The api of the run, by the listener that was found."""

    base: str
    headers: Mapping[str, str]
    client: HttpClient = field(repr=False)

    async def get(self, path: str) -> Any:
        """The JSON of an answer. Raises NotDone."""
        return _json(await self._exchange("GET", path))

    async def state(self) -> dict[str, Any]:
        """The controller's state. Raises NotDone while nothing is known of it."""
        state = _object(await self.get("/api/state")).get("state")
        if not isinstance(state, dict):
            raise NotDone("the controller is silent: nothing is known of it", EXIT_NO_ANSWER)
        return state

    async def ask(self, verb: str, payload: Mapping[str, Any], reason: str) -> dict[str, Any]:
        """What became of a request: its document, in the state `done`. Raises NotDone."""
        headers = {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        body = json.dumps({"reason": reason, "payload": payload}).encode()
        answer = await self._exchange("POST", f"/api/v1/requests/{verb}", headers, body)
        said = _object(_json(answer))
        if not isinstance(said.get("state"), str):
            raise strange(f"no fate of a request: {str(said)[:80]!r}")
        return await self._watched(said, answer.headers.get("Location", ""))

    async def _watched(self, said: dict[str, Any], place: str) -> dict[str, Any]:
        deadline_s = time.monotonic() + _WATCH_S
        while said.get("state") == "waiting" and time.monotonic() < deadline_s:
            await asyncio.sleep(_LOOK_EACH_S)
            said = _object(await self.get(place))
        if said.get("state") == "refused":
            raise NotDone(str(said.get("reason", "")), EXIT_REFUSED)
        if said.get("state") != "done":
            raise NotDone("nobody answered in time; it is not begun any more", EXIT_NO_ANSWER)
        return said

    async def _exchange(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, data: bytes | None = None
    ) -> Answer:
        try:
            answer = await self.client.request(method, self.base + path, headers={**self.headers, **(headers or {})}, data=data)
        except DeviceError as error:
            raise NotDone(f"the api does not answer: {error}", EXIT_NO_ANSWER) from None
        if 200 <= answer.status < 300:
            return answer
        other = EXIT_REFUSED if 400 <= answer.status < 500 else EXIT_NO_ANSWER
        raise NotDone(detail(answer), _CODES.get(answer.status, other), _kind(answer))


def detail(answer: Answer) -> str:
    """What a problem document says, or the beginning of whatever came instead."""
    try:
        return str(answer.json()["detail"])
    except (DeviceError, KeyError, TypeError):
        return f"HTTP {answer.status}: {answer.text()[:80]!r}"


def _kind(answer: Answer) -> str:
    try:
        return str(answer.json()["type"])
    except (DeviceError, KeyError, TypeError):
        return ""


def strange(why: object) -> NotDone:
    """What came is no answer of this version's api."""
    return NotDone(f"the api is of another version, or another program answers at its port: {why}", EXIT_NO_ANSWER)


@asynccontextmanager
async def api_of(settings: Settings, *, answer_s: float = _ANSWER_S) -> AsyncIterator[Api]:
    """The api, by the first of its listeners that takes a connection. Raises NotDone when none does."""
    found = await reached(settings)
    if found is None:
        ports = f"port {settings.api.port} or {settings.api.debug_port}"
        raise NotDone(f"Nobody is there to ask: the api takes no connection at {ports} of this computer", EXIT_NOT_RUNNING)
    client = HttpClient(deadline_s=answer_s, **found.trust)
    try:
        yield Api(found.base, found.headers, client)
    finally:
        await client.close()


def carried_out(work: Callable[[Settings], Coroutine[Any, Any, T]], *, quiet: bool = False) -> T:
    """`work` on the settings of the run, whatever its file says now; what was not done is told on stderr and is the exit code."""
    settings = to_ask(quiet=quiet)
    try:
        return asyncio.run(work(settings))
    except NotDone as why:
        end(str(why), why.code)


def told(document: object, lines: list[str], *, as_json: bool, code: int = EXIT_DONE, why: str = "") -> None:
    """The answer for a program, or its lines for a person. With another exit `code` than 0 the document says `why`, too."""
    if code:
        found = document if isinstance(document, dict) else {"rows": document}
        document = {**refusal(why, code), **found}
    say(json.dumps(document, indent=2, ensure_ascii=False) if as_json else "\n".join(lines))


def _json(answer: Answer) -> Any:
    try:
        return answer.json()
    except Nonsense as error:
        raise strange(error) from None


def _object(said: object) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise strange(f"no object: {str(said)[:80]!r}")
    return said
