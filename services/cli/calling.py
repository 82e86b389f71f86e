"""How a second machine calls out: the notifier's desk, outbox and channels, with alarms of its own: `site_silent`, and what is
wrong with the machine itself."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from services.cli.own_faults import Listening, OwnFaults, told_by_what_is_left
from services.cli.watchman import FILE, Watchman
from services.notifier.account import Around, account
from services.notifier.channels import CHANNELS
from services.notifier.chat.asking import Asking
from services.notifier.chat.chat import Chat
from services.notifier.desk import Desk
from services.notifier.lifesign import life_sign
from services.notifier.routing import CHANNEL_LOST
from services.notifier.store import Store
from services.notifier.trial.trial import Trial
from services.notifier.watch import Circumstances
from services.shared.clock import Clock, Moment
from services.shared.messages import Alarm
from services.shared.settings import Settings
from services.shared.systemd import Systemd

_STANDS_AFTER_S = 30.0


class Calling:
    """Everything of the second machine beside its eyes. Nothing of it is published on the site's broker: its chat acknowledges,
    and asks nothing of the site."""

    def __init__(self, man: Watchman, settings: Settings) -> None:
        self._man = man
        self._clock = Clock(settings.general.clock_trusted)
        told, site = settings.notifications, settings.general.site
        folder = Path(settings.data.folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._store = Store(folder / FILE)
        channels = {name: make(told, site) for name, make in CHANNELS.items()}
        own = [name for name, made in channels.items() if not isinstance(made, str)]
        settings = replace(settings, alarms=told_by_what_is_left(own, settings.alarms))
        self._desk = Desk(settings, self._store, self._clock, lambda _: None, channels)
        self._trial = Trial(settings, self._desk, self._clock, self._store.facts)
        nobody_to_ask = Asking(lambda _: None, self._clock, lambda: False)
        self._chat = Chat(settings, self._store, self._desk, nobody_to_ask, self._clock)
        self._listening = Listening(self._chat)
        self._own = OwnFaults(self._desk.records.values(), man.say)
        self._sign = life_sign(told, self._clock, self._test, self._content)

    async def run(self) -> None:
        """Watch and call for ever; cancel to stop."""
        systemd = Systemd()
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._man.close)
            stack.push_async_callback(self._desk.outbox.close)
            stack.callback(self._store.close)  # first: a connection that hangs is not waited for
            stack.callback(systemd.stopping)
            if self._man.bus is not None:
                await self._man.bus.start()
            async with asyncio.TaskGroup() as group:
                for worker in self._desk.outbox.workers.values():
                    group.create_task(worker.run())
                group.create_task(self._desk.run(self._levels, lambda _record, _now: False))
                group.create_task(self._trial.run())
                group.create_task(self._chat.run())
                group.create_task(self._man.keep_asking())
                group.create_task(systemd.live(self._fault))
                if self._sign is not None:
                    group.create_task(self._sign.run())

    @property
    def waiting(self) -> int:
        """Messages that nobody has taken yet."""
        return sum(len(worker.rows) for worker in self._desk.outbox.workers.values())

    def _levels(self, now: Moment) -> Iterator[Alarm]:
        yield from self._man.levels(now)
        chat = self._listening.look(now, linked=self._man.look(now).alive)
        workers = self._desk.outbox.workers
        self._own.look_at(self._desk.records.values(), now)
        yield from self._own.levels(now, Circumstances(None, workers, self._store.fault, self._sign, chat))

    async def _fault(self) -> str | None:
        age_s = self._clock.now().mono_s - self._desk.passed_mono_s
        if age_s == float("inf"):
            return "nobody has looked yet"
        return f"nobody has looked for {age_s:.0f} s" if age_s > _STANDS_AFTER_S else None

    def _test(self, _now: Moment) -> tuple[str, ...]:
        """What keeps it from calling out. A silent site is no fault of the watcher's."""
        lost = [cause for key, cause in self._own.standing.items() if key.startswith(CHANNEL_LOST)]
        nobody = [] if self._desk.outbox.workers else ["no channel is set up: nobody would be called"]
        return tuple([*([self._store.fault] if self._store.fault else []), *lost, *self._own.untold, *nobody])

    def _content(self, now: Moment) -> str:
        around = Around(tuple(self._desk.records.values()), self._desk.outbox.health(), watcher="")
        return "\n".join([self._man.look(now).words, *account(None, around, now)])
