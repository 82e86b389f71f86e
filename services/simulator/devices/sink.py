"""What the sinks of messages share: the list of what arrived, and an HTTP server that shows the faults of its device."""

from collections import deque
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from services.simulator.devices.away import Away
from services.simulator.devices.http_faults import spoil
from services.simulator.site import Faults

_KEPT = 1_000


class Inbox:
    """The newest messages, oldest first, each with `at` (UTC, ISO 8601)."""

    def __init__(self) -> None:
        self._messages: deque[dict[str, Any]] = deque(maxlen=_KEPT)

    def add(self, **message: Any) -> None:
        """Keep one message."""
        self._messages.append({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **message})

    def all(self) -> list[dict[str, Any]]:
        """All that are kept."""
        return list(self._messages)

    def clear(self) -> None:
        """Forget them."""
        self._messages.clear()


class HttpSink:
    """An HTTP device. Subclasses add routes to `app` and answer `rate_limit` and `unauthorised` in their own form.

    The faults of `http_faults` come before the handler: what meets one is not kept. `goes_away`: with `offline` nothing listens.
    """

    goes_away = False

    def __init__(self, name: str, faults: Faults) -> None:
        self.name = name
        self.inbox = Inbox()
        self._faults = faults
        self.app = web.Application(middlewares=[self._faulty], client_max_size=1_000_000)
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._address = ("", 0)
        self._away = Away(faults, name, opens=self._come_back, close=self._go_away)

    async def start(self, host: str, port: int) -> int:
        """Listen; port 0 takes a free one. Returns the port."""
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, host, port)
        await self._site.start()
        self._address = host, int(self._runner.addresses[0][1])
        if self.goes_away:
            self._away.watch()
        return self._address[1]

    async def stop(self) -> None:
        """Stop listening; may be called twice."""
        await self._away.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _go_away(self) -> None:
        if self._site is not None and self._runner is not None and self._runner.server is not None:
            await self._site.stop()
            for connection in self._runner.server.connections:
                connection.force_close()

    async def _come_back(self) -> None:
        if self._runner is not None:
            self._site = web.TCPSite(self._runner, *self._address)
            await self._site.start()

    @web.middleware
    async def _faulty(self, request: web.Request, handler: Any) -> web.StreamResponse:
        untouched = web.Response()
        spoilt = await spoil(request, untouched, self._faults, self.name)
        if spoilt is not untouched or request.transport is None or request.transport.is_closing():
            return spoilt
        answer: web.StreamResponse = await handler(request)
        return answer
