"""Every error as RFC 9457 `application/problem+json`, with a stable type and a trace that the log carries too."""

import logging
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from services.api.mistakes import Mistake, mistakes_of
from services.shared.unanswered import OWN_FAULT

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_TYPES = "urn:mine:problem:"


class ProblemBody(BaseModel):
    """An error. `type` is stable; `trace` finds the log line."""

    type: str
    title: str
    status: int
    detail: str
    trace: str
    errors: list[Mistake] | None = None


class Problem(Exception):
    """Raised by a route: ends as problem+json."""

    def __init__(self, status: HTTPStatus, kind: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = headers


def answer(
    status: int,
    kind: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: list[Mistake] | None = None,
    quiet: bool = False,
) -> Response:
    """A problem document as a response; with `quiet` it is not logged, since it answers a flood."""
    body = ProblemBody(
        type=_TYPES + kind, title=_title(status), status=status, detail=detail, trace=uuid.uuid4().hex[:12], errors=errors
    )
    level = logging.DEBUG if quiet else logging.ERROR if status == 500 else logging.INFO
    log.log(level, "answered %d %s: %s (trace %s)", status, kind, detail, body.trace)
    return JSONResponse(body.model_dump(exclude_none=True), status, dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""
    app.add_exception_handler(Problem, _of_problem)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(Exception, _of_fault)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems of a route, for its OpenAPI."""
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    return {s: {"description": _title(s), "content": {MEDIA_TYPE: {"schema": schema}}} for s in statuses}


def _of_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer(error.status, error.kind, error.detail, headers=error.headers)


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = f"{request.method} {request.url.path[:200]}: {error.detail}"
    if error.status_code == HTTPStatus.BAD_REQUEST:  # FastAPI's, for a body that is no text at all
        return answer(422, "wrong-value", detail)
    kind = _title(error.status_code).lower().replace(" ", "-")
    return answer(error.status_code, kind, detail, headers=error.headers)


def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    mistakes = mistakes_of(request, error)
    detail = "; ".join(f"{m.at}: found {m.found}; allowed: {m.allowed}" for m in mistakes)
    return answer(422, "wrong-value", detail[:2000], errors=mistakes)


def _of_fault(_request: Request, _error: Exception) -> Response:
    return answer(500, "fault", OWN_FAULT)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
