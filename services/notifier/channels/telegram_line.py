"""One connection of a bot to Telegram's Bot API (core.telegram.org/bots/api), through python-telegram-bot's `Bot` alone.

The library's texts are not passed on where they may hold the token, and its own lines and those of its HTTP client, which name
the address with the token in it, are not logged.
"""

import json
import logging
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the library warns of its own change whenever Telegram asks for a pause

from services.shared.left_out import left_out

with left_out("rich", "pygments", "cryptography"):  # httpx's command line and Telegram's passports: 7 MB
    from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
    from telegram.error import BadRequest, TelegramError
    from telegram.request import HTTPXRequest

from services.notifier.channels.telegram_errors import ANSWER_S, CONNECT_S, failed_of
from services.shared.settings.telling import Notifications

MAX_TEXT = 4096
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
Buttons = Sequence[Sequence[tuple[str, str]]]
"""Rows of (label, callback data of at most 64 bytes)."""


class Line:
    """Raises Failed, and nothing else of its own. `poll` asks for updates by a connection of their own."""

    def __init__(self, told: Notifications) -> None:
        for name in ("telegram", "httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._requests = (_request(), _request())
        self._bot = Bot(
            told.telegram_token.get_secret_value(), base_url=f"{told.telegram_api.rstrip('/')}/bot",
            request=self._requests[0], get_updates_request=self._requests[1],
        )  # fmt: skip

    async def post(
        self, chat: str, words: str, *, silent: bool = False, buttons: Buttons = (), reply_to: int | None = None
    ) -> int:
        """Send a message, as an answer to another if that is still there. Returns its number."""
        reply = None if reply_to is None else ReplyParameters(reply_to, allow_sending_without_reply=True)
        try:
            posted = await self._bot.send_message(
                chat, fitting(words), disable_notification=silent, reply_markup=_keyboard(buttons), reply_parameters=reply,
                link_preview_options=_NO_PREVIEW,
            )  # fmt: skip
        except TelegramError as error:
            raise failed_of(error) from None
        return posted.message_id

    async def edit(self, chat: str, message: int, words: str, buttons: Buttons = ()) -> None:
        """Change a message of our own; one that says so already is well. Raises Gone."""
        try:
            await self._bot.edit_message_text(
                fitting(words), chat, message, reply_markup=_keyboard(buttons), link_preview_options=_NO_PREVIEW
            )
        except BadRequest as error:
            if "message is not modified" not in error.message.lower():
                raise failed_of(error, edits=True) from None
        except TelegramError as error:
            raise failed_of(error) from None

    async def answer(self, query: str, words: str, *, alert: bool = False) -> None:
        """Say to a person who pressed a button what came of it, at most 200 characters."""
        try:
            await self._bot.answer_callback_query(query, words[:200], show_alert=alert)
        except TelegramError as error:
            raise failed_of(error) from None

    async def me(self) -> str:
        """The bot's user name. A wrong token fails here."""
        try:
            return (await self._bot.get_me()).username or ""
        except TelegramError as error:
            raise failed_of(error) from None

    async def chat(self, chat: str) -> str:
        """The chat's title, or its person's name."""
        try:
            found = await self._bot.get_chat(chat)
        except TelegramError as error:
            raise failed_of(error) from None
        return found.title or found.first_name or str(found.id)

    async def offer(self, commands: Sequence[tuple[str, str]]) -> None:
        """Let the app offer these commands, each with its description."""
        try:
            await self._bot.set_my_commands(list(commands))
        except TelegramError as error:
            raise failed_of(error) from None

    async def updates(self, offset: int, kinds: Sequence[str], wait_s: float) -> list[Any]:
        """What people did since `offset`, as it came; waits so long for something. The library's own form of it fails as a
        whole on one update that it cannot read, so that it would come again for ever."""
        answer_s = ANSWER_S + wait_s
        asked = {"offset": offset, "timeout": round(wait_s), "allowed_updates": json.dumps(list(kinds))}
        try:
            found: Any = await self._requests[1].post(
                f"{self._bot.base_url}/getUpdates?{urlencode(asked)}", read_timeout=answer_s
            )
        except TelegramError as error:
            raise failed_of(error, answer_s=answer_s) from None
        return list(found) if isinstance(found, list | tuple) else []

    async def close(self) -> None:
        """Close the connections."""
        for request in self._requests:
            await request.shutdown()


def fitting(words: str) -> str:
    """At most 4,096 UTF-16 code units, which is how Telegram counts, cut at the end of a line where that loses little."""
    if len(words.encode("utf-16-le")) // 2 <= MAX_TEXT:
        return words
    cut = words.encode("utf-16-le")[: 2 * (MAX_TEXT - 4)].decode("utf-16-le", "ignore")
    line, _, rest = cut.rpartition("\n")
    return (line if line and len(rest) < MAX_TEXT // 4 else cut.rstrip()) + "\n..."


def _keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in buttons]
    return InlineKeyboardMarkup(rows) if rows else None


def _request() -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=4, connect_timeout=CONNECT_S, read_timeout=ANSWER_S, write_timeout=ANSWER_S, pool_timeout=CONNECT_S
    )
