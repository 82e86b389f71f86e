"""The one import site of the HTTP client (decision 0001). Every call has a deadline, a size limit, and no redirects.

A redirect is not followed because a token must not travel to another host, and a login page is not a reading.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import aiohttp
from yarl import URL

from services.shared import raw, raw_text
from services.shared.answer import Answer
from services.shared.device import DeviceError, Nonsense, Unreachable
from services.shared.trust import authorities
from services.shared.unanswered import why

MAX_BODY_BYTES = 4_000_000  # a fleet page of 500 miners is below 1 MB

# The library keeps all authorities of the system, once for whoever verifies and once for whoever does not, 0.8 MB each. Here
# nobody does without, and whom we trust is made when a first https is asked: until then it is nobody.
aiohttp.connector._SSL_CONTEXT_VERIFIED = aiohttp.connector._SSL_CONTEXT_UNVERIFIED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_usual = cache(authorities)

_parsed = lru_cache(maxsize=2048)(URL)  # the same few calls to the same few hundred loads, again and again


@dataclass
class _Way:
    """How far one exchange has come. `body`: what was read of it, once `head` was."""

    connected: bool = False
    head: aiohttp.ClientResponse | None = None
    body: bytearray = field(default_factory=bytearray)


async def _has_connection(_session: object, context: SimpleNamespace, _about: object) -> None:
    if isinstance(context.trace_request_ctx, _Way):
        context.trace_request_ctx.connected = True


def _traced() -> aiohttp.TraceConfig:
    """TLS is part of making a connection."""
    traced = aiohttp.TraceConfig()
    traced.on_connection_create_end.append(_has_connection)
    traced.on_connection_reuseconn.append(_has_connection)
    return traced


class HttpClient:
    """One client per device: keeps its connections, at most `limit` of them. `ssl_context`: what to trust, if not the usual."""

    def __init__(self, *, limit: int = 1, deadline_s: float = 10.0, ssl_context: ssl.SSLContext | None = None) -> None:
        self._ssl = ssl_context
        self._deadline_s = deadline_s
        self._limit = limit
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json_body: object | None = None,
        data: object | None = None,
        deadline_s: float | None = None,
        max_bytes: int = MAX_BODY_BYTES,
        in_part: bool = False,
    ) -> Answer:
        """One exchange within the deadline (seconds). `in_part`: once the head is there, a body that is too long, late or broken
        off is no error, and as much of it as came is the answer's: what was accepted stays accepted.

        Raises Unreachable (no route, refused, reset, too late) or Nonsense (not HTTP, cut short, more than `max_bytes`). The text
        never holds the address or a header, for either may hold a secret.
        """
        way = _Way()
        asked = {"headers": headers, "json": json_body, "data": data}
        with raw.exchange(lambda: raw_text.asked(method, url)) as shown:
            try:
                answer = await self._exchange(way, method, url, asked, deadline_s or self._deadline_s, max_bytes)
            except DeviceError:
                if not in_part or way.head is None:
                    raise
                answer = Answer(way.head.status, way.head.headers, bytes(way.body[:max_bytes]), is_cut=True)
            shown.came(lambda: raw_text.answered(f"HTTP {answer.status}", answer.body))
        return answer

    async def _exchange(
        self, way: _Way, method: str, url: str, asked: dict[str, Any], deadline_s: float, max_bytes: int
    ) -> Answer:
        try:
            async with asyncio.timeout(deadline_s):
                async with self._open().request(
                    method, to := _parsed(url), **asked, ssl=self._trusted(to), allow_redirects=False, trace_request_ctx=way
                ) as response:
                    way.head = response
                    await _read_at_most(response, max_bytes, way.body)
                    return Answer(response.status, response.headers, bytes(way.body))
        except aiohttp.ClientPayloadError:
            raise Nonsense("an answer that broke off or cannot be unpacked") from None
        except aiohttp.ClientResponseError:
            raise Nonsense("an answer that is not HTTP") from None
        except (OSError, aiohttp.ClientConnectionError) as error:
            raise Unreachable(why(error, within_s=deadline_s, connected=way.connected), connected=way.connected) from None
        except (aiohttp.ClientError, ValueError):
            raise Unreachable("the address, or what is sent, cannot be put into HTTP", connected=way.connected) from None

    async def close(self) -> None:
        """Give the connections back; may be called twice."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _trusted(self, url: URL) -> ssl.SSLContext | bool:
        return self._ssl or (url.scheme != "https") or _usual()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._limit)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=aiohttp.ClientTimeout(total=None), cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[_traced()],
            )  # fmt: skip
        return self._session


async def _read_at_most(response: aiohttp.ClientResponse, max_bytes: int, body: bytearray) -> None:
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            response.close()
            raise Nonsense(f"an answer of more than {max_bytes} bytes")
