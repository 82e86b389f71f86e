"""What was received, on its way to the handlers: in order, one at a time, and nothing that arrives can stop the next."""

import inspect
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from services.shared.link import QOS, Received, matches
from services.shared.messages import ALL, Message, Presence, Reply, Signal, SwitchReading, filter_of, parse
from services.shared.outgoing import LEVELS
from services.shared.receipt import Hold, no_hold

log = logging.getLogger(__name__)

REMEMBERED_TOPICS = 50_000
"""Beyond so many topics each message counts as the first since the connect, which is the careful answer. So does each reply: its
topic comes once."""
REMEMBERED_REFUSALS = 1_000
NEWEST_ONLY = (*LEVELS, Signal, SwitchReading)
"""Nobody wants these from the time of an absence but for the newest, which the broker retains. Where it would queue them, in a
session that outlives the connection, they are taken with QoS 0: or the reports of 300 miners would push the readings out of that
queue within minutes."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a message came. The first of a topic since a (re)connect may be old, whatever its retain flag says.

    A handler that must not lose the message calls `hold`, and what that returns once the message is safe.
    """

    received_mono_s: float
    retained: bool
    first_since_connect: bool
    hold: Hold = no_hold


@dataclass(frozen=True, slots=True)
class Foreign:
    """A message of another program, as it came."""

    topic: str
    payload: bytes
    received_mono_s: float
    retained: bool
    first_since_connect: bool


class Inbox:
    """Handlers by topic filter. `refused` counts messages that could not be understood, `failed` handlers that raised."""

    def __init__(self, site: str) -> None:
        self.refused = 0
        self.failed = 0
        self._site = site
        self._replies = filter_of(Reply, site).removesuffix("+")
        self._handlers: list[tuple[str, type[Message] | None, Callable[..., Any]]] = []
        self._watchers: list[Callable[[Foreign], None]] = []
        self._seen: dict[str, int] = {}
        self._pruned_epoch = 0
        self._complained: set[str] = set()

    def on(self, kind: type[Message], handler: Callable[..., Awaitable[None] | None]) -> None:
        """Hand every message of a type to the handler."""
        self._handlers.append((filter_of(kind, self._site), kind, handler))

    def on_topic(self, topic_filter: str, handler: Callable[[Foreign], Awaitable[None] | None]) -> None:
        """Hand whatever a topic filter takes to the handler."""
        self._handlers.append((topic_filter, None, handler))

    def watch(self, watcher: Callable[[Foreign], None]) -> None:
        """Show the watcher all that comes, as it came, before anybody handles it; of the types that nobody handles too."""
        self._watchers.append(watcher)

    def filters(self, *, queued: bool) -> dict[str, int]:
        """What to subscribe to, each once, with its quality of service; `queued` where the broker keeps what we are away for."""
        only_watched = {filter_of(kind, self._site): 0 for kind in ALL} if self._watchers else {}
        handled = {topic_filter: 0 if queued and kind in NEWEST_ONLY else QOS for topic_filter, kind, _ in self._handlers}
        return only_watched | handled

    async def handle(self, message: Received, received_mono_s: float, hold: Hold = no_hold) -> None:
        """Call every handler of the topic. Never raises but when cancelled."""
        arrival = Arrival(received_mono_s, message.retained, self._is_first(message), hold)
        for watcher in self._watchers:
            await self._call(watcher, message.topic, _foreign(message, arrival))
        parsed: dict[type[Message], Message | None] = {}
        for topic_filter, kind, handler in self._handlers:
            if not matches(topic_filter, message.topic):
                continue
            if kind is None:
                await self._call(handler, message.topic, _foreign(message, arrival))
                continue
            if kind is Presence and not message.payload:
                continue  # taken back: it was that of no service
            if kind not in parsed:
                parsed[kind] = self._parse(kind, message)
            if parsed[kind] is not None:
                await self._call(handler, message.topic, parsed[kind], arrival)

    def _is_first(self, message: Received) -> bool:
        if message.topic.startswith(self._replies):
            return True
        before = self._seen.get(message.topic)
        if before is None and len(self._seen) >= REMEMBERED_TOPICS and self._pruned_epoch != message.epoch:
            self._pruned_epoch = message.epoch
            self._seen = {topic: epoch for topic, epoch in self._seen.items() if epoch == message.epoch}
        if before is not None or len(self._seen) < REMEMBERED_TOPICS:
            self._seen[message.topic] = message.epoch
        return before != message.epoch

    def _parse(self, kind: type[Message], message: Received) -> Message | None:
        try:
            return parse(kind, message.payload)
        except Exception as error:
            self.refused += 1
            if message.topic not in self._complained and len(self._complained) < REMEMBERED_REFUSALS:
                self._complained.add(message.topic)
                log.warning("a message on %s is refused, further ones are only counted: %s", message.topic, _brief(error))
            return None

    async def _call(self, handler: Callable[..., Any], topic: str, *arguments: object) -> None:
        try:
            result = handler(*arguments)
            if inspect.isawaitable(result):
                await result
        except Exception:
            self.failed += 1
            log.exception("a fault of our own while handling a message on %s", topic)


def _foreign(message: Received, arrival: Arrival) -> Foreign:
    return Foreign(message.topic, message.payload, arrival.received_mono_s, arrival.retained, arrival.first_since_connect)


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
