"""The live stream: the whole feed when it changed, at most once a second, and a sign of life every 15 s.

A client that does not read is dropped: its queue is short and each send
has a deadline.
"""

import asyncio
import json
from collections.abc import Callable

from services.api.dashboard import Dashboard

QUEUE = 4
EVERY_S = 1.0
PING_S = 15.0
_PASSING = {"time", "age_s", "state_age_s"}
_END = b""


class Stream:
    """Builds the feed once for all clients, and only while there are any."""

    def __init__(self, build: Callable[[], Dashboard]) -> None:
        self._build = build
        self._clients: set[asyncio.Queue[bytes]] = set()

    def join(self) -> asyncio.Queue[bytes]:
        """A new client's queue, with the feed of this moment in it. An empty item ends the stream."""
        queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE)
        queue.put_nowait(_event(self._build()))
        self._clients.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[bytes]) -> None:
        """The client is gone."""
        self._clients.discard(queue)

    def close(self) -> None:
        """End all streams now."""
        for queue in list(self._clients):
            self._drop(queue)

    async def run(self) -> None:
        """For ever: tell the clients what changed. Cancel to stop."""
        told = ""
        silent_s = 0.0
        while True:
            await asyncio.sleep(EVERY_S)
            if not self._clients:
                told = ""
                continue
            feed = self._build()
            lasting = _lasting(feed)
            silent_s += EVERY_S
            if lasting != told or silent_s >= PING_S:
                # With the comment goes the feed: a browser's script is not told of comments, and must see that the link lives.
                self._tell((b": ping\n\n" if silent_s >= PING_S else b"") + _event(feed))
                told, silent_s = lasting, 0.0

    def _tell(self, item: bytes) -> None:
        for queue in list(self._clients):
            try:
                queue.put_nowait(item)
            except asyncio.QueueFull:
                self._drop(queue)

    def _drop(self, queue: asyncio.Queue[bytes]) -> None:
        self._clients.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(_END)


def _event(feed: Dashboard) -> bytes:
    number = f"\nid: {feed.time * 1000:.0f}\n\n"  # each is whole: there is nothing to go on from
    return b"event: dashboard\ndata: " + feed.model_dump_json().encode() + number.encode()


def _lasting(feed: Dashboard) -> str:
    """The feed without what passes by itself: equal texts mean that nothing happened."""
    return json.dumps(_without(feed.model_dump(mode="json")))


def _without(part: object) -> object:
    if isinstance(part, dict):
        return {key: _without(value) for key, value in part.items() if key not in _PASSING}
    return [_without(value) for value in part] if isinstance(part, list) else part
