"""The listeners of a process, each with room of its own: who floods one does not keep others from another."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp

from services.shared.connections import Config, Refuse, Server

BACKLOG = 256
GRACE_S = 3  # without it an open stream would keep the process for ever


@dataclass(frozen=True, slots=True)
class Listener:
    """An app, and where it is reached: over TLS with a context."""

    app: ASGIApp
    socket: socket.socket
    tls: ssl.SSLContext | None = None


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the port is taken: most likely the same service runs already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else the body of an answer waits 40 ms
    return listener


async def serve(listeners: list[Listener], refuse: Refuse, closing: Callable[[], None] = lambda: None) -> None:
    """Serve until cancelled; then call `closing`, which ends the streams, and end within GRACE_S seconds."""
    servers = [(_server(one.app, refuse), one) for one in listeners]
    tasks = [asyncio.create_task(server.serve(sockets=[])) for server, _ in servers]
    taking = [asyncio.create_task(server.take(one.socket, one.tls)) for server, one in servers]
    try:
        done, _ = await asyncio.wait([*tasks, *taking], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        raise RuntimeError("a listener ended by itself")
    finally:
        closing()
        for task in taking:
            task.cancel()
        await asyncio.gather(*taking, return_exceptions=True)
        for server, one in servers:
            server.should_exit = True
            one.socket.close()
        await asyncio.gather(*tasks, return_exceptions=True)


def _server(app: ASGIApp, refuse: Refuse) -> Server:
    config = Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        ws="none",
        loop="asyncio",
        http="h11",
        timeout_keep_alive=5,
        timeout_graceful_shutdown=GRACE_S,
    )
    config.load()
    return Server(config, refuse)
