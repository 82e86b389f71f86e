"""From updates to what is done: who did it, whether it may be acted on, and at most once.

A command counts as handled before it is carried out: a kill in between loses it, and the person, unanswered, sends it again. An
acknowledgement and a confirmed stop count as handled afterwards: a kill in between repeats them, which changes nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any

from services.notifier.channels.telegram_line import Line
from services.notifier.chat.admission import Freshness, Strangers
from services.notifier.chat.answering import EDITED, FOREIGN, Talker, answer_of, too_old
from services.notifier.chat.command import Answer, Call, Pressed
from services.notifier.chat.commands import Commands
from services.notifier.chat.updates import Offset, Press, Words, number_of, read
from services.shared.clock import Clock

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20


class Listener:
    """`name` is the bot's own, None until it is known."""

    def __init__(self, line: Line, commands: Commands, people: Mapping[int, str], offset: Offset, clock: Clock) -> None:
        self.name: str | None = None
        self._talker = Talker(line)
        self._commands = commands
        self._people = people
        self._offset = offset
        self._clock = clock
        self._fresh = Freshness()
        self._strangers = Strangers()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def offset(self) -> int:
        """From where to ask."""
        return self._offset.asked(self._clock.now())

    async def take(self, updates: Sequence[Any]) -> None:
        """What one poll brought, in its order. What is too old is said once for each chat."""
        self._fresh.polled(self._clock.now())
        late: dict[int, Words] = {}
        for update in updates:
            number = number_of(update)
            if number is None:
                continue
            try:
                await self._one(update, number, late)
            except Exception:
                log.exception("an update of the chat cannot be handled")
            self._offset.handled(number, self._clock.now())
        await self._offset.save()
        for chat, words in late.items():
            self._spawn(self._talker.say(chat, too_old(words.text), words.message))

    async def close(self) -> None:
        """End what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _one(self, update: Any, number: int, late: dict[int, Words]) -> None:
        heard = read(update)
        if heard is None or not self._is_known(heard):
            return
        if isinstance(heard, Press):
            await self._press(heard, number)
        else:
            await self._words(heard, number, late)

    def _is_known(self, heard: Words | Press) -> bool:
        known = heard.user in self._people
        if not known:
            self._strangers.met(heard.user, heard.chat, self._clock.now())
        return known

    async def _words(self, heard: Words, number: int, late: dict[int, Words]) -> None:
        parts = heard.text.split()
        name, _, bot = parts[0][1:].partition("@") if parts and parts[0].startswith("/") else ("", "", "")
        if (bot and bot.lower() != (self.name or "").lower()) or (not name and heard.in_group):
            return
        if len(self._tasks) >= MOST_AT_ONCE and name.lower() != "stop":
            log.warning("too much is asked at once in the chat: /%s is left out", name[:20])
            return
        if heard.foreign or heard.edited:
            self._answer(heard, FOREIGN if heard.foreign else EDITED)
        elif self._fresh.is_old(heard.at, self._clock.now()):
            late[heard.chat] = heard
        else:
            await self._command(heard, number, name.lower(), tuple(parts[1:]))

    async def _command(self, heard: Words, number: int, name: str, words: tuple[str, ...]) -> None:
        command = self._commands.named.get("help" if name == "start" else name)
        if command is None:
            self._answer(heard, self._commands.unknown(heard.text))
            return
        call = Call(self._people[heard.user], heard.user, words, self._clock.now())
        log.info("%s asks /%s %s", call.who, name, " ".join(words)[:100])
        if command.repeatable:
            self._answer(heard, await answer_of(command.run(call), command.usage))
            return
        self._offset.handled(number, call.now)
        await self._offset.save()
        self._spawn(self._carry_out(heard, command.run(call), command.usage))

    async def _press(self, press: Press, number: int) -> None:
        handler = self._commands.handler_of(press.data)
        place = None if press.chat is None or press.message is None else (press.chat, press.message)
        call = Call(self._people[press.user], press.user, (), self._clock.now(), place, press.text)
        if handler is None:
            self._spawn(self._talker.note(press, Pressed("This button is of no use any more")))
            return
        log.info("%s presses %s", call.who, press.data.partition(":")[0])
        pressed = await handler(call, press.data)
        self._spawn(self._talker.note(press, pressed))
        if pressed.then is None:
            return
        if pressed.repeatable:
            self._spawn(self._tell(press, await answer_of(pressed.then())))
            return
        self._offset.handled(number, call.now)
        await self._offset.save()
        self._spawn(self._after(press, pressed.then))

    async def _after(self, press: Press, then: Callable[[], Awaitable[Answer]]) -> None:
        await self._tell(press, await answer_of(then()))

    async def _tell(self, press: Press, answer: Answer) -> None:
        if press.chat is not None:
            await self._talker.say(press.chat, answer, press.message)

    async def _carry_out(self, heard: Words, work: Awaitable[Answer], usage: str) -> None:
        await self._talker.say(heard.chat, await answer_of(work, usage), heard.message)

    def _answer(self, heard: Words, answer: Answer) -> None:
        self._spawn(self._talker.say(heard.chat, answer, heard.message))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="chat")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("an answer in the chat failed by a fault of our own", exc_info=fault)
