"""The chat: asks Telegram for what people did, answers those on the list, and nobody else."""

import asyncio
import logging
import random
from dataclasses import dataclass

from services.notifier.channels.base import Failed, Taken
from services.notifier.channels.telegram_line import Line
from services.notifier.chat.admission import allowed
from services.notifier.chat.asking import Asking
from services.notifier.chat.command import Desk
from services.notifier.chat.commands import Commands, CurrentState
from services.notifier.chat.listener import Listener
from services.notifier.chat.updates import KINDS, Offset
from services.notifier.own_fault import own_fault
from services.notifier.pauses import asked_pause_s
from services.notifier.store import Store
from services.shared.clock import Clock
from services.shared.settings import Settings

log = logging.getLogger(__name__)

_HANGS_S = 30.0
"""So long after its own end a poll is given up, whatever it waits for."""
_SHORTEST_ASKED_S = 1.0
"""Who asks for a pause gets one, whatever figure stands in the answer."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A poll waits `poll_s` for news. Pauses after a failure double from `first_s` to `longest_s`, with jitter; after one that
    ended too early without news it is `first_s`."""

    poll_s: float = 50.0
    first_s: float = 1.0
    longest_s: float = 60.0
    taken_s: float = 30.0


class Chat:
    """Has its own connections, so that a chat that hangs holds up no message. `reason` is why nobody is answered, or empty.

    `is_deaf`: nobody is heard; None before that is known. `deaf_since_mono_s`: since when so although Telegram can be reached.
    """

    def __init__(
        self, settings: Settings, store: Store, desk: Desk, asking: Asking, clock: Clock,
        state: CurrentState = lambda: None, *, pace: Pace | None = None,
    ) -> None:  # fmt: skip
        self.reason = ""
        self.is_deaf: bool | None = None
        self.deaf_since_mono_s: float | None = None
        self._is_taken = False
        self._told = settings.notifications
        self._store = store
        self._clock = clock
        self._pace = pace or Pace()
        self._people = allowed(settings)
        self._commands = Commands(settings, desk, asking, state)
        self._failures = 0
        self._offered = False
        self._wait_s = 0.0

    async def run(self) -> None:
        """Listen for ever; returns at once where there is nothing to listen to."""
        if not self._told.telegram_token.get_secret_value() or not self._people:
            log.info("nobody may ask by Telegram: telegram_token or telegram_users is empty")
            self.is_deaf = False
            return
        line = Line(self._told)
        listener = Listener(line, self._commands, self._people, Offset(self._store), self._clock)
        try:
            while True:
                await self._once(line, listener)
        finally:
            await listener.close()
            await line.close()

    async def _once(self, line: Line, listener: Listener) -> None:
        before, began_s = listener.offset, self._clock.now().mono_s
        try:
            if not listener.name:
                listener.name = await line.me()
                self._offered = False
            async with asyncio.timeout(self._wait_s + _HANGS_S):
                updates = await line.updates(before, KINDS, self._wait_s)
        except Exception as error:
            await self._failed(error, line)
            return
        is_early = not updates and self._clock.now().mono_s - began_s < self._wait_s
        self._failures, self._wait_s = 0, self._pace.poll_s
        if not (self._is_taken and updates):  # what came may have come to the other program as well as to us
            self._hears()
        await self._offer(line)
        await listener.take(updates)
        if is_early or (updates and listener.offset == before):
            await asyncio.sleep(self._pace.first_s)  # nothing, without the wait for it, or what cannot be read: again at once

    async def _failed(self, error: Exception, line: Line) -> None:
        failed = error if isinstance(error, Failed) else own_fault("the Telegram chat", error)
        is_taken = isinstance(failed, Taken)
        self._is_taken = self._is_taken or is_taken
        self._deaf(f"does not listen: {failed}", reached=is_taken or await _knows_us(line))
        # The next one returns at once and shows that all is well, but not where another poller would be cut off by it.
        self._wait_s = self._pace.poll_s if self._is_taken else 0.0
        await asyncio.sleep(self._pause_s(failed))

    async def _offer(self, line: Line) -> None:
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
            return max(_SHORTEST_ASKED_S, asked_pause_s(failed))
        if isinstance(failed, Taken):
            return random.uniform(0.5, 1.0) * pace.taken_s  # noqa: S311 - spreads pollers, keeps no secret
        longest = pace.longest_s if failed.slow else min(pace.longest_s, pace.first_s * 2.0 ** min(self._failures, 30))
        return random.uniform(0.5, 1.0) * longest  # noqa: S311

    def _hears(self) -> None:
        self._is_taken, self.is_deaf, self.deaf_since_mono_s = False, False, None
        self._tell("")

    def _deaf(self, reason: str, *, reached: bool) -> None:
        self.is_deaf = True
        if reached and self.deaf_since_mono_s is None:
            self.deaf_since_mono_s = self._clock.now().mono_s
        self._tell(reason)

    def _tell(self, reason: str) -> None:
        if reason != self.reason:
            log.log(logging.WARNING if reason else logging.INFO, "the Telegram chat %s", reason or "listens")
        self.reason = reason


async def _knows_us(line: Line) -> bool:
    """Whether Telegram knows us just now; what only cannot be reached is no fault of the listening."""
    try:
        await line.me()
    except Exception:
        return False
    return True
