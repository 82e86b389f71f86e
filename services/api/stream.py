"""The live stream: the whole feed when it changed, at most once a second, and a sign of life every 15 s.

A client that does not read is dropped: its queue is short and each send
has a deadline.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.api.dashboard import Dashboard
from services.api.problems import Problem

MOST_CLIENTS = 8
MOST_OF_ONE = 3
"""Of one address on the page's listener: a browser with three tabs."""
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

    @property
    def clients(self) -> int:
        """How many listen."""
        return len(self._clients)

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


class EventStream(Response):
    """The answer to one client: server-sent events from a queue, an empty item ends it.

    Ends when the client goes, does not read, or the stream closes; then `leave` is called.
    """

    media_type = "text/event-stream"

    def __init__(self, join: Callable[[], asyncio.Queue[bytes]], leave: Callable[[asyncio.Queue[bytes]], None]) -> None:
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._join = join
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end of either side."""
        queue = self._join()
        tasks = {asyncio.create_task(self._send(queue, send)), asyncio.create_task(_gone(receive))}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._leave(queue)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, queue: asyncio.Queue[bytes], send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while item := await queue.get():
            async with asyncio.timeout(SEND_DEADLINE_S):
                await send({"type": "http.response.body", "body": item, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class Places:
    """Who may listen at once at one listener, over all streams together."""

    def __init__(self, of_one: int = MOST_CLIENTS) -> None:
        self._of_one = of_one
        self._taken: Counter[str] = Counter()
        self._closed = False

    def close(self) -> None:
        """Nobody more."""
        self._closed = True

    def stream(
        self, home: str, join: Callable[[], asyncio.Queue[bytes]], leave: Callable[[asyncio.Queue[bytes]], None]
    ) -> EventStream:
        """The answer to a client of a household; it takes a place while it lasts. Raises Problem (503) when there is none."""
        if why := self._why_not(home):
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-streams", why)

        def joined() -> asyncio.Queue[bytes]:
            queue = join()
            self._taken[home] += 1
            return queue

        def left(queue: asyncio.Queue[bytes]) -> None:
            self._taken -= Counter([home])
            leave(queue)

        return EventStream(joined, left)

    def _why_not(self, home: str) -> str:
        if self._closed:
            return "this service is about to end"
        if self._taken.total() >= MOST_CLIENTS:
            return f"{MOST_CLIENTS} clients listen already"
        return f"{self._of_one} clients of one address listen already" if self._taken[home] >= self._of_one else ""


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


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
