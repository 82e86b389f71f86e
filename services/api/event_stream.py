"""The stream of stored events: each once, in the order of storing, from any cursor on.

A client's queue holds a page; who leaves it full is dropped, and goes on later from the last id it has.
"""

import asyncio
from contextlib import suppress
from functools import partial

import sqlalchemy as sa

from services.api.history import happened
from services.api.history.database import TooMuch, Trouble
from services.api.history.happened import Choice
from services.api.history.writer import History
from services.api.places import SEND_DEADLINE_S
from services.api.stream import EVERY_S, PING_S

PAGE = 200
QUEUE = PAGE + 2
_END = b""
_PING = b": ping\n\n"


class EventNews:
    """Follows the records for each client, while there are any."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._tasks: dict[asyncio.Queue[bytes], asyncio.Task[None]] = {}

    def join(self, after: int | None, chosen: Choice) -> asyncio.Queue[bytes]:
        """A new client's queue: what is chosen of what comes after a cursor, or from now on. An empty item ends the stream."""
        queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE)
        self._tasks[queue] = asyncio.create_task(self._follow(queue, after, chosen))
        return queue

    def leave(self, queue: asyncio.Queue[bytes]) -> None:
        """The client is gone. Once for each that joined."""
        self._tasks.pop(queue).cancel()

    def close(self) -> None:
        """End all streams now."""
        for queue, task in self._tasks.items():
            task.cancel()
            _drop(queue)

    async def _follow(self, queue: asyncio.Queue[bytes], after: int | None, chosen: Choice) -> None:
        silent_s = PING_S  # the client is told at once that it is connected, and from then on misses nothing
        while True:
            with suppress(Trouble, TooMuch):  # the records are away; the client waits with us
                items, after = await self._history.read(partial(_news, after=after, chosen=chosen))
                if not await _put(queue, items):
                    return
                silent_s = 0.0 if items else silent_s
                if len(items) >= PAGE:
                    continue
            silent_s += EVERY_S
            if silent_s >= PING_S and not queue.full():
                queue.put_nowait(_PING)
                silent_s = 0.0
            await asyncio.sleep(EVERY_S)


def _news(connection: sa.Connection, after: int | None, chosen: Choice) -> tuple[list[bytes], int]:
    """The events after a cursor, and the new cursor. One beyond the end is of records that are gone: it goes on at the end."""
    newest = happened.newest_id(connection)
    if after is None or after > newest:
        return ([] if after is None else [_item("records-replaced", newest, f'{{"after":{newest}}}')]), newest
    rows = happened.events(connection, chosen, after=after, limit=PAGE) if after < newest else []
    return [_item("event", row.id, row.model_dump_json()) for row in rows], rows[-1].id if len(rows) == PAGE else newest


def _item(event: str, number: int, data: str) -> bytes:
    return f"event: {event}\ndata: {data}\nid: {number}\n\n".encode()


async def _put(queue: asyncio.Queue[bytes], items: list[bytes]) -> bool:
    """All of them, as the client reads. False when it does not: then it is dropped."""
    for item in items:
        try:
            async with asyncio.timeout(SEND_DEADLINE_S):
                await queue.put(item)
        except TimeoutError:
            _drop(queue)
            return False
    return True


def _drop(queue: asyncio.Queue[bytes]) -> None:
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(_END)
