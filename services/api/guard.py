"""What stands before each listener: who may come in, the security headers of every answer, the access log."""

import ipaddress
import logging
import socket
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api import access, problems

log = logging.getLogger(access.LOGGER)
MOST_BODY_BYTES = 65_536
STOP_PATH = "/api/debug/emergency-shutdown"  # a stop is never refused for its body
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Networks:
    """The networks whose addresses may use a listener."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._networks = [ipaddress.ip_network(text, strict=False) for text in texts]

    def __contains__(self, host: object) -> bool:
        try:
            address = ipaddress.ip_address(str(host).partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)


class Guard:
    """Wraps an app. With `networks` it also refuses strangers, and pages of other sites that use an operator's browser."""

    def __init__(self, app: ASGIApp, networks: Networks | None = None) -> None:
        self._app = app
        self._networks = networks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_s = time.monotonic()
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(MutableHeaders(scope=message), scope["path"])
            await send(message)

        try:
            refusal = self._refusal(scope)
            await (self._app if refusal is None else refusal)(scope, receive, dressed)
        finally:
            _log(scope, status, time.monotonic() - started_s)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        too_large = int(headers.get("content-length", "0")) > MOST_BODY_BYTES  # the server has refused what is no number
        if too_large and scope["path"] != STOP_PATH:
            return problems.answer(413, "too-large", f"a body of more than {MOST_BODY_BYTES} bytes")
        if self._networks is None:
            return None
        host = (scope.get("client") or ("",))[0]
        if host not in self._networks:
            return problems.answer(403, "foreign-network", f"{host} is in none of the networks of debug_networks")
        if not _own_site(headers):
            return problems.answer(403, "foreign-site", "the request comes from the page of another site")
        return None


def who(request: Request) -> str:
    """Who asks, for the records: no login exists on this listener, so it is the address."""
    return f"debug listener, {request.client.host if request.client else 'unknown address'}"


def _own_site(headers: Headers) -> bool:
    # A browser names the page that asks; a name that an attacker points at loopback is no name of ours.
    own = headers.get("host", "").lower()
    host = urlsplit(f"//{own}").hostname or ""
    origin = headers.get("origin")
    return _is_our_name(host) and (origin is None or urlsplit(origin).netloc.lower() == own)


def _is_our_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        mine = socket.gethostname().lower()
        return host in {"localhost", "api", mine, f"{mine}.local"}
    return True


def _dress(headers: MutableHeaders, path: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    if not path.startswith("/assets/"):
        headers.setdefault("Cache-Control", "no-store")


def _log(scope: Scope, status: int, seconds: float) -> None:
    host = (scope.get("client") or ("-",))[0]
    path = scope["path"][:200].encode("unicode_escape").decode("ascii")
    log.info("%s %s %s %d %.0f ms", host, scope["method"], path, status, seconds * 1000)
