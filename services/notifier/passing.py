"""One pass over the alarms: the pipeline's result is written in one piece, then it goes out and is published."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from services.notifier import alarms, budget, pipeline, timeline
from services.notifier.board import Board, Diary, Publish
from services.notifier.change import Change, Done
from services.notifier.channels.base import Channel
from services.notifier.chat.admission import allowed
from services.notifier.chatter import Chatterers
from services.notifier.doubt import Doubt
from services.notifier.incidents import adopted
from services.notifier.message import Draft, Row
from services.notifier.outbox import Outbox
from services.notifier.outcome import Memory, Plan
from services.notifier.people import People
from services.notifier.record import Phase, Receipt, Record, Transition
from services.notifier.rules import Rules
from services.notifier.sending import Way
from services.notifier.shelves import Shelves
from services.notifier.stages.effect import Plant
from services.notifier.store import Store
from services.notifier.text import Site, moment
from services.shared.clock import Clock, Moment
from services.shared.messages import Alarm
from services.shared.settings.tree import Settings

log = logging.getLogger(__name__)

SHELVES = "shelves"


class Passing:
    """`records`, `outbox`, `people`, `rules` and `shelves` are the desk's; `plant` is the load as last heard of; `steps_taken`
    counts the steps of all alarms."""

    def __init__(
        self, settings: Settings, store: Store, clock: Clock, publish: Publish, channels: Mapping[str, Channel | str]
    ) -> None:
        told, now = settings.notifications, clock.now()
        self._store, self._clock = store, clock
        self._board, self._diary = Board(publish), Diary()
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
        self.records |= {
            key: adopted(alarms.resumed(one, now, self.people.channels(one.kind, key)), own) for key, one in store.records.items()
        }
        self._reckoning = timeline.reckoning(self.records, self._memory, now, store.facts)
        store.stage(Change(facts=timeline.facts_of(self._reckoning, now)))
        self._doubt = Doubt(self._reckoning.moment(now).wall_s if store.fault is not None else None)
        self._chatterers = Chatterers(self.records.values(), self._reckoning.moment(now))
        self.plant: Plant | None = None
        self.steps_taken = 0

    def hear(self, alarm: Alarm) -> bool:
        """An owner's word becomes a record. Returns whether there is one."""
        now, said = self.now(), self._reckoning.heard(alarm, self._clock.now())
        known = self.records.get(said.key)
        record = alarms.heard(known, said, now, self.rules, alarm.since_at)
        if record is None:
            return False
        if known is None:
            self._doubt.heard(record)
        self.records[said.key] = record
        return True

    async def begin(self) -> None:
        """Drop what waits for a channel that is no more."""
        await self._store.save(Change(dropped=self.outbox.orphans))

    async def post(self, drafts: Iterable[Draft], facts: Mapping[str, str] | None = None) -> None:
        """Write messages, and facts with them, then let them go."""
        await self._commit(Change(facts=dict(facts or {})), drafts)

    def publish(self) -> None:
        """Say what stands, if it is not what was said last."""
        self._board.show(self.records.values(), self.outbox.health(), self.shelves.standing)

    def now(self) -> Moment:
        """This moment as reckoned. Where the clock was set, all that is counted by it is set first, in one piece."""
        now = self._clock.now()
        if (step := self._reckoning.look(now)) is not None:
            log.warning("%s", step.words)
            for worker in self.outbox.workers.values():
                worker.again()
            moved, self._memory = timeline.set_by(self.records, self._memory, step)
            self.records |= moved
            kept = {key: record for key, record in moved.items() if record.phase is not Phase.NEW}
            facts = {SHELVES: self.shelves.document(), budget.FACT: self._memory.budget.document()}
            self._store.stage(Change(records=kept, facts=facts | timeline.facts_of(self._reckoning, now)))
        return self._reckoning.moment(now)

    async def take(self, now: Moment, with_it: Change | None = None, who: str = "") -> None:
        """Run the pipeline and write what it found, with a change that a person made, in one piece."""
        change = with_it or Change()
        if self.shelves.expire(now):
            change.facts[SHELVES] = self.shelves.document()
        out = pipeline.step(self.records, self._memory, self._plan, now, self.plant)
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
        rows = self.outbox.rows_of(self._doubt.marked(drafts), self._clock.now().wall_s)
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
