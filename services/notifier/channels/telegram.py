"""Telegram by its Bot API (core.telegram.org/bots/api#sendmessage), through python-telegram-bot's `Bot` alone.

The library's texts are not passed on where they may hold the token, and its HTTP client's lines, which name the address, are
not logged.
"""

import datetime
import logging
import os

os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the library warns of its own change whenever Telegram asks for a pause

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from services.notifier.channels.base import Channel, Failed
from services.notifier.message import Text
from services.shared.settings.sections import Notifications

CONNECT_S, ANSWER_S = 5.0, 8.0
_AFTER_SENDING = ("ReadTimeout", "WriteTimeout", "ReadError", "WriteError", "RemoteProtocolError", "CloseError")


class Telegram:
    """One bot and one chat."""

    name = "telegram"
    deadline_s = 15.0
    recipients: tuple[str, ...] = ("",)

    def __init__(self, told: Notifications) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._chat = told.telegram_chat_id
        self._requests = [_request(), _request()]
        self._begun = False
        self._bot = Bot(
            told.telegram_token.get_secret_value(), base_url=f"{told.telegram_api.rstrip('/')}/bot",
            request=self._requests[0], get_updates_request=self._requests[1],
        )  # fmt: skip

    async def send(self, recipient: str, text: Text, *, silent: bool) -> str:
        """Send to the chat; a silent message makes no sound. Raises Failed."""
        try:
            if not self._begun:
                await self._requests[0].initialize()
                self._begun = True
            words = f"{text.subject}\n\n{text.body}"
            message = await self._bot.send_message(self._chat, words, disable_notification=silent)
        except TelegramError as error:
            raise _failed(error) from None
        return f"message {message.message_id}"

    async def close(self) -> None:
        """Close the client."""
        for request in self._requests:
            await request.shutdown()


def _request() -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=4, connect_timeout=CONNECT_S, read_timeout=ANSWER_S, write_timeout=ANSWER_S, pool_timeout=CONNECT_S
    )


def _failed(error: TelegramError) -> Failed:
    match error:
        case RetryAfter():
            return _asked_to_pause(error)
        case InvalidToken():
            return Failed("Telegram refuses the token: telegram_token is wrong", slow=True)
        case Forbidden():
            return Failed("Telegram forbids the bot to write to this chat", slow=True)
        case ChatMigrated():
            return Failed(f"the chat has moved: set telegram_chat_id to {error.new_chat_id}", slow=True)
        case BadRequest() if "chat" in error.message.lower():
            return Failed("chat not found: telegram_chat_id is wrong, or nobody wrote to the bot yet", slow=True)
        case BadRequest():
            return Failed(f"Telegram refuses the message: {error.message[:120]}", hopeless=True)
        case _:
            return _no_answer(error)


def _asked_to_pause(error: RetryAfter) -> Failed:
    pause = error.retry_after
    seconds = pause.total_seconds() if isinstance(pause, datetime.timedelta) else float(pause)
    return Failed(f"Telegram asks for a pause of {seconds:.0f} s", retry_after_s=seconds)


def _no_answer(error: TelegramError) -> Failed:
    """The HTTP client's error, which the library keeps as the cause, tells whether the message can have arrived."""
    cause = type(error.__cause__ or error).__name__
    return Failed(f"no exchange with Telegram was possible ({cause})", maybe_taken=cause in _AFTER_SENDING)


def make(told: Notifications) -> Channel | str:
    """The channel, or why there is none."""
    if not (told.telegram_token.get_secret_value() and told.telegram_chat_id):
        return "telegram_token or telegram_chat_id is empty"
    return Telegram(told)
