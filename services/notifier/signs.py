"""The signs of life of the site: the heartbeat to people, the ping to the outside watcher, and the self-test between them."""

import asyncio
from collections.abc import Mapping

from services.notifier.account import Around, account, headline
from services.notifier.desk import TICK_S, Desk
from services.notifier.heartbeat import Heartbeat
from services.notifier.lifesign import life_sign, watcher_words
from services.notifier.metrics import stands_still
from services.notifier.routing import channels_for
from services.notifier.self_test import self_test
from services.notifier.store import Store
from services.notifier.text import Site
from services.notifier.watch import Circumstances, Watch
from services.notifier.witness import Surroundings, Witness
from services.shared.clock import Moment
from services.shared.messages import Devices, State
from services.shared.service import Context
from services.shared.vocabulary import AlarmKind


class Signs:
    """Registers its handlers and metrics: make it before the bus starts. `run` is one task."""

    def __init__(self, context: Context, desk: Desk, watch: Watch, store: Store) -> None:
        settings, clock, bus = context.settings, context.clock, context.bus
        told, now = settings.notifications, clock.now()
        self._clock, self._bus, self._desk, self._watch, self._store = clock, bus, desk, watch, store
        self._site = Site.of(settings.general)
        self.witness = Witness(told, now)
        self.heartbeat = Heartbeat(told, settings.general.site, store.facts, now)
        self.life_sign = life_sign(told, clock, self._test, self._content)
        bus.on(State, lambda state, _: self.witness.take_state(state))
        bus.on(Devices, lambda devices, _: self.witness.take_devices(devices))
        context.ops.gauge("mine_self_test_ok", "1 while the notifier's self-test finds nothing", self._is_well)
        context.ops.ages("mine_watcher_age_seconds", "since the outside watcher last took a ping", self._watcher_age_s)

    def circumstances(self) -> Circumstances:
        """What `Watch.levels` is given."""
        return Circumstances(self._bus.lost_since_mono_s, self._desk.outbox.workers, self._store.fault, self.life_sign)

    async def run(self) -> None:
        """Beat and ping for ever; cancel to stop."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beat(), name="heartbeat")
            if self.life_sign is not None:
                group.create_task(self.life_sign.run(), name="life-sign")

    async def _beat(self) -> None:
        while True:
            state, now = self.witness.state, self._clock.now()
            if self.heartbeat.is_due(now, heard=state is not None):
                await self._desk.post(*self.heartbeat.drafts(state, self._ways(now), self._around(now), now))
            await asyncio.sleep(TICK_S)

    def _ways(self, now: Moment) -> Mapping[str, tuple[str, ...]]:
        people = self._desk.people
        return people.at(channels_for(AlarmKind.HEARTBEAT, people.own, heartbeat_email=self.witness.told.heartbeat_email), now)

    def _around(self, now: Moment) -> Around:
        desk = self._desk
        return Around(
            records=tuple(desk.records.values()), channels=desk.outbox.health(), services=self._watch.roll.heard_ago_s(now),
            watcher=watcher_words(self.life_sign, now, self._site.moment), clock=self._site.moment,
        )  # fmt: skip

    def _test(self, now: Moment) -> tuple[str, ...]:
        desk = self._desk
        around = Surroundings(
            desk.outbox.workers, desk.records.values(), self._watch.roll.lost, self._bus.lost_since_mono_s,
            stands_still(desk.passed_mono_s, self._clock), self._store.fault,
        )  # fmt: skip
        return self_test(self.witness.known(now, around), now)

    def _content(self, now: Moment) -> str:
        state = self.witness.state
        return "\n".join((headline(state, now), *account(state, self._around(now), now)))

    def _is_well(self) -> float:
        return float(not self._test(self._clock.now()))

    def _watcher_age_s(self) -> dict[str, float | None]:
        last_s = self.life_sign.door.last_mono_s if self.life_sign is not None else None
        return {"watcher": None if last_s is None else self._clock.now().mono_s - last_s}
