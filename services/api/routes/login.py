"""Logging in and out, and who one is."""

from pathlib import Path
from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from services.api.login.gate import ByLock, Viewer, address_of, check_csrf, session_of
from services.api.login.person import Role
from services.api.login.sessions import COOKIE
from services.api.problems import responses

router = APIRouter(prefix="/api/v1", tags=["login"])
open_router = APIRouter(prefix="/api/v1", tags=["login"])
page_router = APIRouter(include_in_schema=False)
_PAGE = Path(__file__).parent.parent / "page"
_SET = {"Set-Cookie": {"description": f"`{COOKIE}`: HttpOnly, SameSite=Strict", "schema": {"type": "string"}}}


class Credentials(BaseModel):
    """A person's name and password."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"name": "operator", "password": "..."}]}
    )
    name: str = Field(min_length=1, max_length=100)
    password: SecretStr = Field(min_length=1, max_length=1000)


class Me(BaseModel):
    """Who asks, and by what. With a login: what its writing requests carry in `X-CSRF-Token`, and its end in Unix seconds."""

    name: str
    role: Role
    how: Literal["session", "token", "local", "free view"]
    csrf: str | None
    until_at: float | None


@open_router.post("/login", operation_id="logIn", responses={200: {"headers": _SET}, **responses(401, 413, 422, 429)})
async def log_in(credentials: Credentials, request: Request, response: Response, lock: ByLock) -> Me:
    """Log in. The cookie goes with every later request by itself; 401 does not tell what was wrong."""
    cookie, session = await lock.open(credentials.name, credentials.password.get_secret_value(), address_of(request))
    carry(request, response, cookie, lock.sessions.lasts_s)
    person = session.person
    return Me(name=person.name, role=person.role, how="session", csrf=session.csrf, until_at=session.until_at)


def carry(request: Request, response: Response, cookie: str, lasts_s: float) -> None:
    """Give the browser its login: out of a script's reach, sent by our own pages alone."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, cookie, max_age=int(lasts_s), path="/", secure=secure, httponly=True, samesite="strict")


@open_router.post("/logout", status_code=204, operation_id="logOut", responses=responses(403, 429))
async def log_out(request: Request, response: Response, lock: ByLock) -> None:
    """Log out: the cookie is worth nothing from now on. Without a login nothing happens."""
    session = session_of(request)
    if session is not None:
        check_csrf(request, session)
        await lock.close(session, address_of(request))
    response.delete_cookie(COOKIE, path="/", secure=request.url.scheme == "https", httponly=True, samesite="strict")


@page_router.get("/login")
async def login_page() -> Response:
    """The form."""
    return FileResponse(_PAGE / "login.html")


@page_router.get("/login.js")
async def login_script() -> Response:
    """The form's script."""
    return FileResponse(_PAGE / "login.js")


@page_router.get("/login.css")
async def login_style() -> Response:
    """The form's style."""
    return FileResponse(_PAGE / "login.css")


def to_login(request: Request) -> Response:
    """On to the form, which leads back to what was asked for."""
    place = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/login" if place == "/" else f"/login?back={quote(place, safe='')}", 303)


@router.get("/me", operation_id="getMe", responses=responses(401, 429))
async def get_me(request: Request, person: Viewer) -> Me:
    """Who asks, as this listener sees it."""
    session = session_of(request) if person.how == "session" else None
    return Me(
        name=person.name,
        role=person.role,
        how=person.how,  # type: ignore[arg-type]
        csrf=session.csrf if session else None,
        until_at=session.until_at if session else None,
    )
