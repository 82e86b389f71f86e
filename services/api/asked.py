"""What was asked for, and what became of it: the newest requests of a day, in memory. The records keep them for good."""

import asyncio
import hashlib
import json
import math
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.shared.answer import loads_strict
from services.shared.device import DeviceError
from services.shared.messages import Reply, Verb

KEPT = 1_000
KEPT_S = 86_400.0
_KEYS = uuid.UUID("5f0c1c9e-6a53-4b0e-9d0c-3a2f4ad6d5b1")
Fate = Literal["waiting", "done", "refused", "expired"]


@dataclass(frozen=True, slots=True)
class Wish:
    """Something a person or a program asks for. `name` is the word they used, `verb` and `payload` what goes to the bus.

    `key` makes it one wish however often it is sent; it belongs to `person` alone. A stop is another one each time: after a reset
    the old answer would stop nothing. Later than `until_at` (Unix seconds) nobody begins it.
    """

    name: str
    verb: Verb
    payload: dict[str, Any]
    who: str
    reason: str
    person: str = ""
    key: str = ""
    until_at: float = math.inf

    @property
    def id(self) -> str:
        """The same for the same key of the same person, also after a restart: then its owner knows it again."""
        return str(uuid.uuid5(_KEYS, f"{self.person}\n{self.key}") if self.key and self.verb != "stop" else uuid.uuid4())

    @property
    def digest(self) -> str:
        """Two wishes with one digest are the same wish."""
        text = json.dumps([self.name, self.payload, self.reason], sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


class AskedRequest(BaseModel):
    """A request and what became of it.

    `waiting`: not answered yet; `done`; `refused`, with the reason; `expired`: nobody answered in its time, and nobody begins it
    any more. `reason` and `result` are the answer's, `because` is what the person gave. `_at` are Unix seconds.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0b6a4a55-8d6f-4f0a-9a3c-2f3a3e3f9d11", "verb": "reset", "state": "done", "reason": "done",
                    "result": {"done": "reset", "control": "armed"}, "who": "ann (session, 192.168.1.7)", "because": "looked at",
                    "asked_at": 1795348800.0, "expires_at": 1795348810.0,
                }
            ]
        }
    )  # fmt: skip
    id: str
    verb: str
    state: Fate
    reason: str
    result: dict[str, Any] | None = Field(description="null until it is done; the lease made, where one was")
    who: str
    because: str
    asked_at: float
    expires_at: float


@dataclass(slots=True)
class Asked:
    """A wish on its way. `open_until_s` is monotonic: later than that no answer is expected."""

    id: str
    wish: Wish
    asked_at: float
    expires_at: float
    asked_s: float
    open_until_s: float
    accepted: bool | None = None
    reason: str = ""
    result: dict[str, Any] | None = None
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    def settle(self, reply: Reply) -> None:
        """The first answer counts; one that cannot be read says so and has no result."""
        if self.accepted is not None:
            return
        self.accepted, self.reason = reply.accepted, reply.reason
        try:
            result = loads_strict(reply.result)
            self.result = (result if isinstance(result, dict) else {"result": result}) if reply.accepted else None
        except DeviceError:
            self.reason = "it was done, but the answer cannot be read"
        self._answered.set()

    async def wait(self, seconds: float) -> bool:
        """Until it is answered, at most so long. True when it is."""
        try:
            async with asyncio.timeout(seconds):
                await self._answered.wait()
        except TimeoutError:
            return False
        return True

    def view(self, mono_s: float) -> AskedRequest:
        """As a client sees it."""
        ends: dict[bool | None, Fate] = {
            True: "done",
            False: "refused",
            None: "waiting" if mono_s < self.open_until_s else "expired",
        }
        return AskedRequest(
            id=self.id,
            verb=self.wish.name,
            state=ends[self.accepted],
            reason=self.reason,
            result=self.result,
            who=self.wish.who,
            because=self.wish.reason,
            asked_at=self.asked_at,
            expires_at=self.expires_at,
        )


class Register:
    """The newest requests by id: at most KEPT, none older than KEPT_S seconds."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Asked] = OrderedDict()

    def add(self, asked: Asked) -> None:
        """Keep it, and forget the oldest."""
        self._held[asked.id] = asked
        self._held.move_to_end(asked.id)
        while len(self._held) > KEPT:
            self._held.popitem(last=False)

    def forget(self, asked: Asked) -> None:
        """As if it had never been asked."""
        self._held.pop(asked.id, None)

    def get(self, request_id: str, mono_s: float) -> Asked | None:
        """The request, unless it is too old."""
        found = self._held.get(request_id)
        return found if found is not None and mono_s - found.asked_s < KEPT_S else None

    def newest(self, most: int, mono_s: float) -> list[Asked]:
        """The newest first."""
        young = [asked for asked in reversed(self._held.values()) if mono_s - asked.asked_s < KEPT_S]
        return young[:most]
