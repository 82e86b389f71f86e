"""What people ask of the notifier: acknowledge an alarm, test a channel. Every request gets one reply."""

import asyncio
import json
import logging
from collections import OrderedDict

from services.notifier import text
from services.notifier.channels.base import Failed
from services.notifier.desk import Desk, Publish
from services.notifier.message import Row
from services.shared.bus import Arrival
from services.shared.clock import Clock
from services.shared.messages import Reply, Request
from services.shared.vocabulary import AlarmKind

log = logging.getLogger(__name__)

TEST_WITHIN_S = 20.0
_REMEMBERED = 1_000


class Requests:
    """A request that came before (delivery is at least once) is not carried out again."""

    def __init__(self, desk: Desk, site: str, clock: Clock, publish: Publish) -> None:
        self._desk = desk
        self._site = site
        self._clock = clock
        self._publish = publish
        self._known: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, request: Request, arrival: Arrival) -> None:
        """Begin to carry one out; the bus is not held meanwhile. One that somebody left retained in the broker is none."""
        if arrival.retained or request.verb not in ("acknowledge", "test") or request.id in self._known:
            return
        self._known[request.id] = None
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        task = asyncio.create_task(self._carry_out(request), name=f"request-{request.verb}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, request: Request) -> None:
        accepted, reason, result = False, "", ""
        try:
            if request.expires_at < self._clock.now().wall_s:
                reason = "the request had expired"
            elif request.verb == "acknowledge":
                reason = await self._desk.acknowledge(_field(request, "key"), request.who) or ""
                accepted = not reason
            else:
                result = await self._test(_field(request, "channel"))
                accepted = True
        except (Failed, ValueError) as error:
            reason = str(error)
        log.info("%s by %s: %s", request.verb, request.who, reason or "done")
        self._publish(
            Reply(subject=(request.id,), request_id=request.id, accepted=accepted, reason=reason or "done",
                  result=json.dumps({"receipt": result} if result else {}))
        )  # fmt: skip

    async def _test(self, name: str) -> str:
        """Sends at once, beside the queue: a person waits. Raises Failed with the reason."""
        worker = self._desk.outbox.workers.get(name)
        if worker is None:
            missing = {one.name: one.reason for one in self._desk.outbox.health()}
            raise Failed(missing.get(name) or f"there is no channel {name!r}; there are {', '.join(missing)}")
        now_at = self._clock.now().wall_s
        words = text.test_text(self._site, now_at)
        told = []
        try:
            async with asyncio.timeout(TEST_WITHIN_S):
                for recipient in worker.channel.recipients:
                    told.append(await worker.hand_over(Row(0, name, recipient, AlarmKind.WARNING, (), words, now_at)))
        except TimeoutError:
            raise Failed(f"no answer within {TEST_WITHIN_S:g} s") from None
        return "; ".join(told)


def _field(request: Request, name: str) -> str:
    try:
        value = json.loads(request.payload).get(name)
    except (ValueError, AttributeError, RecursionError):
        value = None
    if not isinstance(value, str) or not value:
        raise ValueError(f"the request needs a {name}")
    return value
