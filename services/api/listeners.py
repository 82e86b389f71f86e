"""Two listeners in one process: the page and the API for the LAN, and the debug listener."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

MOST_CONNECTIONS = 64
GRACE_S = 3  # without it an open stream would keep the process for ever


class _Server(uvicorn.Server):
    """Leaves the signals to the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the port is taken: most likely the same service runs already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=64)


async def serve(apps: list[tuple[ASGIApp, socket.socket]], closing: Callable[[], None]) -> None:
    """Serve until cancelled; then call `closing`, which ends the streams, and end within GRACE_S seconds."""
    servers = [(_server(app), listener) for app, listener in apps]
    tasks = [asyncio.create_task(server.serve(sockets=[listener])) for server, listener in servers]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        raise RuntimeError("a listener ended by itself")
    finally:
        closing()
        for server, _listener in servers:
            server.should_exit = True
        await asyncio.gather(*tasks, return_exceptions=True)
        for _, listener in apps:
            listener.close()


def _server(app: ASGIApp) -> uvicorn.Server:
    return _Server(
        uvicorn.Config(
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
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
