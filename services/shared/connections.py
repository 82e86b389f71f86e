"""The connections of one listener: bounded, each with a deadline for its head, its body and its reading.

Measured of uvicorn 0.54 with h11: it waits forever for the rest of a head or of a body, and for a client that does not read; over
its own limit it answers 503, but the connection stays.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Any

import h11
from starlette.responses import Response

from services.shared.left_out import not_loaded

with not_loaded("uvicorn.main"):  # its command line: 1.6 MB in each service
    from uvicorn import server
    from uvicorn.config import Config
    from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["Config", "Connection", "Refuse", "Server"]

HEAD_S = 10.0
BODY_S = 20.0
UNREAD_S = 20.0
HANDSHAKE_S = 5.0
MOST_CONNECTIONS = 200
MOST_HANDSHAKES = 50
_PAUSE_S = 0.05

Refuse = Callable[[str], Response]
"""The answer to what is no request, with why."""


class Connection(H11Protocol):
    """uvicorn's, with deadlines."""

    _stage: tuple[str, int] | None = None
    _deadline: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    refuse: Refuse
    since_s = 0.0
    """When it began what it does, on the loop's clock."""

    @property
    def busy(self) -> bool:
        """A whole request came and its answer is under way."""
        return self._stage is None and self.cycle is not None and not self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first head must come soon."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Some of a head or a body."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """The next head, or uvicorn's own short wait for it."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more is waited for."""
        super().connection_lost(exc)
        for timer in (self._deadline, self._unread):
            if timer is not None:
                timer.cancel()

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def send_400_response(self, msg: str) -> None:
        """What is no request, or has too large a head, is refused as everything else is."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            refusal = self.refuse(msg)
            head = h11.Response(status_code=400, headers=refusal.raw_headers, reason=b"Bad Request")
            for event in (head, h11.Data(data=bytes(refusal.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """Close what is idle, also when its last answer is never read."""
        super().timeout_keep_alive_handler()
        self._unread = self.loop.call_later(UNREAD_S, self.transport.abort)

    def _watch(self) -> None:
        stage = self._now_at()
        if stage == self._stage and self._deadline is not None:
            return  # a byte now and then makes no deadline later
        self._stage, self.since_s = stage, self.loop.time()
        if self._deadline is not None:
            self._deadline.cancel()
        wait_s = {None: 0.0, "head": HEAD_S, "body": BODY_S}[stage[0] if stage else None]
        self._deadline = self.loop.call_later(wait_s, self.transport.abort) if wait_s else None

    def _now_at(self) -> tuple[str, int] | None:
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            return "body", id(self.cycle)
        idle_after_answer = self.cycle is not None and not self.conn.trailing_data[0]
        return None if state is not h11.IDLE or idle_after_answer else ("head", id(self.cycle))


class Server(server.Server):
    """uvicorn's, which leaves the signals to the service and takes its connections itself."""

    def __init__(self, config: Config, refuse: Refuse) -> None:
        super().__init__(config)
        self._refuse = refuse

    def capture_signals(self) -> Any:
        """None of ours."""
        return contextlib.nullcontext()

    async def take(self, listener: socket.socket, context: ssl.SSLContext | None) -> None:
        """Take connections until cancelled. When there are too many, one that asks for nothing makes room."""
        loop, shaking = asyncio.get_running_loop(), set[asyncio.Task[None]]()
        listener.setblocking(False)
        try:
            while True:
                await asyncio.sleep(0)  # a flood of connections must not keep the loop for itself
                try:
                    client, _ = await loop.sock_accept(listener)
                except OSError:  # out of files, or gone before it was taken
                    await asyncio.sleep(_PAUSE_S)
                    continue
                if len(shaking) >= MOST_HANDSHAKES or not self._room():
                    client.close()
                    continue
                task = loop.create_task(self._greet(client, context))
                shaking.add(task)
                task.add_done_callback(shaking.discard)
        finally:
            for task in list(shaking):
                task.cancel()

    async def _greet(self, client: socket.socket, context: ssl.SSLContext | None) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self._protocol, client, ssl=context, ssl_handshake_timeout=HANDSHAKE_S if context else None
            )
        except OSError:  # no TLS, or none that we speak
            client.close()

    def _protocol(self) -> Connection:
        connection = Connection(config=self.config, server_state=self.server_state, app_state={})
        connection.refuse = self._refuse
        return connection

    def _room(self) -> bool:
        connections = self.server_state.connections
        if len(connections) < MOST_CONNECTIONS:
            return True
        idle = [one for one in connections if isinstance(one, Connection) and not one.busy]
        if idle:
            min(idle, key=lambda one: one.since_s).transport.abort()
        return bool(idle)
