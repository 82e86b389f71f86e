"""A hall of fake loads in a process of its own: keeps when each command came in and when it was answered.

Lean on purpose, so that the loads are not what is measured: one bare HTTP/1.1 server for each load, kept open, told by a pipe.
"""

import asyncio
import json
import multiprocessing
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

WATTS = {"sleep": 30.0, "wake": 3300.0}
WORD = {"sleep": "sleeping", "wake": "hashing"}


class _Load:
    def __init__(self) -> None:
        self.state = "wake"
        self.received_s = self.answered_s = 0.0
        self.reads = 0


class _Hall:
    def __init__(self, count: int) -> None:
        self.loads = [_Load() for _ in range(count)]
        self.answer_s = 0.02
        self.hung = -1

    def told(self, index: int, verb: str, transport: asyncio.Transport) -> None:
        """A command: noted now, in force and answered after the loads' time to answer."""
        load = self.loads[index]
        load.received_s = time.monotonic()
        if index != self.hung:
            asyncio.get_running_loop().call_later(self.answer_s, self._answer, load, verb, transport)

    def read(self, index: int, transport: asyncio.Transport) -> None:
        """The read-back, answered at once."""
        load = self.loads[index]
        load.reads += 1
        if index != self.hung:
            _reply(transport, {"state": WORD[load.state], "watts": WATTS[load.state]})

    def command(self, word: str, value: Any) -> Any:
        """What the other end of the pipe asks."""
        match word:
            case "answer_s":
                self.answer_s = value
            case "hang":
                self.hung = value
            case "forget":
                for load in self.loads:
                    load.received_s = load.answered_s = 0.0
                    load.reads = 0
            case "look":
                return [(load.received_s, load.answered_s, load.reads) for load in self.loads]
        return None

    def _answer(self, load: _Load, verb: str, transport: asyncio.Transport) -> None:
        load.state, load.reads = verb, 0
        _reply(transport, {"ok": True})
        load.answered_s = time.monotonic()


class _Wire(asyncio.Protocol):
    def __init__(self, hall: _Hall, index: int) -> None:
        self._hall, self._index, self._data = hall, index, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, end, body = self._data.partition(b"\r\n\r\n")
        length = int(next((line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0))
        if not end or len(body) < length:
            return
        self._data = body[length:]
        if head.startswith(b"POST /"):
            self._hall.told(self._index, head[6 : head.index(b" ", 6)].decode(), self._transport)
        else:
            self._hall.read(self._index, self._transport)


def _reply(transport: asyncio.Transport, body: object) -> None:
    text = json.dumps(body).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(text)
    transport.write(head + text)


async def _serve(count: int, pipe: Connection) -> None:
    loop, hall = asyncio.get_running_loop(), _Hall(count)
    servers: list[asyncio.Server] = []
    first = 0
    while len(servers) < count:
        first = 20_000 + secrets.randbelow(10_000)
        for server in servers:
            server.close()
        servers.clear()
        try:
            for index in range(count):
                servers.append(
                    await loop.create_server(lambda index=index: _Wire(hall, index), "127.0.0.1", first + index)  # type: ignore[misc]
                )
        except OSError:
            continue
    pipe.send(first)
    while (asked := await asyncio.to_thread(_next, pipe)) is not None:
        pipe.send(hall.command(*asked))


def _next(pipe: Connection) -> tuple[str, Any] | None:
    try:
        asked: tuple[str, Any] | None = pipe.recv()
    except (EOFError, OSError):
        return None
    return asked


def _run(count: int, pipe: Connection) -> None:
    asyncio.run(_serve(count, pipe))


class Hall:
    """So many loads on consecutive ports from `first`."""

    def __init__(self, count: int, first: int, pipe: Connection) -> None:
        self.count, self.first, self._pipe = count, first, pipe
        self.hung = -1

    def answers_in(self, seconds: float) -> None:
        """How long each load takes to answer a command."""
        self._ask("answer_s", seconds)

    def hang(self, index: int) -> None:
        """One load never answers any more; -1: all answer."""
        self.hung = index
        self._ask("hang", index)

    def forget(self) -> None:
        """Begin a round."""
        self._ask("forget")

    def look(self) -> list[tuple[float, float, int]]:
        """Of each load that answers: when its command came in, when it was answered, how often it was read since."""
        seen: list[tuple[float, float, int]] = self._ask("look")
        return [one for index, one in enumerate(seen) if index != self.hung]

    def _ask(self, word: str, value: Any = None) -> Any:
        self._pipe.send((word, value))
        return self._pipe.recv()


@contextmanager
def hall_of(count: int) -> Iterator[Hall]:
    """The hall, until the end of the block."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(count, theirs), daemon=True)
    process.start()
    theirs.close()
    yield Hall(count, ours.recv(), ours)
    ours.close()
    process.join(5)
    process.kill()
