"""An HTTP GET on a bare socket, for devices whose answers no HTTP client accepts.

Old Room Alert firmware sends its JSON without status line and headers and closes. So: ask in HTTP/1.0, read to the end or to
Content-Length, and if the first byte is `{` there is no head. Nothing here raises but DeviceError.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from services.shared import raw_text
from services.shared.device import Nonsense, Refused, Unreachable
from services.shared.raw import exchange
from services.shared.unanswered import why

MAX_BYTES = 1_000_000  # a 32E with 15 wireless units is below 40 kB


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """A body with the status 200, or one without any head (`headless`)."""

    body: bytes
    headless: bool


async def get(host: str, port: int, path: str, *, deadline_s: float) -> RawAnswer:
    """One request within the deadline (seconds). Raises Unreachable, Refused (another status), Nonsense (no HTTP, too large)."""
    with exchange(lambda: raw_text.asked("GET", path)) as shown:
        try:
            async with asyncio.timeout(deadline_s):
                answer = await _exchange(host, port, path)
        except TimeoutError:
            raise Unreachable(f"no answer within {deadline_s:g} s") from None
        except OSError as error:
            raise Unreachable(why(error)) from None
        shown.came(lambda: _shown(answer))
    return _understand(answer)


def _shown(answer: bytes) -> str:
    head, separator, body = answer.partition(b"\r\n\r\n")
    if answer[:1] == b"{" or not separator:
        return raw_text.answered("no head", answer)
    return raw_text.answered(head.split(b"\r\n")[0].decode("latin-1"), body)


async def _exchange(host: str, port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("ascii", "replace"))
        await writer.drain()
        return await _read_all(reader)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _read_all(reader: asyncio.StreamReader) -> bytes:
    raw = b""
    while len(raw) <= MAX_BYTES and not _complete(raw):
        chunk = await reader.read(65_536)
        if not chunk:
            return raw
        raw += chunk
    if len(raw) > MAX_BYTES:
        raise Nonsense(f"an answer of more than {MAX_BYTES} bytes")
    return raw


def _complete(raw: bytes) -> bool:
    head, separator, body = raw.partition(b"\r\n\r\n")
    if raw[:1] == b"{" or not separator:
        return False
    length = _headers(head).get("content-length", "")
    return length.isdigit() and len(body) >= int(length)


def _headers(head: bytes) -> Mapping[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _understand(raw: bytes) -> RawAnswer:
    if raw[:1] == b"{":
        return RawAnswer(raw, headless=True)
    head, separator, body = raw.partition(b"\r\n\r\n")
    words = head.split(b"\r\n")[0].split()
    if not separator or not head.startswith(b"HTTP/1.") or len(words) < 2 or not words[1].isdigit():
        raise Nonsense(f"no HTTP answer: {raw[:60]!r}")
    _raise_for_status(int(words[1]), body)
    headers = _headers(head)
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return RawAnswer(_join_chunks(body), headless=False)
    return RawAnswer(_cut_to_length(body, headers.get("content-length", "")), headless=False)


def _raise_for_status(status: int, body: bytes) -> None:
    if status >= 500:
        raise Unreachable(f"HTTP {status}: {body[:60]!r}")
    if status != 200:
        raise Refused(f"HTTP {status}: {body[:60]!r}")


def _cut_to_length(body: bytes, length: str) -> bytes:
    if not length.isdigit():
        return body
    if len(body) < int(length):
        raise Nonsense(f"truncated: {len(body)} of {length} bytes")
    return body[: int(length)]


def _join_chunks(body: bytes) -> bytes:
    joined = b""
    while True:
        size_text, separator, rest = body.partition(b"\r\n")
        try:
            size = int(size_text.split(b";")[0], 16) if separator else -1
        except ValueError:
            size = -1
        if size < 0 or len(rest) < size:
            raise Nonsense("truncated: a chunk is missing")
        if size == 0:
            return joined
        joined += rest[:size]
        body = rest[size + 2 :]
