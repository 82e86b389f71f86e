"""The Bot API's way to ask and to refuse: parameters as a form or as JSON, answers with `ok` false."""

import json
from typing import Any

from aiohttp import web

MAX_TEXT = 4096


class ApiError(Exception):
    """An answer with `ok` false."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.answer = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.answer["parameters"] = parameters


async def parameters(request: web.Request) -> dict[str, Any]:
    """What was asked, from the query, a form or JSON alike. Raises ApiError."""
    asked: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise ApiError(400, "Bad Request: can't parse JSON object") from None
        return asked | body if isinstance(body, dict) else asked
    return asked | dict(await request.post())


def text(asked: dict[str, Any]) -> str:
    """The text, 1 to 4096 characters. Raises ApiError."""
    text = str(asked.get("text", "")).strip()
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    if len(text) > MAX_TEXT:
        raise ApiError(400, "Bad Request: message is too long")
    return text


def markup(asked: dict[str, Any]) -> dict[str, Any]:
    """The keyboard, as a part of a message, or nothing. Raises ApiError."""
    raw = asked.get("reply_markup")
    if not raw:
        return {}
    try:
        return {"reply_markup": json.loads(raw) if isinstance(raw, str) else raw}
    except ValueError:
        raise ApiError(400, "Bad Request: can't parse reply keyboard markup JSON object") from None


def number(asked: dict[str, Any], name: str, default: int | None = None) -> int:
    """A whole number. Raises ApiError without one or a default."""
    raw = asked.get(name, default)
    try:
        return int(raw)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ApiError(400, f"Bad Request: {name} must be a number") from None


def is_true(raw: object) -> bool:
    """A Boolean as a form writes it."""
    return str(raw).lower() in {"true", "1"}
