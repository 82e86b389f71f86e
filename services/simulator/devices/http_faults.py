"""How an HTTP answer goes wrong on the wire: the faults of the fake devices that speak HTTP through aiohttp.web."""

import asyncio

from aiohttp import web

from services.simulator.site import Faults

HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
HUGE_BYTES = 8_000_000
GARBAGE = b"\x00\xff{{{not json\x80"


async def spoil(request: web.Request, answer: web.Response, faults: Faults, name: str) -> web.StreamResponse:
    """The answer as the faults in force let it through."""
    if faults.has(name, "slow"):
        await asyncio.sleep(float(faults.value(name, "slow") or 0))
    if faults.has(name, "hang"):
        await asyncio.Event().wait()
    if faults.has(name, "refuse") or faults.has(name, "reset"):
        return _hang_up(request, answer)
    if faults.has(name, "truncated"):
        return await _cut_short(request, answer)
    return _replaced(faults, name) or answer


def _replaced(faults: Faults, name: str) -> web.Response | None:
    if faults.has(name, "error"):
        return web.json_response({"detail": "Service temporarily unavailable."}, status=503)
    if faults.has(name, "html"):
        return web.Response(text=HTML, content_type="text/html", status=502)
    if faults.has(name, "garbage"):
        return web.Response(body=GARBAGE, content_type="application/json")
    if faults.has(name, "huge"):
        return web.Response(body=b" " * HUGE_BYTES, content_type="application/json")
    return None


def _hang_up(request: web.Request, answer: web.Response) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return answer


async def _cut_short(request: web.Request, answer: web.Response) -> web.StreamResponse:
    body = answer.body if isinstance(answer.body, bytes) else b""
    half = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half
