"""The live stream: the whole feed when it changed, at most once a second, and a sign of life every 15 s.

At most 8 clients. A client that does not read is dropped: its queue is short and each send has a deadline.
"""

import asyncio
import json
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.api.dashboard import Dashboard

MOST_CLIENTS = 8
QUEUE = 4
EVERY_S = 1.0
PING_S = 15.0
SEND_DEADLINE_S = 10.0
_PASSING = {"time", "age_s", "state_age_s"}
_END = b""


class Stream:
    """Builds the feed once for all clients, and only while there are any."""

    def __init__(self, build: Callable[[], Dashboard]) -> None:
        self._build = build
        self._clients: set[asyncio.Queue[bytes]] = set()
        self._closed = False

    @property
    def clients(self) -> int:
        """How many listen."""
        return len(self._clients)

    @property
    def full(self) -> bool:
        """True when no more clients are taken."""
        return self._closed or len(self._clients) >= MOST_CLIENTS

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
        self._closed = True
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


class EventStream(Response):
    """The answer to one client. Ends when the client goes, does not read, or the stream closes."""

    media_type = "text/event-stream"

    def __init__(self, stream: Stream) -> None:
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end of either side."""
        queue = self._stream.join()
        tasks = {asyncio.create_task(self._send(queue, send)), asyncio.create_task(_gone(receive))}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stream.leave(queue)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, queue: asyncio.Queue[bytes], send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while item := await queue.get():
            async with asyncio.timeout(SEND_DEADLINE_S):
                await send({"type": "http.response.body", "body": item, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(feed: Dashboard) -> bytes:
    return b"event: dashboard\ndata: " + feed.model_dump_json().encode() + b"\n\n"


def _lasting(feed: Dashboard) -> str:
    """The feed without what passes by itself: equal texts mean that nothing happened."""
    return json.dumps(_without(feed.model_dump(mode="json")))


def _without(part: object) -> object:
    if isinstance(part, dict):
        return {key: _without(value) for key, value in part.items() if key not in _PASSING}
    return [_without(value) for value in part] if isinstance(part, list) else part
