"""The two apps: for the LAN, and the debug one, which serves the same and more."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.types import ASGIApp

from services.api import problems
from services.api.door import Door
from services.api.guard import MOST_BODY_BYTES, Guard
from services.api.login import gate
from services.api.nameless.answers import Nameless
from services.api.networks import Networks
from services.api.openapi_corrections import described
from services.api.routes import (
    alarms,
    asked,
    bus,
    check,
    commands,
    config,
    cost,
    curtailments,
    debug,
    docs,
    events,
    forms,
    health,
    login,
    maintenance,
    metrics,
    page,
    present,
    records,
    requests,
    series,
    simulated,
    status,
    why,
)  # fmt: skip
from services.shared.version import VERSION


class _App(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The description, as it is true of this listener. It is not kept: 6 MB, whose text `routes/docs.py` keeps."""
        document = described(super().openapi())
        self.openapi_schema = None
        return document


def build(*, with_debug: bool) -> FastAPI:
    """An app without its door: enough to describe itself."""
    app = _App(
        title="Bitcoin Mine Control",
        summary="Is the site safe, is it curtailed, and why; and on the debug listener, what may be asked of it.",
        version=VERSION,
        openapi_url=None,  # routes/docs.py serves it, with an ETag
        docs_url=None,  # its page would load scripts from elsewhere, and the site may be offline
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=MOST_BODY_BYTES,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    problems.install(app)
    past = (series.router, events.router, records.router, commands.router, why.router, curtailments.router)
    now = (status.router, present.router, check.router, alarms.router, config.router, maintenance.router)
    for router in (*now, *past, metrics.router, cost.router, asked.router):
        _behind_the_gate(app, router)
    for router in (requests.router, login.router):
        _behind_the_gate(app, router)
    for router in (login.open_router, login.page_router, forms.router, cost.page_router, health.router):
        app.include_router(router)
    if with_debug:
        for router in (debug.router, bus.router, simulated.router):
            _behind_the_gate(app, router)
        app.include_router(page.debug_router)
    app.include_router(docs.router)
    app.include_router(page.router)
    return app


def _behind_the_gate(app: FastAPI, router: APIRouter) -> None:
    """Routes that ask who comes, whatever they themselves ask: reading a viewer, all else an operator."""
    app.include_router(router, dependencies=[Depends(gate.by_method)], responses=problems.responses(401, 403, 413, 429, 503))


def lan(door: Door) -> ASGIApp:
    """The page and the API: for who may look, and for operators from the networks that may ask for something."""
    return Guard(Nameless(_with(door, build(with_debug=False), is_debug=False)))


def debug_only(door: Door) -> ASGIApp:
    """Everything of the LAN, the debug page and its calls, for the networks that the settings name."""
    return Guard(_with(door, build(with_debug=True), is_debug=True), Networks(door.settings.api.debug_networks))


def _with(door: Door, app: FastAPI, *, is_debug: bool) -> FastAPI:
    app.state.door = door
    app.state.lock = door.lock
    app.state.is_debug = is_debug
    return app
