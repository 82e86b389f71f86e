"""Updates as Telegram gives them (core.telegram.org/bots/api#update), as far as they are listened to, else None; and up to where
they are handled, kept over restarts."""

from dataclasses import dataclass
from typing import Any

from services.notifier.change import Change
from services.notifier.store import Store
from services.shared.clock import Moment

KINDS = ("message", "edited_message", "callback_query")
_FORWARDED = ("forward_origin", "forward_date", "forward_from", "forward_from_chat", "via_bot")
FACT = "telegram_offset"
_FORGOTTEN_S = 6 * 86_400.0
"""After a week without an update Telegram may number anew, and lower (core.telegram.org/bots/api#update)."""


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
    """A person pressed a button of one of our messages, which may be too old to be named; its `text` as it stood."""

    user: int
    chat: int | None
    message: int | None
    query: str
    data: str
    text: str = ""


def readable(words: str) -> str:
    """Without lone surrogates, which JSON can hold (RFC 8259 section 8.2) and nothing can be sent with."""
    return words.encode("utf-8", "replace").decode()


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
    words = readable(text) if isinstance(text, str) else ""
    return Words(user, chat, number, float(at), words, in_group, edited, any(name in message for name in _FORWARDED))


def _press(query: dict[str, Any]) -> Press | None:
    user, data, name = _user(query), query.get("data"), query.get("id")
    if user is None or not isinstance(data, str) or not isinstance(name, str):
        return None
    message = query.get("message")
    chat, number, text = _whole(_of(_of(message, "chat"), "id")), _whole(_of(message, "message_id")), _of(message, "text")
    return Press(user, chat, number, name, readable(data), readable(text) if isinstance(text, str) else "")


def _user(part: dict[str, Any]) -> int | None:
    sender = part.get("from")
    return None if _of(sender, "is_bot") is True else _whole(_of(sender, "id"))


def _of(part: Any, name: str) -> Any:
    return part.get(name) if isinstance(part, dict) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53 else None


class Offset:
    """The fact is the next number and the Unix seconds at which it was set."""

    def __init__(self, store: Store) -> None:
        self._store = store
        number, _, at = store.facts.get(FACT, "").partition(" ")
        self._next = int(number) if number.isascii() and number.isdigit() else 0
        self._at = float(at) if at.isascii() and at.isdigit() else 0.0
        self._saved = self._next

    def asked(self, now: Moment) -> int:
        """From where to ask; 0 asks from the first that is not confirmed."""
        forgotten = now.wall_trusted and self._at and now.wall_s - self._at > _FORGOTTEN_S
        return 0 if forgotten else self._next

    def handled(self, number: int, now: Moment) -> None:
        """An update is handled, or will not be."""
        self._next, self._at = number + 1, now.wall_s

    async def save(self) -> None:
        """Write it down, if it changed."""
        if self._saved != self._next:
            self._saved = self._next
            await self._store.save(Change(facts={FACT: f"{self._next} {self._at:.0f}"}))
