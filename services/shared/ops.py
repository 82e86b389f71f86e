"""The small inner app of every service: /health, /ready, /metrics. The inner network only.

It is Starlette alone: FastAPI is 7 MB of memory more in each service, and only the api describes its routes to anybody.
"""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from services.shared import listeners
from services.shared.metrics import Metrics
from services.shared.version import VERSION

TICK_LIMIT_S = 2.0
"""/health is well when the loop ticked within so many seconds."""


class Ops(Metrics):
    """Health (the loop ticks), readiness (all checks fine), metrics. Services add routes to `app` and metrics to `registry`; a
    route that reads a body bounds it itself, as the stop does."""

    def __init__(self, service: str, *, tick_age_s: Callable[[], float], lag_s: Callable[[], float] = lambda: 0.0) -> None:
        super().__init__()
        self.port = 0
        self._service = service
        self._tick_age_s = tick_age_s
        self._checks: dict[str, Callable[[], str | None]] = {}
        self._lives: dict[str, Callable[[], str | None]] = {}
        self._serving: asyncio.Future[None] | None = None
        self._stopped = False
        self.app = Starlette(exception_handlers={HTTPException: _http_problem})
        self.app.add_route("/health", self._health)
        self.app.add_route("/ready", self._ready)
        self.app.add_route("/metrics", self._metrics)
        build = Gauge("mine_build_info", "1, with the version", ["service", "version"], registry=self.registry)
        build.labels(service, VERSION).set(1)
        self.gauge("mine_loop_lag_seconds", "how late the loop's last tick came", lag_s)
        self.gauge("mine_ready", "1 while all checks of readiness are fine", lambda: float(not self.not_ready()))

    def health_check(self, name: str, check: Callable[[], str | None]) -> None:
        """Add what must move for the service to be alive, beside its loop: None when it does, else why not."""
        self._lives[name] = check

    def ready_check(self, name: str, check: Callable[[], str | None]) -> None:
        """Add a condition of readiness: None when fine, else why not."""
        self._checks[name] = check

    def not_well(self) -> dict[str, str]:
        """What stands still, each with its reason; first of all the loop."""
        age_s = self._tick_age_s()
        loop = {"loop": f"the loop's last tick is {age_s:.1f} s old"} if age_s > TICK_LIMIT_S else {}
        return loop | _failing(self._lives)

    def not_ready(self) -> dict[str, str]:
        """The checks that are not fine, each with its reason. A check that raises is not fine."""
        return _failing(self._checks)

    async def serve(self, host: str, port: int) -> None:
        """Serve until `stop`. Raises OSError when the port is taken: most likely the same service runs already."""
        listener = listeners.bind(host, port)
        self.port = listener.getsockname()[1]
        self._serving = asyncio.ensure_future(listeners.serve([listeners.Listener(self.app, listener)], _no_request))
        try:
            await self._serving
        except asyncio.CancelledError:
            if not self._stopped:
                raise

    def stop(self) -> None:
        """Ask `serve` to end; it does within 3 s."""
        self._stopped = True
        if self._serving is not None:
            self._serving.cancel()

    async def _health(self, _request: Request) -> Response:
        still = self.not_well()
        if still:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "; ".join(still.values()), still)
        return JSONResponse({"status": "ok", "service": self._service, "version": VERSION})

    async def _ready(self, _request: Request) -> Response:
        missing = self.not_ready()
        if missing:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, "; ".join(f"{n}: {why}" for n, why in missing.items()), missing)
        return JSONResponse({"status": "ready", "checks": sorted(self._checks)})

    async def _metrics(self, _request: Request) -> Response:
        return PlainTextResponse(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)


def problem(status: HTTPStatus, detail: str, missing: dict[str, str] | None = None) -> JSONResponse:
    """An error as RFC 9457 problem+json; `missing` lists what is not ready."""
    body: dict[str, object] = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    if missing:
        body["missing"] = missing
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _http_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = problem(HTTPStatus(error.status_code), str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


def _failing(checks: Mapping[str, Callable[[], str | None]]) -> dict[str, str]:
    answers = {name: _ask(check) for name, check in checks.items()}
    return {name: why for name, why in answers.items() if why is not None}


def _ask(check: Callable[[], str | None]) -> str | None:
    try:
        return check()
    except Exception as error:
        return f"the check itself failed: {error}"


def _no_request(why: str) -> Response:
    return problem(HTTPStatus.BAD_REQUEST, why)
