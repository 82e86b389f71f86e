"""What goes back to a person: the words of an end without an answer, and the sending of all."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from services.notifier.channels.base import Failed
from services.notifier.channels.telegram_line import Line
from services.notifier.chat.admission import OLD_S
from services.notifier.chat.asking import NoAnswer
from services.notifier.chat.command import Answer, Pressed, Wrong
from services.notifier.chat.updates import Press, readable
from services.notifier.pauses import asked_pause_s

log = logging.getLogger(__name__)
FOREIGN = Answer("A forwarded message is not carried out: write the command yourself.")
EDITED = Answer("An edited message is not carried out: send the command anew.")
_TRIES, _PAUSE_S = 3, 2.0
_ASKED_S = 60.0
"""So long in all an answer waits because Telegram asks for pauses: several at once in a chat take turns that way."""


async def answer_of(work: Awaitable[Answer], usage: str = "") -> Answer:
    """The answer, or why there is none."""
    try:
        return await work
    except Wrong as wrong:
        return Answer(f"{wrong}\n{usage}" if usage else str(wrong))
    except NoAnswer as none:
        return Answer(str(none))
    except Exception:
        log.exception("a command of the chat failed")
        return Answer("That failed by a fault of our own; it is in the log.")


def too_old(text: str) -> Answer:
    """To what was written too long ago."""
    command = text.split(maxsplit=1)[0][:40] if text.split() else ""
    return Answer(f"{command} was written over {OLD_S / 60:.0f} minutes ago: too old to act on. Send it again if it still holds.")


class Talker:
    """Never raises Failed."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def say(self, chat: int, answer: Answer, reply_to: int | None = None) -> None:
        """Answer a message in its chat."""

        async def post() -> None:
            await self._line.post(str(chat), readable(answer.text), buttons=answer.buttons, reply_to=reply_to)

        await self._tried(post)

    async def note(self, press: Press, pressed: Pressed) -> None:
        """Tell the one who pressed; when Telegram takes that no more, as a message."""
        try:
            await self._line.answer(press.query, readable(pressed.note), alert=pressed.alert)
        except Failed as failed:
            log.info("a note to a button cannot be given: %s", failed)
            if press.chat is not None:
                await self.say(press.chat, Answer(pressed.note), press.message)
        if pressed.edit is not None and press.chat is not None and press.message is not None:
            chat, message, words = str(press.chat), press.message, readable(pressed.edit)
            await self._tried(lambda: self._line.edit(chat, message, words))

    async def _tried(self, send: Callable[[], Awaitable[None]]) -> None:
        tries, asked_s = 0, 0.0
        while True:
            try:
                await send()
                return
            except Failed as failed:
                if failed.retry_after_s is None:
                    tries, pause_s = tries + 1, _PAUSE_S
                else:
                    pause_s = max(1.0, asked_pause_s(failed)) * random.uniform(1.0, 1.5)  # noqa: S311 - spreads those that wait
                    asked_s += pause_s
                if tries == _TRIES or asked_s > _ASKED_S or failed.hopeless or failed.slow:
                    log.warning("an answer in the chat is not given: %s", failed)
                    return
                await asyncio.sleep(pause_s)
