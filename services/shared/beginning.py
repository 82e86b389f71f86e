"""The beginning of a request's body, for a stop: it waits for no slow sender and fails on no form."""

import asyncio
from contextlib import suppress

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

BODY_S = 1.0


async def beginning(request: Request, most_bytes: int) -> bytes:
    """As much of the body as comes within BODY_S seconds; a part that goes beyond `most_bytes` is the last one read."""
    found = b""
    with suppress(TimeoutError, ClientDisconnect, HTTPException):
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                found += part
                if len(found) > most_bytes:
                    break
    return found
