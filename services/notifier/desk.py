"""Where alarms and people's acts come in: hears the owners, passes over what stands, takes acknowledgements and shelves."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping

from services.notifier import alarms, answers
from services.notifier.board import Publish, brief
from services.notifier.change import Change
from services.notifier.channels.base import Channel
from services.notifier.passing import SHELVES, Passing
from services.notifier.record import Record
from services.notifier.stages.effect import Plant
from services.notifier.store import Store
from services.notifier.text import one_line
from services.shared.clock import Clock, Moment
from services.shared.messages import Alarm, State
from services.shared.settings.tree import Settings

log = logging.getLogger(__name__)

TICK_S = 1.0
BREATH_S = 0.1
"""Between two passes: what comes in a flood is looked at together."""
_NAME = 100


class Desk:
    """`records` holds every alarm ever heard of, by key; `outbox` the messages that wait; `people` who is told; `shelves` what is
    put aside. `post` writes messages and lets them go, `publish` says what stands."""

    def __init__(
        self, settings: Settings, store: Store, clock: Clock, publish: Publish, channels: Mapping[str, Channel | str]
    ) -> None:
        self._clock = clock
        self._ack_s = settings.notifications.acknowledged_hours * 3_600.0
        self._news = asyncio.Event()
        self.passed_mono_s = float("-inf")
        self._passing = Passing(settings, store, clock, publish, channels)
        self.records, self.rules, self.shelves = self._passing.records, self._passing.rules, self._passing.shelves
        self.outbox, self.people = self._passing.outbox, self._passing.people
        self.post, self.publish = self._passing.post, self._passing.publish

    @property
    def steps_taken(self) -> int:
        """How many steps all alarms have taken."""
        return self._passing.steps_taken

    def hear(self, alarm: Alarm) -> None:
        """An owner's word."""
        if self._passing.hear(brief(alarm)):
            self._news.set()

    def see(self, state: State) -> None:
        """The controller's state. What it proves of the load is told with the next pass."""
        self._passing.plant = Plant.of(state, self._clock.now())

    async def run(self, levels: Callable[[Moment], Iterable[Alarm]], is_forsaken: Callable[[Record, Moment], bool]) -> None:
        """Pass over the alarms at any news and once a second, for ever. `levels` are the alarms of our own."""
        await self._passing.begin()
        while True:
            now = self._clock.now()
            self.passed_mono_s = now.mono_s
            for alarm in levels(now):
                self.hear(alarm)
            for record in [one for one in self.records.values() if one.active and is_forsaken(one, now)]:
                log.info("%s: its owner %s began anew and does not know it", record.key, record.source)
                self.records[record.key] = alarms.forsaken(record, self._passing.now(), self.rules)
            await self._passing.take(self._passing.now())
            await asyncio.sleep(BREATH_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._news.wait()
            self._news.clear()

    async def acknowledge(self, key: str, who: str) -> str | None:
        """A person has seen an alarm. Returns why not, or None."""
        now, record = self._passing.now(), self.records.get(key)
        if record is None or record.told is None or not record.shown:
            return f"there is no open alarm {one_line(key, _NAME)}"
        if record.acknowledged_by:
            return f"{key} was acknowledged by {record.acknowledged_by} before"
        who = one_line(who, _NAME)
        log.info("%s is acknowledged by %s", key, who)
        self.records[key] = seen = answers.acknowledged(record, who, now.wall_s + self._ack_s, now)
        await self._passing.take(
            now, Change(records={key: seen}, transitions=[alarms.transition(seen, "acknowledged", now, who)])
        )
        return None

    async def shelve(self, pattern: str, minutes: float, who: str, reason: str = "") -> str | None:
        """Put an alarm, or all whose key matches, aside for so long. Returns why not, or None."""
        who, now = one_line(who, _NAME), self._passing.now()
        refusal = self.shelves.add(pattern, now.wall_s + minutes * 60.0, who, reason, now, self.records.get(pattern))
        if refusal is None:
            log.info("%s is shelved by %s for %.0f min: %s", pattern, who, minutes, one_line(reason, _NAME))
            await self._passing.take(now, Change(facts={SHELVES: self.shelves.document()}))
        return refusal

    async def unshelve(self, pattern: str, who: str) -> str | None:
        """Take a shelf back before its end. Returns why not, or None."""
        if not self.shelves.remove(pattern):
            return f"{one_line(pattern, _NAME)} is not shelved"
        log.info("%s is taken from its shelf by %s", pattern, one_line(who, _NAME))
        await self._passing.take(self._passing.now(), Change(facts={SHELVES: self.shelves.document()}), who=one_line(who, _NAME))
        return None
