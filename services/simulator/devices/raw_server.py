"""What the fake web devices have in common: one request per connection on a bare socket, and the faults of the wire.

Bare, because the devices do what no web server library would send: answers without head, cut in the middle, reset.
"""

import asyncio
import contextlib
import socket
import struct
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.simulator.site import Faults

HUGE_BYTES = 6_000_000


@dataclass(frozen=True, slots=True)
class Response:
    """What goes onto the wire. `headless`: the body alone, as old firmware does."""

    body: bytes
    status: str = "200 OK"
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    headless: bool = False

    def encode(self) -> bytes:
        """The bytes."""
        if self.headless:
            return self.body
        extra = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = f"HTTP/1.1 {self.status}\r\nContent-Type: {self.content_type}\r\nContent-Length: {len(self.body)}\r\n{extra}"
        return f"{head}Connection: close\r\n\r\n".encode() + self.body


class RawServer(ABC):
    """A fake device on a real socket. Faults: hang, reset, refuse, garbage, truncated, huge, html, error, slow (seconds)."""

    def __init__(self, faults: Faults, name: str) -> None:
        self.name = name
        self.faults = faults
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    @abstractmethod
    def answer(self, path: str, headers: Mapping[str, str]) -> Response:
        """The answer of a healthy device to a GET."""

    async def start(self, host: str, port: int) -> int:
        """Listen; port 0 takes a free one. Returns the port."""
        self._server = await asyncio.start_server(self._serve, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the socket and every connection; may be called twice."""
        if self._server is not None:
            self._server.close()
            for conversation in self._conversations:
                conversation.cancel()
            await asyncio.gather(*self._conversations, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.current_task()
        assert conversation is not None
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)
        try:
            await self._converse(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client went away: a device does not mind
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.faults.has(self.name, "refuse"):
            return _reset(writer)
        request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        if self.faults.has(self.name, "hang"):
            await reader.read()  # until the client gives up
            return None
        delay_s = self.faults.value(self.name, "slow")
        if delay_s is not None:
            await asyncio.sleep(float(delay_s))
        headers = dict(line.split(": ", 1) for line in request[1:] if ": " in line)
        response = self._spoil(self.answer(request[0].split()[1], headers))
        return await self._send(response, writer)

    def _spoil(self, response: Response) -> Response:
        if self.faults.has(self.name, "error"):
            return Response(b"404: Not Found", status="404 ERROR", content_type="text/plain")
        if self.faults.has(self.name, "html"):
            return Response(b"<!DOCTYPE html><html><title>Log in</title></html>", content_type="text/html")
        if self.faults.has(self.name, "garbage"):
            return Response(bytes(range(256)) * 4, headless=response.headless)
        if self.faults.has(self.name, "huge"):
            return Response(b"{" + b" " * HUGE_BYTES, headless=response.headless)
        return response

    async def _send(self, response: Response, writer: asyncio.StreamWriter) -> None:
        raw = response.encode()
        if self.faults.has(self.name, "truncated") or self.faults.has(self.name, "reset"):
            raw = raw[: len(raw) - len(response.body) // 2]
        writer.write(raw)
        await writer.drain()
        if self.faults.has(self.name, "reset"):
            _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    # Closing with unsent time 0 makes the kernel send RST instead of FIN.
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
