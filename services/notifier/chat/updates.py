"""An update as Telegram gives it (core.telegram.org/bots/api#update), as far as it is listened to; else None."""

from dataclasses import dataclass
from typing import Any

KINDS = ("message", "edited_message", "callback_query")
_FORWARDED = ("forward_origin", "forward_date", "forward_from", "forward_from_chat", "via_bot")


@dataclass(frozen=True, slots=True)
class Words:
    """A person wrote. `at` Unix seconds, by Telegram's clock. `foreign`: forwarded, or made by another bot."""

    user: int
    chat: int
    message: int
    at: float
    text: str
    in_group: bool
    edited: bool
    foreign: bool


@dataclass(frozen=True, slots=True)
class Press:
    """A person pressed a button of one of our messages, which may be too old to be named."""

    user: int
    chat: int | None
    message: int | None
    query: str
    data: str


def number_of(update: Any) -> int | None:
    """The update's own number."""
    return _whole(_of(update, "update_id"))


def read(update: Any) -> Words | Press | None:
    """What a person did; None for a channel's post, a bot, and anything else."""
    if isinstance(query := _of(update, "callback_query"), dict):
        return _press(query)
    for kind in ("message", "edited_message"):
        if isinstance(message := _of(update, kind), dict):
            return _words(message, edited=kind == "edited_message")
    return None


def _words(message: dict[str, Any], *, edited: bool) -> Words | None:
    user, chat, number = _user(message), _whole(_of(message.get("chat"), "id")), _whole(message.get("message_id"))
    at, text = _whole(message.get("date")), message.get("text")
    if user is None or chat is None or number is None or at is None or "sender_chat" in message:
        return None
    in_group = _of(message.get("chat"), "type") != "private"
    words = text if isinstance(text, str) else ""
    return Words(user, chat, number, float(at), words, in_group, edited, any(name in message for name in _FORWARDED))


def _press(query: dict[str, Any]) -> Press | None:
    user, data, name = _user(query), query.get("data"), query.get("id")
    if user is None or not isinstance(data, str) or not isinstance(name, str):
        return None
    message = query.get("message")
    return Press(user, _whole(_of(_of(message, "chat"), "id")), _whole(_of(message, "message_id")), name, data)


def _user(part: dict[str, Any]) -> int | None:
    sender = part.get("from")
    return None if _of(sender, "is_bot") is True else _whole(_of(sender, "id"))


def _of(part: Any, name: str) -> Any:
    return part.get(name) if isinstance(part, dict) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53 else None
