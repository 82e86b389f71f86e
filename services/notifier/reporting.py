"""Tells how the alarms themselves do: on the bus at the start, each hour and soon after a change; to people once a month."""

import asyncio
import logging
from zoneinfo import ZoneInfo

from services.notifier.board import Publish
from services.notifier.desk import TICK_S, Desk
from services.notifier.message import Draft
from services.notifier.monthly import last_due_at, month_of, name_of
from services.notifier.report import DAY_S, DAYS, LOOK_BACK_S, Window, report_of
from services.notifier.report_words import report_text
from services.notifier.routing import channels_for
from services.notifier.store import Store
from services.shared.clock import Clock, Moment
from services.shared.messages import AlarmReport
from services.shared.numbers import finite
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind

log = logging.getLogger(__name__)

SINCE = "report_since"
"""The fact since when there are steps: before, nobody counted."""
SENT = "report_sent"
"""The fact which month's report was sent last."""
HOURLY_S = 3_600.0
SETTLE_S, GAP_S = 3.0, 20.0
"""So long after a change, and so long after the last report at least: a flood is one report."""
MADE_UP_WITHIN_S = 3 * DAY_S


class Reporting:
    """`run` is one task. A calendar that is not trusted sends no report to people; on the bus it is marked as such."""

    def __init__(self, settings: Settings, desk: Desk, store: Store, clock: Clock, publish: Publish) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.general.timezone)
        self._desk, self._store, self._clock, self._publish = desk, store, clock, publish
        self._since_at = finite(store.facts.get(SINCE, ""))
        self._sent = store.facts.get(SENT, "")
        self._began_at = clock.now().wall_s
        self._told_mono_s: float | None = None
        self._told_steps = 0
        self._changed_mono_s: float | None = None

    async def run(self) -> None:
        """Report for ever; cancel to stop."""
        while True:
            await self.look()
            await asyncio.sleep(TICK_S)

    async def look(self) -> None:
        """Do what is due now."""
        now = self._clock.now()
        await self._remember_since(now)
        if self._is_due(now):
            await self._tell_bus(now)
        if self._month_due_at(now) is not None:
            await self._tell_people(now)

    def _is_due(self, now: Moment) -> bool:
        if self._told_mono_s is None or now.mono_s - self._told_mono_s >= HOURLY_S:
            return True
        if self._desk.steps_taken == self._told_steps:
            return False
        self._changed_mono_s = now.mono_s if self._changed_mono_s is None else self._changed_mono_s
        return now.mono_s - self._changed_mono_s >= SETTLE_S and now.mono_s - self._told_mono_s >= GAP_S

    async def _tell_bus(self, now: Moment) -> None:
        self._told_mono_s, self._told_steps, self._changed_mono_s = now.mono_s, self._desk.steps_taken, None
        self._publish(await self._report(Window(now.wall_s - DAYS * DAY_S, now.wall_s), now))

    async def _tell_people(self, now: Moment) -> None:
        """The fact that it was sent is written with the messages, so that no restart sends it again."""
        due_at = self._month_due_at(now)
        people = self._desk.people
        ways = people.at(channels_for(AlarmKind.WARNING, people.own), now)
        if due_at is None or not any(ways.values()):
            return
        name = name_of(due_at, self._zone)
        report = await self._report(Window(*month_of(due_at, self._zone)), now)
        text = report_text(self._settings.general.site, report, self._zone)
        drafts = [
            Draft(way, AlarmKind.HEARTBEAT, (), text, recipients, thread=f"report-{name}")
            for way, recipients in ways.items()
            if recipients
        ]
        self._sent = name
        await self._desk.post(drafts, {SENT: name})
        log.info("the alarms' report of the month was sent: %s", text.subject)

    async def _report(self, window: Window, now: Moment) -> AlarmReport:
        """Of as much of the window as steps were kept for."""
        since_at = self._began_at if self._since_at is None else self._since_at
        window = Window(min(max(window.from_at, since_at), window.until_at), window.until_at)
        steps = await self._store.transitions(window.from_at - LOOK_BACK_S)
        return await asyncio.to_thread(report_of, steps, tuple(self._desk.records.values()), window, now.wall_s)

    def _month_due_at(self, now: Moment) -> float | None:
        """When the report was due that nobody was sent yet; None when nothing is owed."""
        day = self._settings.notifications.report_day
        due_at = last_due_at(day, self._zone, now.wall_s) if now.wall_trusted else None
        if due_at is None or self._since_at is None or now.wall_s - due_at >= MADE_UP_WITHIN_S:
            return None
        is_owed = self._since_at < month_of(due_at, self._zone)[1] and name_of(due_at, self._zone) != self._sent
        return due_at if is_owed else None

    async def _remember_since(self, now: Moment) -> None:
        """A calendar that ran ahead for a while is not believed for ever."""
        if now.wall_trusted and (self._since_at is None or self._since_at > now.wall_s):
            self._since_at = min(self._began_at, now.wall_s) if self._since_at is None else now.wall_s
            await self._desk.post((), {SINCE: repr(self._since_at)})
