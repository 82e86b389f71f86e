"""Who may listen to a stream, and the answer to each: server-sent events from a queue."""

import asyncio
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.api.login.rates import retry_after
from services.api.problems import Problem

MOST_CLIENTS = 16
MOST_OF_ONE = 4
"""Of one address on the page's listener. A browser has six connections to one host for all of its tabs together: with six streams
each further tab would load for ever. A page that finds no place asks for the feed itself; one that nobody sees takes none."""
AGAIN_S = 10
SEND_DEADLINE_S = 10.0


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

    def __init__(self, of_one: int = MOST_CLIENTS, most: int = MOST_CLIENTS) -> None:
        self._of_one = of_one
        self._most = most
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
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too-many-streams", why, retry_after(AGAIN_S))

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
        if self._taken.total() >= self._most:
            return f"{self._most} clients listen already"
        return f"{self._of_one} clients of one address listen already" if self._taken[home] >= self._of_one else ""


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
