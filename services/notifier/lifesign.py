"""The sign of life to an outside watcher, who calls when it stops: a dead Pi cannot send. It is given only after a self-test."""

import asyncio
import logging
import random
from collections.abc import Callable

from services.notifier.account import UNWATCHED
from services.notifier.own_fault import own_fault
from services.notifier.pinging import Pinging
from services.notifier.text import moment
from services.shared.clock import Clock, Moment
from services.shared.settings.sections import Notifications

log = logging.getLogger(__name__)

LOOK_S = 1.0
SETTLING_S = 60.0
"""After a start what is tested has so long to be there."""
FIRST_PAUSE_S, GAP_S = 5.0, 30.0
"""A change of the verdict is told at once, but not more than twice a minute: hosted, a check takes 5 pings in one."""
LOST_AFTER_PERIODS = 3

Test = Callable[[Moment], tuple[str, ...]]
"""The reasons why we are not well; none when we are."""
Content = Callable[[Moment], str]
"""What the site does, in lines."""


class LifeSign:
    """Tests itself every second; pings every `period_s`, and at once when the verdict changes. As a task it delays nobody."""

    def __init__(self, url: str, period_s: float, clock: Clock, test: Test, content: Content) -> None:
        self._period_s = period_s
        self._clock = clock
        self._test = test
        self._content = content
        self._began_mono_s = self._due_mono_s = clock.now().mono_s
        self._tried_mono_s = float("-inf")
        self._failures = 0
        self._told: bool | None = None
        self.door = Pinging(url, clock)
        self.reasons: tuple[str, ...] = ()

    async def run(self) -> None:
        """Say that we start, then ping for ever; cancel to stop. Never raises else."""
        try:
            await self.door.ping("start", self._content_at(self._clock.now()))
            while True:
                now = self._clock.now()
                self.reasons = self._tested(now)
                if self._is_due(now):
                    await self._ping(now)
                await asyncio.sleep(LOOK_S)
        finally:
            await self.door.close()

    def is_lost(self, now: Moment) -> bool:
        """Whether the watcher could not be reached for three periods."""
        last_s = self._began_mono_s if self.door.last_mono_s is None else self.door.last_mono_s
        return now.mono_s - last_s >= LOST_AFTER_PERIODS * self._period_s

    def words(self, now: Moment, clock: Callable[[float], str] = moment) -> str:
        """Who watches us, in a sentence; `clock` writes a moment of Unix seconds."""
        if self.door.last_at is None:
            return f"The outside watcher has not been reached yet{f': {self.door.fault}' if self.door.fault else ''}."
        lost = f", and now it is not reached: {self.door.fault}" if self.is_lost(now) else ""
        return f"The outside watcher heard us at {clock(self.door.last_at)}{lost}."

    def _is_due(self, now: Moment) -> bool:
        if self._told is None and self.reasons and now.mono_s - self._began_mono_s < SETTLING_S:
            return False
        if now.mono_s >= self._due_mono_s:
            return True
        changed = self._told is not None and self._told != (not self.reasons) and not self._failures
        return changed and now.mono_s - self._tried_mono_s >= GAP_S

    async def _ping(self, now: Moment) -> None:
        well = not self.reasons
        self._tried_mono_s = now.mono_s
        body = "\n".join((*(f"- {reason}" for reason in self.reasons), self._content_at(now)))
        asked_s = await self.door.ping("" if well else "fail", body)
        if asked_s is not None:
            self._failures += 1
            self._due_mono_s = self._clock.now().mono_s + max(self._pause_s(), asked_s)
            return
        if self._told != well:
            level = logging.INFO if well else logging.WARNING
            log.log(level, "the outside watcher is told: %s", "; ".join(self.reasons) or "well")
        self._failures, self._told = 0, well
        self._due_mono_s = now.mono_s + self._period_s

    def _pause_s(self) -> float:
        longest_s = min(FIRST_PAUSE_S * 2.0 ** min(self._failures, 20), self._period_s)
        return random.uniform(longest_s / 2, longest_s)  # noqa: S311 - to spread, not to hide

    def _tested(self, now: Moment) -> tuple[str, ...]:
        try:
            return self._test(now)
        except Exception as error:
            return (f"the self-test itself failed: {own_fault('the self-test', error)}",)

    def _content_at(self, now: Moment) -> str:
        try:
            return self._content(now)
        except Exception as error:
            return f"What the site does cannot be told: {own_fault('the account of the site', error)}."


def life_sign(told: Notifications, clock: Clock, test: Test, content: Content) -> LifeSign | None:
    """The one of the settings, or None where nobody outside watches."""
    url = told.heartbeat_url.get_secret_value()
    return LifeSign(url, told.heartbeat_url_minutes * 60.0, clock, test, content) if url else None


def watcher_words(sign: LifeSign | None, now: Moment, clock: Callable[[float], str] = moment) -> str:
    """Who watches us, in a sentence."""
    return UNWATCHED if sign is None else sign.words(now, clock)
