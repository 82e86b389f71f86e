"""Every refusal of the control port as application/problem+json (RFC 9457)."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from services.simulator import requests


@web.middleware
async def problems(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """What was asked wrongly becomes 400 with what was found and what is allowed."""
    try:
        return await handler(request)
    except requests.Wrong as error:
        return _problem(400, "Bad Request", str(error))
    except LookupError as error:
        return _problem(400, "Bad Request", f"not there: {error.args[0] if error.args else error}")
    except ValueError as error:
        return _problem(400, "Bad Request", str(error))
    except web.HTTPClientError as error:
        return _problem(error.status, error.reason, f"{request.method} {request.path}: {error.reason}")


def _problem(status: int, title: str, detail: str) -> web.Response:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json")
