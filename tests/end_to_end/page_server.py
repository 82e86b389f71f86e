"""Serves the built page with a canned feed, under a content policy without any exception, and can fall silent or go away."""

import asyncio
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from services.api.dashboard import Dashboard
from tests.end_to_end import page_feed

DIST = Path(__file__).parents[2] / "frontend" / "dist"
POLICY = {"Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'"}


class PageServer:
    """One feed at a time; `show` sends another one to all who listen."""

    def __init__(self, feed: Dashboard) -> None:
        self.feed = feed
        self.history = True
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._changed = asyncio.Event()

    async def start(self) -> str:
        """Listen, on the same port as before. Returns the address."""
        app = web.Application()
        app.router.add_get("/", self._index)
        app.router.add_get("/dashboard_data.json", self._once)
        app.router.add_get("/api/v1/stream", self._stream)
        app.router.add_get("/api/v1/events", self._events)
        app.router.add_get("/api/v1/state-rows", self._rows)
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

    def show(self, feed: Dashboard) -> None:
        """Send this from now on."""
        self.feed = feed
        self._changed.set()
        self._changed = asyncio.Event()

    async def _index(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(DIST / "index.html", headers=POLICY)

    async def _once(self, _: web.Request) -> web.Response:
        return web.Response(text=self.feed.model_dump_json(), content_type="application/json")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                changed = self._changed
                await response.write(b"event: dashboard\ndata: " + self.feed.model_dump_json().encode() + b"\n\n")
                await changed.wait()
        return response

    async def _events(self, request: web.Request) -> web.Response:
        if not self.history:
            raise web.HTTPServiceUnavailable
        event = {
            "id": 1, "source": "controller", "ledger_seq": 1, "timestamp": "2026-11-22T22:49:00.000Z", "clock_trusted": True,
            "kind": "transition", "title": "Mode normal to curtailing", "reasons": ["utility asks for control"],
            "mode": "curtailing", "device": "", "target": "", "act": "", "phase": None, "command_id": "", "seconds": None,
            "who": "", "detail": "",
        }  # fmt: skip
        return web.json_response({"events": [] if "after" in request.query else [event], "next_after": 1})

    async def _commands(self, _: web.Request) -> web.Response:
        if not self.history:
            raise web.HTTPServiceUnavailable
        return web.Response(text=page_feed.commands().model_dump_json(), content_type="application/json")

    async def _rows(self, _: web.Request) -> web.Response:
        row = {"timestamp": "2026-11-22T22:30:00.000Z", "measured_kw": 978.0, "temperature_max_c": 29.0}
        return web.json_response({"rows": [row], "next_after": 1})
