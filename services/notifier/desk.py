"""Where alarms come in and messages go out: keeps the alarms, runs the pipeline, writes before it sends, says what stands."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from services.notifier import alarms, answers, budget, pipeline, timeline
from services.notifier.board import Board, Diary, Publish, brief
from services.notifier.change import Change, Done
from services.notifier.channels.base import Channel
from services.notifier.chat.admission import allowed
from services.notifier.chatter import Chatterers
from services.notifier.incidents import adopted
from services.notifier.message import Draft, Row
from services.notifier.outbox import Outbox
from services.notifier.outcome import Memory, Plan
from services.notifier.people import People
from services.notifier.record import Phase, Receipt, Record, Transition
from services.notifier.rules import Rules
from services.notifier.shelves import Shelves
from services.notifier.store import Store
from services.notifier.text import Site, moment, one_line
from services.notifier.worker import Way
from services.shared.clock import Clock, Moment
from services.shared.messages import Alarm
from services.shared.settings.tree import Settings

log = logging.getLogger(__name__)

TICK_S = 1.0
BREATH_S = 0.1
"""Between two passes: what comes in a flood is looked at together."""
SHELVES = "shelves"
_NAME = 100


class Desk:
    """`records` holds every alarm ever heard of, by key; `outbox` the messages that wait; `people` who is told; `shelves` what is
    put aside; `steps_taken` counts the steps of all alarms."""

    def __init__(
        self, settings: Settings, store: Store, clock: Clock, publish: Publish, channels: Mapping[str, Channel | str]
    ) -> None:
        told, now = settings.notifications, clock.now()
        self._store = store
        self._clock = clock
        self._board = Board(publish)
        self._ack_s = told.acknowledged_hours * 3_600.0
        self._news = asyncio.Event()
        self._diary = Diary()
        self.passed_mono_s = now.mono_s
        self.records: dict[str, Record] = {}
        self.rules = Rules(settings.alarms)
        self.shelves = Shelves.load(store.facts.get(SHELVES, ""))
        way = Way(store, clock, told.retry_seconds, settle=self._settle, on_health=self.publish, post=self.post)
        self.outbox = Outbox(channels, way)
        own = {name: worker.channel.recipients for name, worker in self.outbox.workers.items()}
        self.people = People(settings, own, self.rules)
        self._plan = Plan(
            Site.of(settings.general), self.people, self.rules, told.escalate_minutes * 60.0, answers=bool(allowed(settings))
        )
        self._memory = Memory(budget.Budget.load(told.messages_per_10_minutes, store.facts.get(budget.FACT, "")), self.shelves)
        self.records |= {key: adopted(alarms.resumed(one, now), own) for key, one in store.records.items()}
        self._reckoning = timeline.reckoning(self.records, self._memory, now, store.facts.get(timeline.FACT, ""))
        store.stage(Change(facts={timeline.FACT: timeline.document(self._reckoning)}))
        self._chatterers = Chatterers(self.records.values(), self._reckoning.moment(now))
        self.steps_taken = 0

    def hear(self, alarm: Alarm) -> None:
        """An owner's word."""
        now, said = self._now(), self._reckoning.heard(brief(alarm), self._clock.now())
        record = alarms.heard(self.records.get(said.key), said, now, self.rules)
        if record is not None:
            self.records[said.key] = record
            self._news.set()

    async def run(self, levels: Callable[[Moment], Iterable[Alarm]], is_forsaken: Callable[[Record, Moment], bool]) -> None:
        """Pass over the alarms at any news and once a second, for ever. `levels` are the alarms of our own."""
        await self._store.save(Change(dropped=self.outbox.orphans))
        while True:
            now = self._clock.now()
            self.passed_mono_s = now.mono_s
            for alarm in levels(now):
                self.hear(alarm)
            for record in [one for one in self.records.values() if one.active and is_forsaken(one, now)]:
                log.info("%s: its owner %s began anew and does not know it", record.key, record.source)
                self.records[record.key] = alarms.forsaken(record, self._now(), self.rules)
            await self._pass(self._now())
            await asyncio.sleep(BREATH_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._news.wait()
            self._news.clear()

    async def post(self, drafts: Iterable[Draft], facts: Mapping[str, str] | None = None) -> None:
        """Write messages, and facts with them, then let them go."""
        await self._commit(Change(facts=dict(facts or {})), drafts)

    async def acknowledge(self, key: str, who: str) -> str | None:
        """A person has seen an alarm. Returns why not, or None."""
        now, record = self._now(), self.records.get(key)
        if record is None or record.told is None or not record.shown:
            return f"there is no open alarm {one_line(key, _NAME)}"
        if record.acknowledged_by:
            return f"{key} was acknowledged by {record.acknowledged_by} before"
        who = one_line(who, _NAME)
        log.info("%s is acknowledged by %s", key, who)
        self.records[key] = seen = answers.acknowledged(record, who, now.wall_s + self._ack_s, now)
        await self._pass(now, Change(records={key: seen}, transitions=[alarms.transition(seen, "acknowledged", now, who)]))
        return None

    async def shelve(self, pattern: str, minutes: float, who: str, reason: str = "") -> str | None:
        """Put an alarm, or all whose key matches, aside for so long. Returns why not, or None."""
        who, now = one_line(who, _NAME), self._now()
        held = self.records.get(pattern)
        kind = held.kind if held is not None and held.stands else None
        refusal = self.shelves.add(pattern, now.wall_s + minutes * 60.0, who, reason, now, kind)
        if refusal is None:
            log.info("%s is shelved by %s for %.0f min: %s", pattern, who, minutes, one_line(reason, _NAME))
            await self._pass(now, Change(facts={SHELVES: self.shelves.document()}))
        return refusal

    async def unshelve(self, pattern: str, who: str) -> str | None:
        """Take a shelf back before its end. Returns why not, or None."""
        if not self.shelves.remove(pattern):
            return f"{one_line(pattern, _NAME)} is not shelved"
        log.info("%s is taken from its shelf by %s", pattern, one_line(who, _NAME))
        await self._pass(self._now(), Change(facts={SHELVES: self.shelves.document()}), who=one_line(who, _NAME))
        return None

    def publish(self) -> None:
        """Say what stands, if it is not what was said last."""
        self._board.show(self.records.values(), self.outbox.health())

    def _now(self) -> Moment:
        """This moment as reckoned. Where the clock was set, all that is counted by it is set first, in one piece."""
        now = self._clock.now()
        if (step := self._reckoning.look(now)) is not None:
            log.warning("the clock was set by %+.0f s", step.by_s)
            moved, self._memory = timeline.set_by(self.records, self._memory, step)
            self.records |= moved
            kept = {key: record for key, record in moved.items() if record.phase is not Phase.NEW}
            facts = {SHELVES: self.shelves.document(), budget.FACT: self._memory.budget.document(), timeline.FACT: ""}
            self._store.stage(Change(records=kept, facts=facts))
        return self._reckoning.moment(now)

    async def _pass(self, now: Moment, with_it: Change | None = None, who: str = "") -> None:
        """Run the pipeline and write what it found, with a change that a person made, in one piece."""
        change = with_it or Change()
        if self.shelves.expire(now):
            change.facts[SHELVES] = self.shelves.document()
        out = pipeline.step(self.records, self._memory, self._plan, now)
        if out.budget != self._memory.budget:
            change.facts[budget.FACT] = out.budget.document()
        changed = {key: record for key, record in out.changed.items() if self.records.get(key) != record}
        self._diary.note(changed.values(), out.reasons)
        change.records |= changed
        change.transitions += [_by(one, who) for one in out.transitions]
        begun = self._chatterers.begun((self.records | changed).values(), now)
        change.transitions += [alarms.transition(one, "chattering", now) for one in begun]
        self.steps_taken += len(change.transitions)
        self._memory = Memory(out.budget, self.shelves, out.said)
        await self._commit(change, out.drafts)

    async def _commit(self, change: Change, drafts: Iterable[Draft]) -> None:
        self.records |= change.records
        rows = self.outbox.rows_of(drafts, self._clock.now().wall_s)
        change.dropped |= self.outbox.superseded(rows)
        change.rows |= {row.id: row for row in rows}
        change.records = {key: record for key, record in change.records.items() if record.phase is not Phase.NEW}
        await self._store.save(change)
        self.outbox.replace(rows, change.dropped)
        self.publish()

    async def _settle(self, row: Row, words: str, delivered: bool) -> None:
        at = self._clock.now().wall_s
        said = f"{row.channel} {'accepted' if delivered else 'refused'} at {moment(at)}"
        receipt = Receipt(row.channel, said if delivered and not words else f"{said} ({words})", delivered)
        known = [self.records[key] for key in row.keys if key in self.records and _tells_of(row, self.records[key])]
        changed = {record.key: alarms.with_receipt(record, receipt) for record in known}
        self.records |= changed
        await self._store.save(Change(records=changed, done=[Done(row, at, receipt.text)]))
        self.publish()


def _tells_of(row: Row, record: Record) -> bool:
    """Whether it is of this life of the alarm. A row of a version before incidents has no thread."""
    told_in = {told.thread for told in record.told_to}
    return record.phase is not Phase.NEW and (not row.thread or row.thread in told_in)


def _by(step: Transition, who: str) -> Transition:
    """What a person took back from a shelf was nobody's end."""
    return replace(step, who=who) if who and step.what == "unshelved" else step
