"""What passes on the bus, as it came, for whoever looks at the debug page; nothing is kept or made while nobody does.

A client that is too slow loses the oldest, is told how many, and keeps nobody waiting.
"""

import asyncio
import json
import re

from pydantic import BaseModel

from services.api.stream import PING_S
from services.shared.clock import Clock
from services.shared.inbox import Foreign
from services.shared.messages import root

MOST_CLIENTS = 4
QUEUE = 256
TOGETHER_S = 0.1
"""What comes within this time is sent together: readings at 300 a second are ten sends."""
MOST_CHARACTERS = 32_768
"""Of one payload. The queues of all clients hold the same bytes: 8 MB at most."""
_END = b""
_PING = b": ping\n\n"
_HISTORY = re.compile(rb'"hist"\s*:\s*true')


class BusMessage(BaseModel):
    """A message as it passed. `received_at`: Unix seconds; `late` was measured before, while there was no connection."""

    topic: str
    received_at: float
    retained: bool
    late: bool
    bytes: int
    cut: bool
    payload: str


class Line(asyncio.Queue[bytes]):
    """One client's queue. Full, it loses the oldest; `dropped` counts them."""

    def __init__(self, prefix: str) -> None:
        super().__init__(QUEUE)
        self.prefix = prefix
        self.dropped = 0
        self._told = 0
        self.put_nowait(_PING)  # the client is told at once that it is connected

    def offer(self, item: bytes) -> None:
        """Never waits."""
        if self.full():
            self.get_nowait()
            self.dropped += 1
        self.put_nowait(item)

    def end(self) -> None:
        """Nothing more."""
        while not self.empty():
            self.get_nowait()
        self.put_nowait(_END)

    async def get(self) -> bytes:
        """All that waits, in one piece; a sign of life when nothing came. Empty at the end."""
        try:
            async with asyncio.timeout(PING_S):
                items = [await super().get()]
        except TimeoutError:
            return _PING
        await asyncio.sleep(TOGETHER_S)
        while not self.empty():
            items.append(self.get_nowait())
        return _END if _END in items else b"".join(items) + self._loss()

    def _loss(self) -> bytes:
        if self.dropped == self._told:
            return b""
        self._told = self.dropped
        return _item("dropped", {"dropped": self.dropped})


class BusTap:
    """Shows each message to the clients that chose it by the beginning of its topic."""

    def __init__(self, site: str, clock: Clock) -> None:
        self._root = root(site)
        self._clock = clock
        self._lines: set[Line] = set()

    def join(self, prefix: str) -> asyncio.Queue[bytes]:
        """A new client's queue: of the topics that begin so, with or without the root `mine/1/<site>/`."""
        line = Line(prefix.removeprefix(self._root))
        self._lines.add(line)
        return line

    def leave(self, queue: asyncio.Queue[bytes]) -> None:
        """The client is gone."""
        self._lines = {line for line in self._lines if line is not queue}

    def close(self) -> None:
        """End all streams now."""
        for line in self._lines:
            line.end()

    def take(self, message: Foreign) -> None:
        """A message as it came."""
        if not self._lines:
            return
        topic = message.topic.removeprefix(self._root)
        chosen = [line for line in self._lines if topic.startswith(line.prefix)]
        if chosen:
            item = self._told(message)
            for line in chosen:
                line.offer(item)

    def _told(self, message: Foreign) -> bytes:
        now = self._clock.now()
        text = message.payload.decode("utf-8", "replace")
        told = BusMessage(
            topic=message.topic,
            received_at=round(now.wall_s - (now.mono_s - message.received_mono_s), 3),
            retained=message.retained,
            late=_HISTORY.search(message.payload) is not None,
            bytes=len(message.payload),
            cut=len(text) > MOST_CHARACTERS,
            payload=text[:MOST_CHARACTERS],
        )
        return _item("message", told.model_dump())


def _item(event: str, told: dict[str, object]) -> bytes:
    return f"event: {event}\ndata: {json.dumps(told)}\n\n".encode()
