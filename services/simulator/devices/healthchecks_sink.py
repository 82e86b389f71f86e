"""An outside watcher: the Pinging API of healthchecks.io (https://healthchecks.io/docs/http_api/), for one check.

It answers what the hosted service does: by UUID always 200, with `OK (not found)` or `OK (rate limited)` where nothing was
recorded; by slug 404 `not found`, 201 `Created` with `?create=1`, 429 `rate limited`. Faults of `watcher`, beside those of every
sink: `rate_limit`, `offline` (nothing listens).
"""

import re
from uuid import UUID

from aiohttp import web

from services.simulator.devices.sink import HttpSink
from services.simulator.site import Faults

_KEPT_BYTES = 100_000
_SLUG = r"[a-z0-9_-]+"
_ACTS = r"start|fail|log|[0-9]{1,3}"


class HealthchecksSink(HttpSink):
    """Keeps each ping with its `act` (`success`, `start`, `fail`, `log`), body and run id. `uuid`, or `slug`, names the check."""

    goes_away = True

    def __init__(self, faults: Faults, *, uuid: str, ping_key: str = "", slug: str = "", name: str = "watcher") -> None:
        super().__init__(name, faults)
        self._uuid, self._ping_key = uuid, ping_key
        self._slugs = {slug} if slug else set()
        self.app.router.add_route("*", rf"/{{uuid:[0-9a-f]{{8}}-[0-9a-f-]{{27}}}}{{act:(/({_ACTS}))?}}", self._by_uuid)
        self.app.router.add_route("*", rf"/{{key:[A-Za-z0-9_-]{{22}}}}/{{slug:{_SLUG}}}{{act:(/({_ACTS}))?}}", self._by_slug)

    async def _by_uuid(self, request: web.Request) -> web.Response:
        if self._faults.has(self.name, "rate_limit"):
            return web.Response(text="OK (rate limited)")
        if request.match_info["uuid"] != self._uuid:
            return web.Response(text="OK (not found)")
        return await self._recorded(request, created=False)

    async def _by_slug(self, request: web.Request) -> web.Response:
        if self._faults.has(self.name, "rate_limit"):
            return web.Response(text="rate limited", status=429)
        slug = request.match_info["slug"]
        if request.match_info["key"] != self._ping_key or (slug not in self._slugs and request.query.get("create") != "1"):
            return web.Response(text="not found", status=404)
        created = slug not in self._slugs
        self._slugs.add(slug)
        return await self._recorded(request, created=created)

    async def _recorded(self, request: web.Request, *, created: bool) -> web.Response:
        rid = request.query.get("rid", "")
        if request.method not in ("HEAD", "GET", "POST"):
            return web.Response(text="method not allowed", status=405)
        if rid and not _is_uuid(rid):
            return web.Response(text="invalid uuid format", status=400)
        body = (await request.read())[:_KEPT_BYTES].decode("utf-8", "replace")
        act = request.match_info["act"].removeprefix("/") or "success"
        act = {"0": "success"}.get(act, "fail" if re.fullmatch(r"[0-9]+", act) else act)
        self.inbox.add(act=act, body=body, rid=rid, method=request.method, query=request.query_string)
        return web.Response(text="Created", status=201) if created else web.Response(text="OK")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
