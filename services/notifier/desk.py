"""Where alarms come in and messages go out: keeps the alarms, runs the pipeline, writes before it sends, says what stands."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping

from services.notifier import alarms, pipeline
from services.notifier.alarms import Phase, Receipt, Record
from services.notifier.channels.base import Channel
from services.notifier.message import Draft, Row
from services.notifier.outbox import Outbox
from services.notifier.store import Change, Done, Store
from services.notifier.text import moment
from services.notifier.worker import Way
from services.shared.clock import Clock, Moment
from services.shared.messages import Alarm, AlarmState, Message, OpenAlarm

log = logging.getLogger(__name__)

TICK_S = 1.0
SHOWN, SHOWN_RECEIPTS = 100, 8
"""So many alarms, the most severe first, keep what is published well below the broker's limit."""
Publish = Callable[[Message], None]


class Desk:
    """`records` holds every alarm ever heard of, by key; `outbox` the messages that wait."""

    def __init__(
        self, site: str, store: Store, clock: Clock, publish: Publish, channels: Mapping[str, Channel | str], retry_s: float
    ) -> None:
        self._site = site
        self._store = store
        self._clock = clock
        self._publish = publish
        self._news = asyncio.Event()
        self._last: AlarmState | None = None
        self._reasons: dict[str, str] = {}
        now = clock.now()
        self.passed_mono_s = now.mono_s
        self.records = {key: alarms.resumed(record, now) for key, record in store.records.items()}
        self.outbox = Outbox(channels, Way(store, clock, retry_s, settle=self._settle, on_health=self.publish))

    def hear(self, alarm: Alarm) -> None:
        """An owner's word."""
        record = alarms.heard(self.records.get(alarm.key), alarm, self._clock.now())
        if record is not None:
            self.records[alarm.key] = record
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
                self.records[record.key] = alarms.forsaken(record, now)
            await self._pass(now)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._news.wait()
            self._news.clear()

    async def post(self, drafts: Iterable[Draft], facts: Mapping[str, str] | None = None) -> None:
        """Write messages, and facts with them, then let them go."""
        await self._commit({}, drafts, facts or {})

    async def acknowledge(self, key: str, who: str) -> str | None:
        """A person has seen an alarm. Returns why not, or None."""
        record = self.records.get(key)
        if record is None or not record.shown:
            return f"there is no open alarm {key}"
        if record.acknowledged_by:
            return f"{key} was acknowledged by {record.acknowledged_by} before"
        log.info("%s is acknowledged by %s", key, who)
        await self._commit({key: alarms.acknowledged(record, who)}, (), {})
        return None

    @property
    def open_alarms(self) -> list[Record]:
        """Those that stand and that people were told of, the most severe first."""
        return sorted(
            (one for one in self.records.values() if one.is_open), key=lambda one: (-alarms.severity(one.kind), one.key)
        )

    def publish(self) -> None:
        """Say what stands, if it is not what was said last."""
        shown = sorted((one for one in self.records.values() if one.shown), key=_order)[:SHOWN]
        state = AlarmState(alarms=tuple(_open(record) for record in shown), channels=self.outbox.health())
        if state != self._last:
            self._last = state
            self._publish(state)

    async def _pass(self, now: Moment) -> None:
        outcome = pipeline.step(self.records, tuple(self.outbox.workers), self._site, now)
        changed = {key: record for key, record in outcome.changed.items() if self.records[key] != record}
        for key, record in changed.items():
            if record.phase is not self.records[key].phase:
                log.info("%s: %s is %s: %s", record.kind.value, key, record.phase.value, record.cause)
        for key, reason in outcome.reasons.items():
            if self._reasons.get(key) != reason:
                log.debug("%s is not told: %s", key, reason)
        self._reasons = outcome.reasons
        await self._commit(changed, outcome.drafts, {})

    async def _commit(self, changed: Mapping[str, Record], drafts: Iterable[Draft], facts: Mapping[str, str]) -> None:
        self.records |= changed
        rows = self.outbox.rows_of(drafts, self._clock.now().wall_s)
        dropped = self.outbox.superseded(rows)
        kept = {key: record for key, record in changed.items() if record.phase is not Phase.NEW}
        await self._store.save(Change(records=kept, rows={row.id: row for row in rows}, dropped=dropped, facts=dict(facts)))
        self.outbox.replace(rows, dropped)
        self.publish()

    async def _settle(self, row: Row, words: str, delivered: bool) -> None:
        at = self._clock.now().wall_s
        said = f"{row.channel} {'accepted' if delivered else 'refused'} at {moment(at)}"
        receipt = Receipt(row.channel, said if delivered and not words else f"{said} ({words})", delivered)
        known = [self.records[key] for key in row.keys if key in self.records]
        changed = {record.key: alarms.with_receipt(record, receipt) for record in known}
        self.records |= changed
        await self._store.save(Change(records=changed, done=[Done(row, at, receipt.text)]))
        self.publish()


def _order(record: Record) -> tuple[bool, int, float, str]:
    return (not record.active, -alarms.severity(record.kind), -record.since_at, record.key)


def _open(record: Record) -> OpenAlarm:
    return OpenAlarm(
        key=record.key, kind=record.kind, active=record.active, cause=record.cause, consequence=record.consequence,
        action=record.action, since_at=record.since_at, ended_at=record.ended_at, acknowledged_by=record.acknowledged_by,
        receipts=tuple(receipt.text for receipt in record.receipts[-SHOWN_RECEIPTS:]),
    )  # fmt: skip
