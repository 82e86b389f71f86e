"""A fake of the utility's power-signal page: HTML with a legend that lists every level, JSON, and one number."""

import json
import time
from datetime import UTC, datetime

from aiohttp import web

from services.shared.vocabulary import Level
from services.simulator.devices.http_faults import spoil
from services.simulator.site import Faults, Site

STALE_S = 7200.0
_LOGIN = "<html><body><h1>Log in</h1><form><input name='user'><input name='password' type='password'></form></body></html>"
_MAINTENANCE = "<html><body><h1>Down for maintenance</h1></body></html>"
_PAGE = """<!DOCTYPE html>
<html><head><title>Power signal</title></head><body>
<h1>Cooperative load management</h1>
<div id="signal"><span class="value {level}">{word}</span> {until}</div>
<p>Updated: <time class="updated">{updated}</time></p>
<table class="legend">{legend}</table>
</body></html>
"""


class SignalPage:
    """Set `level`, `target_kw` (drop to) and `until` (free text) while it runs. Updated now, but for the fault `stale`.

    `/` and `/power-signal`: HTML. `/signal.json`: level, target_kw, updated. `/number`: 0 (normal) to 4 (emergency).
    """

    def __init__(self, site: Site, faults: Faults, name: str = "signal") -> None:
        self.level = "normal"
        self.target_kw: float | None = None
        self.until = ""
        self.port = 0
        self._site = site
        self._faults = faults
        self._name = name
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int = 0) -> int:
        """Listen; port 0 is a free one. Returns the port."""
        app = web.Application()
        app.add_routes([
            web.get("/", self._html), web.get("/power-signal", self._html),
            web.get("/signal.json", self._json), web.get("/number", self._number),
        ])  # fmt: skip
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        listener = web.TCPSite(self._runner, host, port)
        await listener.start()
        self.port = int(listener.name.rpartition(":")[2])
        return self.port

    async def stop(self) -> None:
        """Hang up on everybody; may be called twice."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _html(self, request: web.Request) -> web.StreamResponse:
        legend = "".join(f"<tr><td>{level.value.upper()}</td></tr>" for level in Level)
        page = _PAGE.format(level=self.level, word=self.level.upper(), until=self.until, updated=self._updated(), legend=legend)
        return await self._sent(request, web.Response(text=page, content_type="text/html"))

    async def _json(self, request: web.Request) -> web.StreamResponse:
        body = {"level": self.level, "target_kw": self.target_kw, "until": self.until, "updated": self._updated()}
        return await self._sent(request, web.Response(text=json.dumps(body), content_type="application/json"))

    async def _number(self, request: web.Request) -> web.StreamResponse:
        return await self._sent(request, web.Response(text=f"{Level(self.level).severity}\n"))

    async def _sent(self, request: web.Request, answer: web.Response) -> web.StreamResponse:
        other = self._another_page()
        if other is not None:
            return other
        return await spoil(request, answer, self._faults, self._name)

    def _another_page(self) -> web.Response | None:
        if self._faults.has(self._name, "redirect"):
            return web.Response(status=302, headers={"Location": "http://login.example.org/?next=power-signal"})
        if self._faults.has(self._name, "html"):
            return web.Response(text=_LOGIN, content_type="text/html")
        if self._faults.has(self._name, "error"):
            return web.Response(status=503, text=_MAINTENANCE, content_type="text/html")
        if self._faults.has(self._name, "empty"):
            return web.Response(text="", content_type="text/html")
        return None

    def _updated(self) -> str:
        stale = self._faults.value(self._name, "stale")
        age_s = 0.0 if stale is None else max(float(stale), STALE_S)
        return datetime.fromtimestamp(time.time() - age_s, UTC).isoformat(timespec="seconds")
