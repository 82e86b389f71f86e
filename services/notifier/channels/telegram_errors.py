"""The library's errors as reasons, without its texts where they may hold the token."""

import datetime

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from services.notifier.channels.base import Failed
from services.notifier.channels.telegram_failed import Gone, Moved, Taken

_AFTER_SENDING = ("ReadTimeout", "WriteTimeout", "ReadError", "WriteError", "RemoteProtocolError", "CloseError")
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid", "message to be replied not found")


def failed_of(error: TelegramError) -> Failed:
    """What an error of the library means for a person and for the one who sends."""
    match error:
        case RetryAfter():
            return _asked_to_pause(error)
        case InvalidToken():
            return Failed("Telegram refuses the token: telegram_token is wrong", slow=True)
        case Forbidden():
            return Failed("Telegram forbids the bot to write to this chat", slow=True)
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Conflict():
            return Taken("another program asks for this bot's messages (409): only one may, so end it or give it another bot")
        case BadRequest():
            return _refused(error.message)
        case _:
            return _no_answer(error)


def _refused(said: str) -> Failed:
    words = said.lower()
    if any(part in words for part in _GONE):
        return Gone(f"Telegram does not know the message any more: {said[:120]}", hopeless=True)
    if "chat not found" in words or "chat_id is empty" in words or "peer_id_invalid" in words:
        return Failed("chat not found: telegram_chat_id is wrong, or nobody wrote to the bot yet", slow=True)
    if "chat" in words:
        return Failed(f"Telegram refuses this chat: {said[:120]}", slow=True)
    return Failed(f"Telegram refuses the message: {said[:120]}", hopeless=True)


def _asked_to_pause(error: RetryAfter) -> Failed:
    pause = error.retry_after
    seconds = pause.total_seconds() if isinstance(pause, datetime.timedelta) else float(pause)
    return Failed(f"Telegram asks for a pause of {seconds:.0f} s", retry_after_s=seconds)


def _no_answer(error: TelegramError) -> Failed:
    """The HTTP client's error, which the library keeps as the cause, tells whether the message can have arrived."""
    cause = type(error.__cause__ or error).__name__
    return Failed(f"no exchange with Telegram was possible ({cause})", maybe_taken=cause in _AFTER_SENDING)
