"""What people ask of the notifier: acknowledge, shelve, test a channel, check one. Every request gets one reply."""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Protocol

from services.notifier.channels.base import Failed
from services.notifier.trial.trial import Trial
from services.shared.bus import Arrival
from services.shared.clock import Clock
from services.shared.messages import NOTIFIER_VERBS, Message, Reply, Request

log = logging.getLogger(__name__)

_REMEMBERED = 1_000
_MOST_MINUTES = 10_080.0
_END_S = 1.0


class Alarms(Protocol):
    """What is asked of the desk. Each answers why not, or None."""

    async def acknowledge(self, key: str, who: str) -> str | None:
        """A person has seen an alarm."""
        ...

    async def shelve(self, pattern: str, minutes: float, who: str, reason: str) -> str | None:
        """Tell nobody for so long."""
        ...

    async def unshelve(self, pattern: str, who: str) -> str | None:
        """Tell again."""
        ...


class Requests:
    """A request that came before (delivery is at least once) is not carried out again.

    `sound` tests the lamp on the site for who asks, and says what it did; None without one.
    """

    def __init__(
        self,
        alarms: Alarms,
        trial: Trial,
        clock: Clock,
        publish: Callable[[Message], None],
        sound: Callable[[str], str] | None = None,
    ) -> None:
        self._alarms = alarms
        self._trial = trial
        self._clock = clock
        self._publish = publish
        self._sound = sound
        self._known: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends = False

    async def run(self) -> None:
        """Wait for ever. Cancelled, give what is under way a second to end; who asked hears what came of it, if it is known."""
        try:
            await asyncio.Event().wait()
        finally:
            self._ends = True
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=_END_S)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def take(self, request: Request, arrival: Arrival) -> None:
        """Begin to carry one out; the bus is not held meanwhile. One that somebody left retained in the broker is none."""
        if arrival.retained or request.verb not in NOTIFIER_VERBS or request.id in self._known:
            return
        self._known[request.id] = None
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        task = asyncio.create_task(self._carry_out(request), name=f"request-{request.verb}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, request: Request) -> None:
        accepted, reason, result = False, "the notifier ended before it was known what came of it", {}
        try:
            if self._ends:
                raise ValueError("the notifier ends; ask again")
            if request.expires_at < self._clock.now().wall_s:
                raise ValueError("the request had expired")
            result = await self._done(request)
            accepted, reason = True, "done"
        except (Failed, ValueError) as error:
            reason = str(error)
        finally:
            log.info("%s by %s: %s", request.verb, request.who, reason)
            self._publish(
                Reply(subject=(request.id,), request_id=request.id, accepted=accepted, reason=reason, result=json.dumps(result))
            )

    async def _done(self, request: Request) -> dict[str, str]:
        """The result. Raises Failed or ValueError with the reason."""
        asked, who = _payload(request), request.who
        match request.verb:
            case "test" if self._sound is not None and asked.get("channel") == "annunciator":
                return {"receipt": self._sound(who)}
            case "test":
                return {"receipt": await self._trial.test(_text(asked, "channel"))}
            case "check":
                return {"answer": await self._trial.check(_text(asked, "channel"))}
            case "shelve":
                refusal = await self._alarms.shelve(_text(asked, "key"), _minutes(asked), who, request.reason)
            case "unshelve":
                refusal = await self._alarms.unshelve(_text(asked, "key"), who)
            case _:
                refusal = await self._alarms.acknowledge(_text(asked, "key"), who)
        if refusal is not None:
            raise ValueError(refusal)
        return {}


def _payload(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(request.payload)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError("the request's payload is no JSON object")
    return found


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"the request needs a {name}")
    return value


def _minutes(asked: dict[str, Any]) -> float:
    value = asked.get("minutes")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= _MOST_MINUTES:
        raise ValueError(f"the request needs minutes, a number above 0 and up to {_MOST_MINUTES:g}")
    return float(value)
