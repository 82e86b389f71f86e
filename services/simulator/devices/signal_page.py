"""A fake of the utility's power-signal page: HTML with a legend that lists every level, JSON, and one number."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

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
<div id="signal"><span class="value {level}">{word}</span>{event}</div>
<p>Updated: <time class="updated">{updated}</time></p>
<table class="legend">{legend}</table>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What the utility says: `target_kw` is drop to, `drop_kw` drop by, times in Unix seconds."""

    level: str = "normal"
    target_kw: float | None = None
    drop_kw: float | None = None
    event: str = ""
    from_at: float | None = None
    until_at: float | None = None

    def beside(self) -> dict[str, object]:
        """What stands beside the level, by its name on the page and in JSON."""
        return {
            "target_kw": self.target_kw, "drop_kw": self.drop_kw, "event": self.event,
            "from": _iso(self.from_at), "until": _iso(self.until_at),
        }  # fmt: skip


class SignalPage:
    """Set `said` while it runs. Updated now, but for the fault `stale`.

    `/` and `/power-signal`: HTML, the level in `#signal .value`, the rest in elements of the classes `target_kw`, `drop_kw`,
    `event`, `from` and `until`, each only where it is said. `/signal.json`: the same by these names, null where nothing is
    said, and `updated`. `/number`: 0 (normal) to 4 (emergency).
    """

    def __init__(self, site: Site, faults: Faults, name: str = "signal") -> None:
        self.said = Said()
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
        event = "".join(
            f' <span class="{name}">{escape(_words(value))}</span>'
            for name, value in self.said.beside().items()
            if value not in (None, "")
        )
        level = self.said.level
        page = _PAGE.format(level=level, word=level.upper(), event=event, updated=self._updated(), legend=legend)
        return await self._sent(request, web.Response(text=page, content_type="text/html"))

    async def _json(self, request: web.Request) -> web.StreamResponse:
        body = {"level": self.said.level, **self.said.beside(), "updated": self._updated()}
        return await self._sent(request, web.Response(text=json.dumps(body), content_type="application/json"))

    async def _number(self, request: web.Request) -> web.StreamResponse:
        return await self._sent(request, web.Response(text=f"{Level(self.said.level).severity}\n"))

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
        return _iso(time.time() - age_s) or ""


def _iso(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _words(value: object) -> str:
    return f"{value:g} kW" if isinstance(value, float) else str(value)
