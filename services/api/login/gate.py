"""What a route asks for: `Viewer` or `Operator`. Without the right a problem, 401 or 403, and nothing is done."""

import hmac
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import APIKeyCookie, HTTPBearer

from services.api.login.lock import Lock
from services.api.login.person import CLAIM, FREE_VIEW, LOCAL, Person, Role, claimed
from services.api.login.sessions import COOKIE, Session
from services.api.problems import Problem

CSRF = "X-CSRF-Token"
READS = {"GET", "HEAD", "OPTIONS"}
_ABOUT = "the `csrf` that the login answered; asked of a writing request with a login's cookie, not with a token"
_Bearer = Depends(HTTPBearer(auto_error=False, scheme_name="token", description="a token, made by `mine access token`"))
_Cookie = Depends(APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="session", description="a login"))
_CSRF = Annotated[str | None, Header(alias=CSRF, description=_ABOUT)]


def viewer(request: Request, _token: object = _Bearer, _cookie: object = _Cookie) -> Person:
    """Whoever may look. Raises Problem 401."""
    return may_look(request)


def known(request: Request, _token: object = _Bearer, _cookie: object = _Cookie) -> Person:
    """Whoever is known, where looking is free too: before what names people and from where they came. Raises Problem 401."""
    person = _known(request)
    if person is None:
        raise stranger("this names people: log in, or send a token")
    return person


def operator(request: Request, _token: object = _Bearer, _cookie: object = _Cookie, _csrf: _CSRF = None) -> Person:
    """Whoever may ask for something. Raises Problem 401; 403 for a viewer, from elsewhere, or without the login's `csrf`."""
    return may_ask(request)


def by_method(request: Request) -> Person:
    """Stands before every route: one that forgets to ask is closed all the same."""
    return may_look(request) if request.method in READS else may_ask(request)


Viewer = Annotated[Person, Depends(viewer)]
Operator = Annotated[Person, Depends(operator)]


def may_look(request: Request) -> Person:
    """Whoever may look. Raises Problem 401."""
    person = _known(request)
    if person is None and _lock(request).free_view:
        person = _remember(request, Person("anybody", Role.VIEWER, FREE_VIEW, address_of(request)))
    if person is None:
        raise stranger("only who is known may look here: log in, or send a token")
    return person


def page_is_open(request: Request) -> bool:
    """Whether a page is shown; else its visitor is led to the login."""
    try:
        return may_look(request) is not None
    except Problem:
        return False


def may_ask(request: Request, csrf: str | None = None) -> Person:
    """Whoever may ask for something. `csrf` comes from a form, else from the header. Raises Problem 401, 403."""
    person = entitled(request, _known(request))
    session = session_of(request)
    if session is not None and person.how != LOCAL:
        check_csrf(request, session, csrf)
    return person


def entitled(request: Request, person: Person | None) -> Person:
    """The person, when they may ask for something from where they are. Raises Problem 401, 403."""
    if person is not None and person.how == LOCAL:
        return person
    if address_of(request) not in _lock(request).critical:
        detail = f"{address_of(request)} is in none of the networks of critical_networks"
        raise Problem(HTTPStatus.FORBIDDEN, "foreign-network", detail)
    if person is None:
        raise stranger("this asks for something: log in as an operator, or send a token")
    if person.role is not Role.OPERATOR:
        raise Problem(HTTPStatus.FORBIDDEN, "not-an-operator", f"{person.name} may look, and ask for nothing")
    return person


def check_csrf(request: Request, session: Session, told: str | None = None) -> None:
    """Raises Problem 403 unless the request carries what only a page of ours can know."""
    carried = request.headers.get(CSRF, "") if told is None else told
    if not hmac.compare_digest(carried.encode(), session.csrf.encode()):
        raise Problem(HTTPStatus.FORBIDDEN, "no-csrf", f"a login's request needs the header {CSRF}: `csrf` of GET /api/v1/me")


def session_of(request: Request) -> Session | None:
    """The login that the request came with; a token takes its place."""
    cookie = request.cookies.get(COOKIE)
    return None if cookie is None or _token(request) else _lock(request).sessions.read(cookie)


def address_of(request: Request) -> str:
    """From where it comes, as this listener sees it."""
    return request.client.host if request.client else "unknown address"


def _known(request: Request) -> Person | None:
    if request.app.state.is_debug:
        name = claimed(request.headers.get(CLAIM, "")) or "debug listener"
        return _remember(request, Person(name, Role.OPERATOR, LOCAL, address_of(request)))
    token = _token(request)
    if token:
        record = _lock(request).people.token(token)
        if record is None:
            raise stranger("this token is none of ours")
        return _remember(request, Person(record.name, record.role, "token", address_of(request)))
    session = session_of(request)
    if session is None:
        return None
    return _remember(request, Person(session.person.name, session.person.role, "session", address_of(request)))


def _token(request: Request) -> str:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def _remember(request: Request, person: Person) -> Person:
    request.state.person = person  # for the access log
    return person


def _lock(request: Request) -> Lock:
    lock = request.app.state.lock
    assert isinstance(lock, Lock)
    return lock


ByLock = Annotated[Lock, Depends(_lock)]


def stranger(detail: str) -> Problem:
    """To be raised where only who is known may go on."""
    return Problem(HTTPStatus.UNAUTHORIZED, "no-login", detail, {"WWW-Authenticate": "Bearer"})
