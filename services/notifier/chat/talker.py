"""What goes back to a person: tried a few times, then left, for an answer that comes late answers another question."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from services.notifier.channels.base import Failed
from services.notifier.channels.telegram_line import Line
from services.notifier.chat.command import Answer, Pressed
from services.notifier.chat.updates import Press

log = logging.getLogger(__name__)

_TRIES, _PAUSE_S, _LONGEST_PAUSE_S = 3, 2.0, 60.0


class Talker:
    """Never raises Failed."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def say(self, chat: int, answer: Answer, reply_to: int | None = None) -> None:
        """Answer a message in its chat."""

        async def post() -> None:
            await self._line.post(str(chat), answer.text, buttons=answer.buttons, reply_to=reply_to)

        await self._tried(post)

    async def note(self, press: Press, pressed: Pressed) -> None:
        """Tell the one who pressed; when Telegram takes that no more, as a message."""
        try:
            await self._line.answer(press.query, pressed.note, alert=pressed.alert)
        except Failed as failed:
            log.info("a note to a button cannot be given: %s", failed)
            if press.chat is not None:
                await self.say(press.chat, Answer(pressed.note), press.message)
        if pressed.edit is not None and press.chat is not None and press.message is not None:
            chat, message, words = str(press.chat), press.message, pressed.edit
            await self._tried(lambda: self._line.edit(chat, message, words))

    async def _tried(self, send: Callable[[], Awaitable[None]]) -> None:
        for tried in range(1, _TRIES + 1):
            try:
                await send()
                return
            except Failed as failed:
                pause_s = failed.retry_after_s if failed.retry_after_s is not None else _PAUSE_S
                if tried == _TRIES or failed.hopeless or failed.slow or pause_s > _LONGEST_PAUSE_S:
                    log.warning("an answer in the chat is not given: %s", failed)
                    return
                await asyncio.sleep(pause_s)
