"""The library's errors as reasons, without its texts where they may hold the token."""

import datetime

import httpx
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from services.notifier.channels.base import Failed, Gone, Moved, Taken, Unwelcome
from services.shared.unanswered import why

CONNECT_S, ANSWER_S = 5.0, 8.0
_AFTER_SENDING = (
    httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError, httpx.CloseError,
)  # fmt: skip
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


def failed_of(error: TelegramError, *, edits: bool = False, answer_s: float = ANSWER_S) -> Failed:
    """What an error of the library means for a person and for the one who sends, `edits` when an edit met it, after a wait of
    `answer_s` for an answer."""
    match error:
        case RetryAfter():
            return _asked_to_pause(error)
        case InvalidToken():
            return Failed("Telegram refuses the token: telegram_token is wrong", slow=True)
        case Forbidden():
            return Unwelcome("Telegram forbids the bot to write to this chat", slow=True)
        case ChatMigrated():
            return Moved(f"the chat has moved: set telegram_chat_id to {error.new_chat_id}", str(error.new_chat_id))
        case Conflict():
            return Taken("another program asks for this bot's messages (409): only one may, so end it or give it another bot")
        case BadRequest():
            return _refused(error.message, edits=edits)
        case _:
            return _no_answer(error, answer_s)


def _refused(said: str, *, edits: bool) -> Failed:
    """An edit that is refused is not tried again: its incident was told, and what follows is told anew."""
    words = said.lower()
    if any(part in words for part in _GONE):
        return Gone(f"Telegram does not know the message any more: {said[:120]}", hopeless=True)
    if any(part in words for part in _NO_CHAT):
        return Unwelcome("chat not found: telegram_chat_id is wrong, or nobody wrote to the bot yet", slow=True)
    if any(part in words for part in _CLOSED_CHAT):
        return Unwelcome(f"Telegram refuses this chat: {said[:120]}", slow=True)
    is_unfit = any(part in words for part in _UNFIT)
    return Failed(f"Telegram refuses the message: {said[:120]}", hopeless=is_unfit or edits, unfit=is_unfit, slow=not is_unfit)


def _asked_to_pause(error: RetryAfter) -> Failed:
    pause = error.retry_after
    seconds = pause.total_seconds() if isinstance(pause, datetime.timedelta) else float(pause)
    return Failed(f"Telegram asks for a pause of {seconds:.0f} s", retry_after_s=seconds)


def _no_answer(error: TelegramError, answer_s: float) -> Failed:
    """The HTTP client's error, which the library keeps as the cause, tells whether the message can have arrived."""
    if not isinstance(error.__cause__, httpx.HTTPError):
        return Failed("Telegram answers with a fault of its own, or something else answers in its place")
    after_sending = isinstance(error.__cause__, _AFTER_SENDING)
    reason = why(error, within_s=answer_s if after_sending else CONNECT_S, connected=after_sending)
    return Failed(f"no exchange with Telegram was possible: {reason}", maybe_taken=after_sending)
