"""Which listener of the api a command comes in by, with which key, and whose certificate it trusts there.

The loopback listener asks for no login, so a token that was taken back or a lost file shuts nobody on this computer out.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.api.login import access_file
from services.api.login.person import CLAIM
from services.cli.claim import user
from services.shared.settings import Settings

OPERATOR_TOKEN = "operator-token"  # noqa: S105 - the name of its file, beside access_file
_CONNECT_S = 2.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where it listens, and so where it is found


@dataclass(frozen=True, slots=True)
class Listener:
    """One that took a connection: its address, what goes with each request, and what its client is made with."""

    base: str
    headers: Mapping[str, str] = field(repr=False)
    trust: Mapping[str, Any]


async def reached(settings: Settings) -> Listener | None:
    """The first that takes a connection: the loopback one, else the page's. None where neither does."""
    debug = (settings.api.debug_host, settings.api.debug_port, "http")
    page = (settings.api.host, settings.api.port, "https" if settings.api.tls else "http")
    for listens, port, scheme in (debug, page):
        host = _ANYWHERE.get(listens, listens)
        if await _takes(host, port):
            name = f"[{host}]" if ":" in host else host
            headers = _headers(settings) if port == settings.api.port else {CLAIM: user()}
            return Listener(f"{scheme}://{name}:{port}", headers, _trust(settings) if scheme == "https" else {})
    return None


async def _takes(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(_CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


def _headers(settings: Settings) -> dict[str, str]:
    """The operator's token, where this user may read it."""
    try:
        token = (access_file.path_of(settings).parent / OPERATOR_TOKEN).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return {}
    return {"Authorization": f"Bearer {token}"} if token else {}


def _trust(settings: Settings) -> dict[str, Any]:
    """The page's own certificate is what is trusted; its name is not compared, for we go to our own computer."""
    named = settings.api.tls_certificate
    file = Path(named) if named else access_file.path_of(settings).parent / "tls.crt"
    try:
        context = ssl.create_default_context(cafile=str(file))
    except (OSError, ssl.SSLError):
        return {}
    context.check_hostname = False
    return {"ssl_context": context}
