"""What a route asks for: `Viewer` or `Operator`. Without the right a problem, 401 or 403, and nothing is done."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request

from services.api.login.person import Person, Role
from services.api.problems import Problem


def viewer(request: Request) -> Person:
    """Whoever may look. Raises Problem 401."""
    return _known(request)


def operator(request: Request) -> Person:
    """Whoever may ask for something. Raises Problem 401, or 403 for a viewer."""
    person = _known(request)
    if person.role is not Role.OPERATOR:
        raise Problem(HTTPStatus.UNAUTHORIZED, "no-login", "this asks for something: log in as an operator, or send a token")
    return person


def _known(request: Request) -> Person:
    address = request.client.host if request.client else "unknown address"
    if request.app.state.is_debug:
        return Person("debug listener", Role.OPERATOR, "local", address)
    return Person("anybody", Role.VIEWER, "free view", address)


Viewer = Annotated[Person, Depends(viewer)]
Operator = Annotated[Person, Depends(operator)]
