"""What a page without scripts sends: the login, and the emergency stop, each as an HTML form, answered by a page."""

from http import HTTPStatus
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.api import page_without_scripts
from services.api.asked import Wish
from services.api.door import ByDoor
from services.api.guard import MOST_BODY_BYTES
from services.api.login import gate
from services.api.login.gate import ByLock
from services.api.login.person import Person
from services.api.plain import again
from services.api.problems import Problem
from services.api.requests import result_of
from services.api.routes.asking import LONGEST_WHO
from services.api.routes.login import carry
from services.shared.beginning import beginning

router = APIRouter(include_in_schema=False)
_FIELDS = 10
LONGEST_REASON = 500


@router.post("/login")
async def log_in(request: Request, lock: ByLock) -> Response:
    """Log in and go to the page; a wrong login is told in words."""
    form = await _form(request)
    try:
        cookie, _ = await lock.open(form.get("name", ""), form.get("password", ""), gate.address_of(request))
    except Problem as problem:
        return _told("Not logged in", problem.detail, problem.status, back="/login")
    response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    carry(request, response, cookie, lock.sessions.lasts_s)
    return response


@router.post("/stop")
async def stop(request: Request, door: ByDoor, lock: ByLock) -> Response:
    """The emergency stop, with a dead broker too: by a login, by name and password, or on the debug listener by anybody."""
    form = await _form(request)
    try:
        person = await _asker(request, form, lock)
        reason = form.get("reason", "")[:LONGEST_REASON] or "emergency stop from the page without scripts"
        asked = await door.requests.stop(Wish("stop", "stop", {}, person.told[:LONGEST_WHO], reason, person.name))
        result_of(asked)
    except Problem as problem:
        return _told("Not stopped", f"{problem.detail} {page_without_scripts.INSTEAD}", problem.status)
    return _told(
        "Stopped", f"The controller took the emergency stop: {asked.reason}. {page_without_scripts.AFTER}", HTTPStatus.OK
    )


async def _asker(request: Request, form: dict[str, str], lock: ByLock) -> Person:
    """Who stops. Raises Problem 401, 403, 429."""
    if "password" not in form:
        return gate.may_ask(request, form.get("csrf", ""))
    address = gate.address_of(request)
    _, session = await lock.open(form.get("name", ""), form["password"], address)
    return gate.entitled(request, Person(session.person.name, session.person.role, "password", address))


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; what is no form has none."""
    raw = await beginning(request, MOST_BODY_BYTES)
    try:
        return dict(parse_qsl(raw.decode(), max_num_fields=_FIELDS))
    except ValueError:
        return {}


def _told(title: str, words: str, status: int, back: str = "/") -> Response:
    return HTMLResponse(page_without_scripts.answered(title, words, back), status, headers=again(back))
