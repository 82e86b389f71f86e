"""The chat: asks Telegram for what people did, answers those on the list, and nobody else."""

import asyncio
import logging
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.notifier.channels.base import Failed
from services.notifier.channels.telegram_failed import Taken
from services.notifier.chat.asking import Asking
from services.notifier.chat.command import Desk
from services.notifier.chat.commands import Commands
from services.notifier.chat.offset import Offset
from services.notifier.chat.people import allowed
from services.notifier.chat.updates import KINDS
from services.notifier.store import Store
from services.shared.clock import Clock
from services.shared.messages import State
from services.shared.settings import Settings

if TYPE_CHECKING:
    from services.notifier.channels.telegram_line import Line
    from services.notifier.chat.listener import Listener

log = logging.getLogger(__name__)

_HANGS_S = 30.0
"""So long after its own end a poll is given up, whatever the library waits for."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A poll waits `poll_s` for news. Pauses after a failure double from `first_s` to `longest_s`, with jitter."""

    poll_s: float = 50.0
    first_s: float = 1.0
    longest_s: float = 60.0
    taken_s: float = 30.0


class Chat:
    """Has its own connections, so that a chat that hangs holds up no message. `reason` is why nobody is answered, or empty."""

    def __init__(
        self, settings: Settings, store: Store, desk: Desk, asking: Asking, clock: Clock, *, pace: Pace | None = None
    ) -> None:
        self.reason = ""
        self._told = settings.notifications
        self._store = store
        self._clock = clock
        self._pace = pace or Pace()
        self._people = allowed(settings)
        self._state: State | None = None
        self._commands = Commands(settings, desk, asking, lambda: self._state)
        self._failures = 0
        self._offered = False
        self._wait_s = 0.0

    def take_state(self, state: State) -> None:
        """The controller's state."""
        self._state = state

    async def run(self) -> None:
        """Listen for ever; returns at once where there is nothing to listen to."""
        if not self._told.telegram_token.get_secret_value() or not self._people:
            log.info("nobody may ask by Telegram: telegram_token or telegram_users is empty")
            return
        try:
            from services.notifier.channels.telegram_line import Line  # noqa: PLC0415 - a broken library silences the chat alone
            from services.notifier.chat.listener import Listener  # noqa: PLC0415

            line = Line(self._told)
        except Exception as error:
            self._tell(f"does not listen: the Telegram library cannot be loaded ({type(error).__name__})")
            return
        listener = Listener(line, self._commands, self._people, Offset(self._store), self._clock)
        try:
            while True:
                await self._once(line, listener)
        finally:
            await listener.close()
            await line.close()

    async def _once(self, line: "Line", listener: "Listener") -> None:
        before = listener.offset
        try:
            if not listener.name:
                listener.name = await line.me()
                self._offered = False
            async with asyncio.timeout(self._wait_s + _HANGS_S):
                updates = await line.updates(before, KINDS, self._wait_s)
        except Exception as error:
            failed = error if isinstance(error, Failed) else Failed(f"has a fault of our own ({type(error).__name__})")
            self._tell(f"does not listen: {failed}")
            # The next one returns at once and shows that all is well, but not where another poller would be cut off by it.
            self._wait_s = self._pace.poll_s if isinstance(failed, Taken) else 0.0
            await asyncio.sleep(self._pause_s(failed))
            return
        self._failures, self._wait_s = 0, self._pace.poll_s
        self._tell("")
        await self._offer(line)
        await listener.take(updates)
        if updates and listener.offset == before:
            await asyncio.sleep(self._pace.first_s)  # it cannot be read, and would come again at once

    async def _offer(self, line: "Line") -> None:
        if self._offered:
            return
        try:
            await line.offer(self._commands.offered)
            self._offered = True
        except Failed as failed:
            self._offered = failed.hopeless
            log.info("the app does not offer the commands: %s", failed)

    def _pause_s(self, failed: Failed) -> float:
        self._failures += 1
        pace = self._pace
        if failed.retry_after_s is not None:
            return failed.retry_after_s
        if isinstance(failed, Taken):
            return random.uniform(0.5, 1.0) * pace.taken_s  # noqa: S311 - spreads pollers, keeps no secret
        longest = pace.longest_s if failed.slow else min(pace.longest_s, pace.first_s * 2.0 ** min(self._failures, 30))
        return random.uniform(0.5, 1.0) * longest  # noqa: S311

    def _tell(self, reason: str) -> None:
        if reason != self.reason:
            log.log(logging.WARNING if reason else logging.INFO, "the Telegram chat %s", reason or "listens")
        self.reason = reason
