"""The Bot API's way to ask and to refuse: parameters as a form or as JSON, answers with `ok` false."""

import json
import re
from typing import Any

from aiohttp import web

MAX_TEXT, MAX_DATA = 4096, 64


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
    """The text, 1 to 4096 UTF-16 code units. Raises ApiError."""
    text = str(asked.get("text", "")).strip()
    if not text:
        raise ApiError(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > MAX_TEXT:
        raise ApiError(400, "Bad Request: message is too long")
    return text


def markup(asked: dict[str, Any]) -> dict[str, Any]:
    """The keyboard, as a part of a message, or nothing. Raises ApiError."""
    found = _json(asked, "reply_markup", "Bad Request: can't parse reply keyboard markup JSON object")
    if not found:
        return {}
    for button in (one for row in found.get("inline_keyboard", []) for one in row):
        if not 1 <= len(str(button.get("callback_data", "")).encode()) <= MAX_DATA:
            raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    return {"reply_markup": found}


def reply(asked: dict[str, Any]) -> tuple[int | None, bool]:
    """The message that is answered, and whether to send without it. Raises ApiError."""
    found = _json(asked, "reply_parameters", "Bad Request: can't parse reply parameters JSON object")
    if not found:
        return None, False
    return number(found, "message_id"), is_true(found.get("allow_sending_without_reply"))


def commands(asked: dict[str, Any]) -> list[dict[str, str]]:
    """The commands of a bot: at most 100, 1 to 32 of [a-z0-9_] each, with 1 to 256 characters said of it. Raises ApiError."""
    found = _json(asked, "commands", "Bad Request: can't parse BotCommand JSON object")
    if not isinstance(found, list) or len(found) > 100:
        raise ApiError(400, "Bad Request: too many commands")
    for one in found:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(one.get("command"))):
            raise ApiError(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(str(one.get("description", ""))) <= 256:
            raise ApiError(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    return found


def _json(asked: dict[str, Any], name: str, wrong: str) -> Any:
    raw = asked.get(name)
    if not raw:
        return None
    try:
        return json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        raise ApiError(400, wrong) from None


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
