"""The small inner app of every service: /health, /ready, /metrics. The inner network only."""

import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from http import HTTPStatus

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.exceptions import HTTPException

from services.shared.version import VERSION

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 16_384
MAX_CONNECTIONS = 32
TICK_LIMIT_S = 2.0
"""/health is well when the loop ticked within so many seconds."""


class Ops:
    """Health (the loop ticks), readiness (all checks fine), metrics. Services add routes to `app` and metrics to `registry`."""

    def __init__(self, service: str, *, tick_age_s: Callable[[], float], lag_s: Callable[[], float] = lambda: 0.0) -> None:
        self.registry = CollectorRegistry()
        self.port = 0
        self._service = service
        self._tick_age_s = tick_age_s
        self._checks: dict[str, Callable[[], str | None]] = {}
        self._server: _Server | None = None
        self.app = FastAPI(
            title=f"{service}: health, readiness, metrics",
            version=VERSION,
            docs_url=None,
            redoc_url=None,
            max_body_size=MAX_BODY_BYTES,
            telemetry={"tracing": False, "metrics": False, "logs": False},
        )
        self._add_routes()
        build = Gauge("mine_build_info", "1, with the version", ["service", "version"], registry=self.registry)
        build.labels(service, VERSION).set(1)
        self.gauge("mine_loop_lag_seconds", "how late the loop's last tick came", lag_s)

    def ready_check(self, name: str, check: Callable[[], str | None]) -> None:
        """Add a condition of readiness: None when fine, else why not."""
        self._checks[name] = check

    def gauge(self, name: str, about: str, value: Callable[[], float]) -> None:
        """Add a metric that is asked for its value at each scrape."""
        Gauge(name, about, registry=self.registry).set_function(value)

    def not_ready(self) -> dict[str, str]:
        """The checks that are not fine, each with its reason. A check that raises is not fine."""
        answers = {name: _ask(check) for name, check in self._checks.items()}
        return {name: why for name, why in answers.items() if why is not None}

    async def serve(self, host: str, port: int) -> None:
        """Serve until `stop`. Raises OSError when the port is taken: most likely the same service runs already."""
        listener = socket.create_server((host, port), backlog=64)
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self.app,
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            ws="none",
            limit_concurrency=MAX_CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=3,
        )
        self._server = _Server(config)
        try:
            await self._server.serve(sockets=[listener])
        finally:
            listener.close()

    def stop(self) -> None:
        """Ask `serve` to end; it does within 3 s."""
        if self._server is not None:
            self._server.should_exit = True

    def _add_routes(self) -> None:
        @self.app.get("/health", operation_id="health")
        async def health() -> Response:
            if self._tick_age_s() > TICK_LIMIT_S:
                return problem(HTTPStatus.SERVICE_UNAVAILABLE, f"the loop's last tick is {self._tick_age_s():.1f} s old")
            return JSONResponse({"status": "ok", "service": self._service, "version": VERSION})

        @self.app.get("/ready", operation_id="ready")
        async def ready() -> Response:
            missing = self.not_ready()
            if missing:
                return problem(HTTPStatus.SERVICE_UNAVAILABLE, "; ".join(f"{n}: {why}" for n, why in missing.items()), missing)
            return JSONResponse({"status": "ready", "checks": sorted(self._checks)})

        @self.app.get("/metrics", operation_id="metrics")
        async def metrics() -> Response:
            return PlainTextResponse(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

        self.app.add_exception_handler(HTTPException, _http_problem)
        self.app.add_exception_handler(RequestValidationError, _validation_problem)


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


def _validation_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    texts = [f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}" for found in error.errors()]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(texts))


def _ask(check: Callable[[], str | None]) -> str | None:
    try:
        return check()
    except Exception as error:
        return f"the check itself failed: {type(error).__name__}: {error}"


class _Server(uvicorn.Server):
    """Leaves the signals to the service: the last word on stopping is not the web server's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
