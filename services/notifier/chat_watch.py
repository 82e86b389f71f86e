"""What the notifier finds wrong with the chat: people are told by Telegram, press buttons there, and nobody hears them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

from services.notifier.findings import Finding, chat_deaf
from services.shared.clock import Moment

CHAT_DEAF = "chat_deaf"
CHAT_DEAF_S = 600.0


class Ears(Protocol):
    """The chat, as far as it tells whether it hears: `is_deaf`, None before that is known, and `reason`, why.

    `deaf_since_mono_s`: since when so although Telegram can be reached. What only cannot be reached is no fault of the chat.
    """

    is_deaf: bool | None
    reason: str
    deaf_since_mono_s: float | None


def chat_found(
    chat: Ears | None, standing: Collection[str], said: Mapping[str, Finding], now: Moment
) -> Iterator[tuple[str, Finding]]:
    """By key. One that stands, also of before we began, stands until the chat hears; a reason that changes is no news."""
    if chat is None or chat.is_deaf is False:
        return
    deaf_s = 0.0 if chat.deaf_since_mono_s is None else now.mono_s - chat.deaf_since_mono_s
    if CHAT_DEAF in standing or deaf_s >= CHAT_DEAF_S:
        found = said.get(CHAT_DEAF) or chat_deaf(chat.reason or "does not listen yet")
        yield CHAT_DEAF, found.since(chat.deaf_since_mono_s)
