"""Serves the built page with a canned feed, under a content policy without any exception, and can fall silent or go away."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from aiohttp import web
from aiohttp.typedefs import Handler

from services.api.dashboard import Dashboard
from tests.end_to_end import page_feed, page_past

DIST = Path(__file__).parents[2] / "frontend" / "dist"
POLICY = {"Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'"}
EVERY_S = 1.0


class PageServer:
    """One feed at a time, sent each second as the service does; `show` sends another one at once to all who listen.

    While `silent` it sends no feed but `show`'s, and answers no question for one. `streams` are open, at most `most_streams`.
    """

    def __init__(self, feed: Dashboard) -> None:
        self.feed = feed
        self.history = True
        self.silent = False
        self.streams = 0
        self.most_streams = 100
        self._thawed = asyncio.Event()
        self._thawed.set()
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._changed = asyncio.Event()

    async def start(self) -> str:
        """Listen, on the same port as before. Returns the address."""
        app = web.Application(middlewares=[self._freeze])
        app.router.add_get("/", self._index)
        app.router.add_get("/dashboard_data.json", self._once)
        app.router.add_get("/api/v1/stream", self._stream)
        app.router.add_get("/api/v1/events", self._events)
        app.router.add_get("/api/v1/series/several", self._series)
        app.router.add_get("/api/v1/series/load", self._load)
        app.router.add_get("/api/v1/sensors", self._sensors)
        app.router.add_get("/api/v1/alarms/history", self._alarms)
        app.router.add_get("/api/v1/loads", self._loads)
        app.router.add_get("/api/v1/cost", self._cost)
        app.router.add_get("/api/v1/curtailments", self._curtailments)
        app.router.add_get("/api/v1/me", self._me)
        app.router.add_get("/api/commands", self._commands)
        app.router.add_static("/", DIST)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        listener = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await listener.start()
        self.port = self._runner.addresses[0][1]
        return f"http://127.0.0.1:{self.port}/"

    async def stop(self) -> None:
        """Go away: listeners and streams end. May be called twice."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def freeze(self) -> None:
        """Answer nothing from now on; the sockets stay open."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Go on as if nothing had been."""
        self._thawed.set()

    def show(self, feed: Dashboard) -> None:
        """Send this from now on."""
        self.feed = feed
        self._changed.set()
        self._changed = asyncio.Event()

    @web.middleware
    async def _freeze(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        await self._thawed.wait()
        return await handler(request)

    async def _index(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(DIST / "index.html", headers=POLICY)

    async def _once(self, _: web.Request) -> web.Response:
        if self.silent:
            await asyncio.sleep(60)
        return web.Response(text=self.feed.model_dump_json(), content_type="application/json")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if self.streams >= self.most_streams:
            raise web.HTTPServiceUnavailable
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        self.streams += 1
        try:
            await self._tell(response)
        except ConnectionError:
            return response
        finally:
            self.streams -= 1

    async def _tell(self, response: web.StreamResponse) -> NoReturn:
        while True:
            changed = self._changed
            if self._thawed.is_set() and (not self.silent or changed.is_set()):
                await response.write(b"event: dashboard\ndata: " + self.feed.model_dump_json().encode() + b"\n\n")
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), EVERY_S)

    async def _events(self, request: web.Request) -> web.Response:
        self._need_history()
        cursors = [int(request.query[name]) if name in request.query else None for name in ("after", "before")]
        return web.json_response(page_past.page_of(request.query.getall("kind", []), *cursors))

    async def _series(self, request: web.Request) -> web.Response:
        self._need_history()
        return web.Response(text=page_past.series(self.feed, request.query.getall("sensor")), content_type="application/json")

    async def _load(self, _: web.Request) -> web.Response:
        self._need_history()
        return web.Response(text=page_past.load().model_dump_json(), content_type="application/json")

    async def _sensors(self, _: web.Request) -> web.Response:
        return web.Response(text=page_past.sensors(self.feed).model_dump_json(), content_type="application/json")

    async def _alarms(self, _: web.Request) -> web.Response:
        return web.json_response({"alarms": [], "next_after": 0, "next_before": None})

    async def _loads(self, _: web.Request) -> web.Response:
        return web.json_response(page_past.loads(self.feed))

    async def _cost(self, _: web.Request) -> web.Response:
        return web.Response(text=page_past.cost().model_dump_json(), content_type="application/json")

    async def _curtailments(self, _: web.Request) -> web.Response:
        self._need_history()
        return web.Response(text=page_past.curtailments().model_dump_json(), content_type="application/json")

    async def _me(self, _: web.Request) -> web.Response:
        return web.json_response({"name": "viewer", "role": "viewer", "how": "free view", "csrf": None, "until_at": None})

    async def _commands(self, _: web.Request) -> web.Response:
        self._need_history()
        return web.Response(text=page_feed.commands().model_dump_json(), content_type="application/json")

    def _need_history(self) -> None:
        if not self.history:
            raise web.HTTPServiceUnavailable
