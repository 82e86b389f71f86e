"""Whether each way to people works: its provider is asked at the start, and every week a real message goes by it.

What came of the last test is written down, and stands as an alarm while that failed.
"""

import asyncio
import logging
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from services.notifier import text
from services.notifier.channels.base import Failed
from services.notifier.desk import Desk
from services.notifier.message import Text
from services.notifier.trial.check import Checks
from services.notifier.trial.message import TrialMessage
from services.notifier.trial.weekly import FACT, SINCE, Result, last_due_at, read
from services.notifier.worker import Worker
from services.shared.clock import Clock
from services.shared.numbers import finite
from services.shared.settings.tree import Settings

log = logging.getLogger(__name__)

MADE_UP_WITHIN_S = 86_400.0
AGAIN_AFTER_S = 3_600.0
"""A link that was away at ten is back at eleven: what failed is tried again each hour of that day."""
ASKED_WITHIN_S = 20.0
WEEKLY_WITHIN_S = 600.0
_WEEKLY_TRIES = 3
_LOOK_EACH_S = 5.0


class Trial:
    """`facts` are the desk's, as they were stored."""

    def __init__(self, settings: Settings, desk: Desk, clock: Clock, facts: Mapping[str, str]) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.general.timezone)
        self._desk = desk
        self._clock = clock
        self._workers = desk.outbox.workers
        self._checks = Checks(self._workers, desk.people, clock, settings.notifications.retry_seconds)
        self._since_at = finite(facts.get(SINCE, ""))
        self._tested_at: dict[str, float] = {}
        self._unfinished: dict[str, TrialMessage] = {}
        for name, worker in self._workers.items():
            if (last := read(facts.get(FACT + name, ""))) is not None:
                self._show(worker, last)

    async def run(self) -> None:
        """Ask every provider until it answers, and test every channel each week, for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._checks.run(), name="check")
            group.create_task(self._each_week(), name="weekly-test")

    async def check(self, name: str) -> str:
        """A person asks a provider whether it knows us; nothing is sent. Raises Failed."""
        self._worker(name)
        try:
            async with asyncio.timeout(ASKED_WITHIN_S):
                return await self._checks.check(name)
        except TimeoutError:
            raise Failed(f"no answer within {ASKED_WITHIN_S:g} s") from None

    async def test(self, name: str) -> str:
        """A person asks for a message; it goes at once, to persons too whom the weekly one did not reach. Raises Failed."""
        words = text.trial_text(text.Site.of(self._settings.general), self._clock.now().wall_s)
        worker, weekly = self._worker(name), self._unfinished.get(name)
        message = self._message(worker, words, weekly.persons_left if weekly is not None else {})
        return await self._tested(worker, message, tries=1, within_s=ASKED_WITHIN_S)

    async def test_due(self) -> None:
        """Test the channels whose week is over. A clock that is not trusted does not know."""
        now = self._clock.now()
        due_at = last_due_at(self._settings.notifications.channel_test, self._zone, now.wall_s) if now.wall_trusted else None
        if due_at is None:
            return
        if self._since_at is None or self._since_at > now.wall_s:
            self._since_at = now.wall_s
            await self._desk.post((), {SINCE: str(now.wall_s)})
        if due_at >= self._since_at and now.wall_s - due_at < MADE_UP_WITHIN_S:
            due = [worker for worker in self._workers.values() if self._is_due(worker, due_at, now.wall_s)]
            await asyncio.gather(*(self._test_weekly(worker) for worker in due))

    def _is_due(self, worker: Worker, due_at: float, now_at: float) -> bool:
        at = self._tested_at.get(worker.channel.name, 0.0)
        at = at if at <= now_at else 0.0  # written down by a clock that was ahead
        if at < due_at:
            self._unfinished.pop(worker.channel.name, None)  # of another week
        return at < due_at or (worker.test_failed != "" and now_at - at >= AGAIN_AFTER_S)

    async def _each_week(self) -> None:
        while True:
            await self.test_due()
            await asyncio.sleep(_LOOK_EACH_S)

    async def _test_weekly(self, worker: Worker) -> None:
        """Who took it is not sent it again when it is tried again."""
        name, when = worker.channel.name, f"{self._settings.notifications.channel_test}, {self._zone.key}"
        body = f"Sent each week ({when}). Nothing is to be done."
        words = text.plain_text(self._settings.general.site, "Weekly test: this way to you works", body)
        message = self._unfinished.setdefault(name, self._message(worker, words, self._desk.people.at_all(name)))
        try:
            told = await self._tested(worker, message, tries=_WEEKLY_TRIES, within_s=WEEKLY_WITHIN_S)
            del self._unfinished[name]
            log.info("the weekly test of %s: %s", name, told)
            await self._checks.check(name)  # one of several mailboxes may be gone, and the message was taken
        except Failed as failed:
            log.warning("the weekly test of %s failed: %s", name, failed)

    def _message(self, worker: Worker, words: Text, persons: Mapping[str, str]) -> TrialMessage:
        return TrialMessage(worker, words, self._clock.now().wall_s, self._settings.notifications.retry_seconds, persons)

    async def _tested(self, worker: Worker, message: TrialMessage, *, tries: int, within_s: float) -> str:
        try:
            async with asyncio.timeout(within_s):
                told = await message.sent(tries)
        except TimeoutError:
            failed = Failed(f"no answer within {within_s:g} s")
        except Failed as error:
            failed = error
        else:
            worker.checked(None)
            await self._note(worker, told, ok=True)
            return told
        await self._note(worker, str(failed), ok=False)
        raise failed

    async def _note(self, worker: Worker, words: str, *, ok: bool) -> None:
        result = Result(self._clock.now().wall_s, ok, words)
        self._show(worker, result)
        await self._desk.post((), {FACT + worker.channel.name: result.document()})

    def _show(self, worker: Worker, result: Result) -> None:
        self._tested_at[worker.channel.name] = result.at
        worker.tested(result.words, result.ok, result.at)

    def _worker(self, name: str) -> Worker:
        if name in self._workers:
            return self._workers[name]
        reasons = {one.name: one.reason for one in self._desk.outbox.health()}
        raise Failed(reasons.get(name) or f"there is no channel {name[:40]!r}; there are {', '.join(reasons)}")
