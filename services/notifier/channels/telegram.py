"""Telegram: one message per incident, edited as it changes, answered when something must be heard."""

from collections.abc import Collection

from services.notifier.channels.base import Channel, Gone, Moved, Unwelcome
from services.notifier.channels.telegram_buttons import LABEL, data_of
from services.notifier.channels.telegram_line import Buttons, Line
from services.notifier.message import Act, Outgoing, Sent, Text
from services.shared.settings.telling import Notifications

_STRANGER = "Telegram does not let the bot write to this person, who must have written to it once"


class Telegram:
    """One bot. The recipient "" is the chat of the configuration, any other a person's user id.

    A reference is `<chat>/<message>`: in another chat the same number is another message.
    """

    name = "telegram"
    deadline_s = 15.0
    edits = True
    recipients: tuple[str, ...] = ("",)

    def __init__(self, told: Notifications, line: Line) -> None:
        self._chat = told.telegram_chat_id
        self._line = line
        self._moved: dict[str, str] = {}

    async def send(self, recipient: str, message: Outgoing) -> Sent:
        """Post, reply or edit; what has nothing to reply to or to edit is posted. Raises Failed."""
        wanted = recipient or self._chat
        try:
            return await self._send(self._moved.get(wanted, wanted), message)
        except Moved as moved:
            self._moved[wanted] = moved.chat
            sent = await self._send(moved.chat, message)
            return Sent(f"{sent.words}; {moved}", sent.ref)
        except Unwelcome:
            if not recipient:
                raise
            raise Unwelcome(_STRANGER, hopeless=True) from None  # one person must not hold up the others

    async def check(self) -> str:
        """Whether Telegram knows the bot and the chat. Raises Failed."""
        name = await self._line.me()
        try:
            title = await self._line.chat(self._chat)
        except Moved as moved:
            self._moved[self._chat] = moved.chat
            return f"bot @{name}; {moved}"
        return f"bot @{name}, chat {title[:40]}"

    async def unreached(self, addresses: Collection[str]) -> dict[str, str]:
        """Who never wrote to the bot is a chat that it does not know; who blocked it is one that it knows."""
        found = {}
        for address in addresses:
            try:
                await self._line.chat(address)
            except Unwelcome:
                found[address] = _STRANGER
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._line.close()

    async def _send(self, chat: str, message: Outgoing) -> Sent:
        words, buttons = _words(message.text), _buttons(message)
        number = _number(message.ref, chat)
        if message.act is Act.EDIT and number is not None:
            try:
                await self._line.edit(chat, number, words, buttons)
                return Sent(f"message {number} changed", message.ref)
            except Gone:
                number = None
        reply_to = number if message.act is Act.REPLY else None
        posted = await self._line.post(chat, words, silent=message.silent, buttons=buttons, reply_to=reply_to)
        return Sent(f"message {posted}", message.ref if reply_to is not None else f"{chat}/{posted}")


def make(told: Notifications, site: str = "") -> Channel | str:
    """The channel, or why there is none."""
    if not (told.telegram_token.get_secret_value() and told.telegram_chat_id):
        return "telegram_token or telegram_chat_id is empty"
    return Telegram(told, Line(told))


def _words(text: Text) -> str:
    return f"{text.headline}\n\n{text.body}" if text.body else text.subject


def _buttons(message: Outgoing) -> Buttons:
    return [[(LABEL, data_of(message.thread, message.keys))]] if message.ask and (message.thread or message.keys) else []


def _number(ref: str, chat: str) -> int | None:
    where, _, number = ref.rpartition("/")
    return int(number) if number.isascii() and number.isdigit() and where in ("", chat) else None
