"""What is wrong with the values of a call: where, what was found, what is allowed."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

_NOT_SHOWN = {"/api/v1/login"}  # a mistake there would be answered, and logged, with the password
_MOST = 20
_JSON = "JSON, with the header Content-Type: application/json"


class Mistake(BaseModel):
    """One wrong value: where, what was found, what is allowed."""

    at: str
    found: str
    allowed: str


def mistakes_of(request: Request, error: RequestValidationError) -> list[Mistake]:
    """The first mistakes. Of a key that is none of ours the keys are told; of a call that carries a password no value."""
    body = getattr(request.scope.get("route"), "body_field", None)
    kind = None if body is None else body.field_info.annotation
    return [_mistake(request, one, error.body, kind) for one in error.errors()[:_MOST]]


def _mistake(request: Request, error: Mapping[str, Any], body: object, kind: Any) -> Mistake:
    place, value, allowed = error["loc"], error.get("input"), _in_words(error["msg"])
    found = repr(value)[:80]
    if error["type"] == "json_invalid":
        found, allowed = repr(body)[:80], f"JSON; {error['ctx']['error']} at letter {place[-1] + 1}"
        place = place[:1]
    elif error["type"] == "extra_forbidden":
        found, allowed = "a key that is none of it", ", ".join(_keys(kind, place[1:-1])) or "no key"
        return Mistake(at=_at(place), found=found, allowed=allowed)
    elif error["type"] == "missing":
        found, allowed = "nothing", "a value"
    elif isinstance(value, bytes):
        found, allowed = f"the Content-Type {request.headers.get('content-type', 'of nothing')[:80]}", _JSON
    is_hidden = request.url.path in _NOT_SHOWN
    return Mistake(at=_at(place), found="what is not shown" if is_hidden else found, allowed=allowed)


def _at(place: Sequence[Any]) -> str:
    return ".".join(str(part)[:100] for part in place)


def _in_words(message: str) -> str:
    """Pydantic's words after "allowed:"."""
    return message.removeprefix("Input should be ").removeprefix("Value error, ").removeprefix("allowed: ")


def _keys(kind: Any, place: Sequence[Any]) -> tuple[str, ...]:
    """The keys of the body, or of the part of it at a place, whose kind may be named there too."""
    for part in place:
        if _is_model(kind):
            field = kind.model_fields.get(part)
            kind = None if field is None else field.annotation
        else:
            kind = next((one for one in get_args(kind) if _is_model(one) and _is_of_kind(one, part)), None)
    return tuple(kind.model_fields) if _is_model(kind) else ()


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_of_kind(model: type[BaseModel], name: object) -> bool:
    field = model.model_fields.get("kind")
    return field is not None and name in get_args(field.annotation)
