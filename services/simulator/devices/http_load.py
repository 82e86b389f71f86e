"""Fake loads switched by plain HTTP: POST /sleep, POST /wake, GET /status, each load on a port of its own.

Hand-written on asyncio streams so that 300 of them cost 300 listening sockets and nothing else.
"""

import asyncio
import json
from collections.abc import Callable, Sequence

from services.simulator.site import Faults, Site

STATES = {"hashing": "normal", "asleep": "sleep", "waking": "waking"}
MODES = {"/sleep": "sleeping", "/wake": "normal"}
HUGE_BYTES = 200_000
_MAX_BODY = 65_536


class HttpLoadServer:
    """The loads `miners` of the site. A fault counts for all when set for `name`, for one when set for the load's name.

    `answer_s` is how long an answer takes, real seconds; `commands` keeps (load, path, body) of each command in order.
    """

    def __init__(
        self, site: Site, faults: Faults, name: str, miners: Sequence[str], base_port: int = 0, answer_s: float = 0.02
    ) -> None:
        self._site = site
        self._faults = faults
        self._name = name
        self._miners = tuple(miners)
        self._base_port = base_port
        self._answer_s = answer_s
        self._servers: list[asyncio.Server] = []
        self._talks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.ports: dict[str, int] = {}
        self.commands: list[tuple[str, str, bytes]] = []

    async def start(self, host: str, port: int = 0) -> int:
        """Listen on consecutive ports from `port` (or the base port), or on free ones when both are 0. Returns the first."""
        first = port or self._base_port
        for index, miner in enumerate(self._miners):
            server = await asyncio.start_server(self._greeter(miner), host, first + index if first else 0)
            self._servers.append(server)
            self.ports[miner] = int(server.sockets[0].getsockname()[1])
        return next(iter(self.ports.values()), 0)

    async def stop(self) -> None:
        """Hang up on everybody; may be called twice."""
        for server in self._servers:
            server.close()
        self._servers.clear()
        talks = dict(self._talks)
        for talk, writer in talks.items():
            talk.cancel()
            writer.transport.abort()
        await asyncio.gather(*talks, return_exceptions=True)

    def _greeter(self, miner: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talk = asyncio.create_task(self._talk(miner, reader, writer))
            self._talks[talk] = writer
            talk.add_done_callback(self._talks.pop)

        return greet

    async def _talk(self, miner: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(miner, reader, writer):
                pass
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            pass  # whoever speaks no HTTP, or hangs up, is hung up on
        finally:
            writer.transport.abort()

    async def _exchange(self, miner: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, path, _ = head.split(" ", 2)
        body = await reader.readexactly(_content_length(head))
        await asyncio.sleep(self._answer_s + float(self._fault(miner, "slow") or 0))
        if self._fault(miner, "hang") is not None:
            await asyncio.Event().wait()
        if self._is_dead(miner):
            return False
        status, answer = self._answer(miner, method, path, body)
        writer.write(self._spoiled(miner, status, answer))
        await writer.drain()
        return self._fault(miner, "truncated") is None

    def _answer(self, miner: str, method: str, path: str, body: bytes) -> tuple[str, bytes]:
        if self._fault(miner, "unauthorised") is not None:
            return "401 Unauthorized", b'{"detail":"no"}'
        if self._fault(miner, "error") is not None:
            return "503 Service Unavailable", b"busy"
        if method == "GET" and path == "/status":
            state = STATES.get(self._state(miner), "unknown")
            return "200 OK", json.dumps({"state": state, "watts": round(self._site.miner_watts(miner), 1)}).encode()
        if method == "GET" or path not in MODES:
            return "404 Not Found", b"{}"
        self.commands.append((miner, path, body))
        if self._fault(miner, "lie") is None:
            self._site.set_power_mode(miner, MODES[path])
        return "200 OK", b'{"ok":true}'

    def _spoiled(self, miner: str, status: str, answer: bytes) -> bytes:
        if self._fault(miner, "garbage") is not None:
            return b"\x00\x01\x02 what is this\r\n\r\n"
        if self._fault(miner, "nan") is not None:
            answer = b'{"state":"normal","watts":NaN}'
        if self._fault(miner, "html") is not None:
            answer = b"<html><body>Log in</body></html>"
        if self._fault(miner, "huge") is not None:
            answer = b" " * HUGE_BYTES
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
        return head + (answer[: len(answer) // 2] if self._fault(miner, "truncated") is not None else answer)

    def _is_dead(self, miner: str) -> bool:
        return self._state(miner) == "off" or any(self._fault(miner, kind) is not None for kind in ("refuse", "reset", "offline"))

    def _state(self, miner: str) -> str:
        return next((fake.state for fake in self._site.miners() if fake.name == miner), "off")

    def _fault(self, miner: str, kind: str) -> float | str | None:
        one = self._faults.value(miner, kind)
        return self._faults.value(self._name, kind) if one is None else one


def _content_length(head: str) -> int:
    for line in head.split("\r\n"):
        key, _, value = line.partition(":")
        if key.lower() == "content-length":
            length = int(value)
            if not 0 <= length <= _MAX_BODY:
                raise ValueError("a body of an unlikely length")
            return length
    return 0
