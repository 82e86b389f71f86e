"""What stands before each listener: who may come in, how often, the security headers of every answer, the access log."""

import logging
import time
from collections import Counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api import access, problems
from services.api.login.gate import READS
from services.api.login.rates import Rates, household, retry_after
from services.api.networks import Networks, by_own_name, of_own_page

log = logging.getLogger(access.LOGGER)
MOST_BODY_BYTES = 65_536
STOP_PATH = "/api/debug/emergency-shutdown"  # a stop is never refused for its body, nor for how much else is asked
STOP_PATHS = {STOP_PATH, "/api/v1/requests/stop", "/stop"}  # neither waits for, nor keeps waiting, what else is being answered
PER_S, BURST = 50.0, 200.0
"""Requests of one address; a page that is open asks for less than one a second."""
STOPS_PER_S, STOPS_BURST = 2.0, 20.0
"""Stops of one address have a measure of their own: whatever else comes from there, or through the same proxy, uses up none."""
LINES_PER_S, LINES_BURST = 2.0, 200.0
"""Lines of the access log about what was refused as too much: a flood must not wear the card."""
MOST_AT_ONCE = 64
MOST_OF_ONE = 16
"""Of one address on the page's listener; whoever comes to the debug listener seems to come from one."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # without it a form of our own page carries no origin, and is refused as foreign
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HSTS = "max-age=31536000"


class Guard:
    """Wraps an app. With `networks` it also refuses strangers, and pages of other sites that use an operator's browser."""

    def __init__(self, app: ASGIApp, networks: Networks | None = None) -> None:
        self._app = app
        self._networks = networks
        self._rates = Rates(PER_S, BURST)
        self._stops = Rates(STOPS_PER_S, STOPS_BURST)
        self._lines = Rates(LINES_PER_S, LINES_BURST)
        self._running: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        started_s = time.monotonic()
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(MutableHeaders(scope=message), scope)
            await send(message)

        refusal = self._refusal(scope)
        counted = [household(_host(scope))] if refusal is None and scope["path"] not in STOP_PATHS else []
        self._running.update(counted)
        try:
            await (self._app if refusal is None else refusal)(scope, receive, dressed)
        finally:
            self._running -= Counter(counted)
            if status not in (429, 503) or not self._lines.wait_s(""):
                _log(scope, status, time.monotonic() - started_s)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        """Why the request goes no further, as an answer. Who may not come in is told first, and costs least."""
        headers, host = Headers(scope=scope), _host(scope)
        if self._networks is not None and host not in self._networks:
            return problems.answer(403, "foreign-network", f"{host} is in none of the networks of debug_networks")
        if not self._from_here(scope, headers):
            return problems.answer(403, "foreign-site", "the request comes from the page of another site")
        if self._networks is not None and scope["path"] == STOP_PATH:  # a container sees the gateway, not loopback
            return None
        return self._too_much(scope, headers, host)

    def _from_here(self, scope: Scope, headers: Headers) -> bool:
        if self._networks is None:  # whoever looks may link to us; the names of this listener are the site's own affair
            return scope["method"] in READS or of_own_page(headers)
        return by_own_name(headers) and of_own_page(headers)

    def _too_much(self, scope: Scope, headers: Headers, host: str) -> ASGIApp | None:
        is_stop = scope["path"] in STOP_PATHS and scope["method"] not in READS
        wait_s = (self._stops if is_stop else self._rates).wait_s(household(host))
        if wait_s:
            detail = f"more than {STOPS_PER_S if is_stop else PER_S:g} requests a second from one address"
            return problems.answer(429, "too-many-requests", detail, headers=retry_after(wait_s), quiet=True)
        if scope["path"] not in STOP_PATHS and (busy := self._busy(household(host))):
            return problems.answer(503, "busy", busy, headers=retry_after(1), quiet=True)
        if int(headers.get("content-length", "0")) > MOST_BODY_BYTES:  # the server has refused what is no number
            return problems.answer(413, "too-large", f"a body of more than {MOST_BODY_BYTES} bytes")
        return None

    def _busy(self, home: str) -> str:
        if self._running.total() >= MOST_AT_ONCE:
            return f"{MOST_AT_ONCE} requests are being answered already"
        if self._networks is None and self._running[home] >= MOST_OF_ONE:
            return f"{MOST_OF_ONE} requests of one address are being answered already"
        return ""


def _host(scope: Scope) -> str:
    return str((scope.get("client") or ("",))[0])


def no_request(why: str) -> Response:
    """The answer to what is no request, or has too large a head: a problem document, as every other error."""
    return problems.answer(400, "bad-request", why, headers={**HEADERS, "Connection": "close"}, quiet=True)


def _dress(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = HSTS
    if not scope["path"].startswith("/assets/"):
        headers.setdefault("Cache-Control", "no-store")


def _log(scope: Scope, status: int, seconds: float) -> None:
    person = scope["state"].get("person")
    who = f"{person.name} ({person.how})" if person else "-"
    host = _host(scope) or "-"
    path = scope["path"][:200].encode("unicode_escape").decode("ascii")
    log.info('%s "%s" %s %s %d %.0f ms', host, who, scope["method"], path, status, seconds * 1000)
