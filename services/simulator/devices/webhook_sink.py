"""A receiver of webhooks that proves each signature as Standard Webhooks ask (id, time within 5 min, HMAC-SHA256) at `/hook`.

Faults of `webhook`, beside those of every sink: `rate_limit` (429, `value` is Retry-After in seconds), `unauthorised` (401),
`redirect` (302), `offline` (410: gone for good).
"""

import hashlib
import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping

from aiohttp import web

from services.simulator.devices.sink import HttpSink
from services.simulator.site import Faults

_TOLERANCE_S = 300.0
_PREFIX = "whsec_"


class WebhookSink(HttpSink):
    """Keeps what is signed with `secret`, repetitions too."""

    def __init__(self, faults: Faults, *, secret: str, name: str = "webhook") -> None:
        super().__init__(name, faults)
        self._key = b64decode(secret.removeprefix(_PREFIX)) if secret.startswith(_PREFIX) else secret.encode()
        self.app.router.add_route("*", "/hook", self._take)

    async def _take(self, request: web.Request) -> web.Response:
        refused = self._refused()
        if refused is not None:
            return refused
        if request.method != "POST":
            return web.Response(status=405)
        body = await request.read()
        if not self._is_signed(request.headers, body):
            return web.json_response({"error": "no matching signature"}, status=401)
        self.inbox.add(**json.loads(body))
        return web.Response(status=204)

    def _refused(self) -> web.Response | None:
        if self._faults.has(self.name, "offline"):
            return web.Response(status=410)
        if self._faults.has(self.name, "redirect"):
            return web.Response(status=302, headers={"Location": "/elsewhere"})
        if (seconds := self._faults.value(self.name, "rate_limit")) is not None:
            return web.Response(status=429, headers={"Retry-After": str(int(float(seconds)))})
        return web.Response(status=401) if self._faults.has(self.name, "unauthorised") else None

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        number, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not number or not at.isdigit() or abs(time.time() - int(at)) > _TOLERANCE_S:
            return False
        signed = b".".join((number.encode(), at.encode(), body))
        wanted = "v1," + b64encode(hmac.new(self._key, signed, hashlib.sha256).digest()).decode()
        given = headers.get("webhook-signature", "").split(" ")
        return any(hmac.compare_digest(one.encode(), wanted.encode()) for one in given)
