"""The two apps: for the LAN, and the debug one, which serves the same and more."""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from services.api import problems
from services.api.door import Door
from services.api.guard import MOST_BODY_BYTES, Guard, Networks
from services.api.routes import commands, debug, history, page, requests, status
from services.shared.version import VERSION


class _App(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The description, with the errors as they really are."""
        return problems.describe(super().openapi())


def build(*, with_debug: bool) -> FastAPI:
    """An app without its door: enough to describe itself."""
    app = _App(
        title="Bitcoin Mine Control",
        summary="Is the site safe, is it curtailed, and why; and on the debug listener, what may be asked of it.",
        version=VERSION,
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere, and the site may be offline
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=MOST_BODY_BYTES,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    problems.install(app)
    for router in (status.router, history.router, commands.router):
        app.include_router(router)
    if with_debug:
        for router in (debug.router, requests.router, page.debug_router):
            app.include_router(router)
    app.include_router(page.router)
    return app


def lan(door: Door) -> ASGIApp:
    """The page and the API. It has no route that asks for anything: writing needs a login, which this listener has not."""
    return Guard(_with(door, build(with_debug=False), is_debug=False))


def debug_only(door: Door) -> ASGIApp:
    """Everything of the LAN, the debug page and its calls, for the networks that the settings name."""
    return Guard(_with(door, build(with_debug=True), is_debug=True), Networks(door.settings.api.debug_networks))


def _with(door: Door, app: FastAPI, *, is_debug: bool) -> FastAPI:
    app.state.door = door
    app.state.is_debug = is_debug
    return app
