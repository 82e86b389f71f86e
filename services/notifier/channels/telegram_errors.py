"""What Telegram refuses (core.telegram.org/bots/api#making-requests), as reasons."""

from collections.abc import Mapping
from typing import Any

from services.notifier.channels.base import Failed, Gone, Moved, Taken, Unwelcome

_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid", "message to be replied not found")
_NO_CHAT = ("chat not found", "chat_id is empty", "peer_id_invalid")
_CLOSED_CHAT = (
    "not enough rights", "have no rights", "need administrator rights", "chat_write_forbidden", "chat_restricted",
    "chat_admin_required", "chat was deactivated", "chat was deleted", "user is deactivated", "input_user_deactivated",
)  # fmt: skip
_UNFIT = (
    "message is too long", "message_too_long", "message text is empty", "text must be non-empty", "can't parse",
    "entities_too_long", "must be encoded in utf-8", "button_", "reply markup is too long", "reply_markup_too_long",
    "bot_command", "too many commands", "query is too old", "query_id_invalid",
)  # fmt: skip
"""What is wrong with what was sent. All other words may be of a fault that passes or that somebody puts right."""


class Unchanged(Failed):
    """The message that was to be changed says so already."""


def failed_of(code: int, said: str, parameters: Mapping[str, Any] | None = None, *, edits: bool = False) -> Failed:
    """What a refusal means for a person and for the one who sends, `edits` when an edit met it: the status, Telegram's own words,
    and the parameters beside them, which go before."""
    moved_to, pause_s = _whole(parameters, "migrate_to_chat_id"), _whole(parameters, "retry_after")
    if moved_to is not None:
        return Moved(f"the chat has moved: set telegram_chat_id to {moved_to}", str(moved_to))
    if pause_s is not None:
        return Failed(f"Telegram asks for a pause of {pause_s} s", retry_after_s=float(pause_s))
    match code:
        case 400:
            return _refused(said, edits=edits)
        case 401 | 404:
            return Failed("Telegram refuses the token: telegram_token is wrong", slow=True)
        case 403:
            return Unwelcome("Telegram forbids the bot to write to this chat", slow=True)
        case 409:
            return Taken("another program asks for this bot's messages (409): only one may, so end it or give it another bot")
        case _:
            return no_sense()


def no_sense() -> Failed:
    """What nobody who speaks for Telegram would answer."""
    return Failed("Telegram answers with a fault of its own, or something else answers in its place")


def _refused(said: str, *, edits: bool) -> Failed:
    """An edit that is refused is not tried again: its incident was told, and what follows is told anew."""
    words = said.lower()
    if "message is not modified" in words:
        return Unchanged("the message says so already", hopeless=True)
    if any(part in words for part in _GONE):
        return Gone(f"Telegram does not know the message any more: {said[:120]}", hopeless=True)
    if any(part in words for part in _NO_CHAT):
        return Unwelcome("chat not found: telegram_chat_id is wrong, or nobody wrote to the bot yet", slow=True)
    if any(part in words for part in _CLOSED_CHAT):
        return Unwelcome(f"Telegram refuses this chat: {said[:120]}", slow=True)
    is_unfit = any(part in words for part in _UNFIT)
    return Failed(f"Telegram refuses the message: {said[:120]}", hopeless=is_unfit or edits, unfit=is_unfit, slow=not is_unfit)


def _whole(parameters: Mapping[str, Any] | None, name: str) -> int | None:
    found = (parameters or {}).get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**53 else None
