"""Foreman.mn's cloud as it is spoken to: one key, one pace for each endpoint, few connections, what its errors mean.

Wire format: foremanmining/foreman-api (the official client) and the help centre's "API overview and limits".
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from services.controller.drivers.rate import Pace
from services.shared.addresses import is_loopback
from services.shared.answer import Answer, retry_after_s
from services.shared.clock import Clock
from services.shared.device import DeviceError, Nonsense, Refused, Unreachable
from services.shared.http import HttpClient
from services.shared.settings.sections import Foreman as ForemanSection

MAX_RETRY_AFTER_S = 30.0
_LINES, _LINE_WAIT_S = 4, 1.0


class ForemanWire:
    """One client of the API under `base_url`, which ends in /api. `pace` is that of each endpoint."""

    def __init__(self, base_url: str, *, foreman: ForemanSection, clock: Clock, insecure_ok: bool) -> None:
        """Raises ValueError for plain http beyond loopback, unless `insecure_ok`."""
        if not (insecure_ok or _is_private(base_url)):
            raise ValueError("Foreman's key never travels over plain http: foreman_api must begin with https://")
        self._base = base_url.rstrip("/")
        self._key = foreman.api_key.get_secret_value().strip()
        self._clock = clock
        self.pace = Pace(foreman.calls_per_second, clock=clock)
        self._http = HttpClient(limit=_LINES, deadline_s=foreman.timeout_seconds)
        self._lines = asyncio.Semaphore(_LINES)

    async def exchange(
        self, method: str, template: str, path: str, body: Mapping[str, str] | None = None, expires_mono_s: float | None = None
    ) -> Answer:
        """The answer to one call, when its turn came: a 2xx. `template` is the call's endpoint, to which the pace belongs.

        Raises DeviceError; Refused also where `expires_mono_s` is over before the turn came.
        """
        await self.pace.turn(template)
        headers = {"Authorization": f"Token {self._key}", "Accept": "application/json"}
        async with self._line():
            await self.pace.begin(template)
            if expires_mono_s is not None and self._clock.now().mono_s > expires_mono_s:
                raise Refused("the order expired before its turn came")
            answer = self._without_key(await self._http.request(method, self._base + path, headers=headers, json_body=body))
        if answer.status == 429:
            wait_s = min(retry_after_s(answer) or self.pace.interval_s, MAX_RETRY_AFTER_S)
            self.pace.shut(template, wait_s)
            raise Refused(f"over Foreman's rate limit of {template}: wait {wait_s:.0f} s", retry_after_s=wait_s)
        if not 200 <= answer.status < 300:
            raise _error(answer)
        return answer

    async def close(self) -> None:
        """Give up the connections; may be called twice."""
        await self._http.close()

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[None]:
        """One of the connections. What waited long for one that hangs would all go at once when it ends, against the pace."""
        try:
            async with asyncio.timeout(_LINE_WAIT_S):
                await self._lines.acquire()
        except TimeoutError:
            raise Unreachable("no answer on any of its connections", connected=False) from None
        try:
            yield
        finally:
            self._lines.release()

    def _without_key(self, answer: Answer) -> Answer:
        # A proxy's error page may quote the request. What leaves this method may be logged.
        key = self._key.encode()
        return Answer(answer.status, answer.headers, answer.body.replace(key, b"***")) if key else answer


def document(answer: Answer) -> Any:
    """The JSON of an answer. Raises Nonsense."""
    if not answer.body.strip():
        raise Nonsense("Foreman answered nothing")
    return answer.json()


def _is_private(base_url: str) -> bool:
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    return parts.scheme == "https" or host == "localhost" or is_loopback(host)


def _error(answer: Answer) -> DeviceError:
    text = f"HTTP {answer.status}: {_detail(answer)!r}"
    if answer.status in (401, 403):
        return Refused(f"Foreman refuses the API key or client id of [FOREMAN] ({text})")
    return Unreachable(f"Foreman is unwell ({text})") if answer.status >= 500 else Refused(f"Foreman says no ({text})")


def _detail(answer: Answer) -> str:
    try:
        body = answer.json()
    except Nonsense:
        return answer.text()[:80]
    return str(body.get("detail", body) if isinstance(body, dict) else body)[:200]
