"""The bus within one process: the messages that else go over the broker, handed from the part that says them to who hears."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeVar

from services.shared.bus import Arrival, Bus
from services.shared.clock import Clock
from services.shared.messages import Message, topic_of
from services.shared.settings.tree import Settings

log = logging.getLogger(__name__)
M = TypeVar("M", bound=Message)


class Switchboard:
    """Hands every message to all who hear its type: in order, one at a time, whoever of them raises."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._handlers: list[tuple[type[Message], Callable[..., Any]]] = []
        self._waiting: asyncio.Queue[Message] = asyncio.Queue()

    def on(self, kind: type[Message], handler: Callable[..., Any]) -> None:
        """Hand every message of a type to the handler."""
        self._handlers.append((kind, handler))

    def put(self, message: Message) -> None:
        """Take a message; never blocks."""
        self._waiting.put_nowait(message)

    async def run(self) -> None:
        """For ever; cancel to stop."""
        while True:
            message = await self._waiting.get()
            await self._hand_on(message)
            self._waiting.task_done()

    async def drained(self) -> None:
        """Return when all that was said is handled."""
        await self._waiting.join()

    async def _hand_on(self, message: Message) -> None:
        arrival = Arrival(self._clock.now().mono_s, retained=False, first_since_connect=False)
        for kind, handler in self._handlers:
            if isinstance(message, kind):
                try:
                    result = handler(message, arrival)
                    if isawaitable(result):
                        await result
                except Exception:
                    log.exception("a fault of our own while handling a %s", kind.__name__)


class Face(Bus):
    """The bus as one service of this process sees it; it is never started. What other programs publish is not heard."""

    def __init__(self, board: Switchboard, service: str, settings: Settings, clock: Clock) -> None:
        super().__init__(settings.broker, service=service, site=settings.general.site, clock=clock)
        self._board = board

    def on(self, kind: type[M], handler: Callable[[M, Arrival], Awaitable[None] | None]) -> None:
        """Hand every message of a type to the handler."""
        self._board.on(kind, handler)

    def publish(self, message: Message) -> None:
        """Hand a message to whoever hears it. Raises ValueError if its subject does not fit."""
        topic_of(message, self._site)
        self._board.put(self._sealed(message))
