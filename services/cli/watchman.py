"""The eyes of a second machine: asks the site's page, listens to its broker, and says what changed."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

from services.cli.page_client import PageClient
from services.cli.sight import Sight, SiteVerdict, described
from services.shared.bus import Bus
from services.shared.clock import Clock, Moment
from services.shared.messages import Alarm, State, ping_filter
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind

OWNER = "watch"
SITE_SILENT = "site_silent"
FILE = "watch.db"
ASK_S = 30.0
"""The page is asked so often, or five times within the silence that is allowed."""
BUS_USER = "cli"
"""The broker's user that may read everything and write none of the site's words; [BROKER] user changes it."""


class Watchman:
    """`say` is given one line at each change of what is seen. Raises OSError when the certificate to trust cannot be read."""

    def __init__(self, settings: Settings, clock: Clock, say: Callable[[str], None]) -> None:
        watch, site = settings.watch, settings.general.site
        self.say = say
        self._clock, self._site = clock, site
        self._ask_s = min(ASK_S, watch.silence_minutes * 60.0 / 5)
        self.page = PageClient(watch) if watch.url else None
        self.bus = Bus(settings.broker, service=BUS_USER, site=site, clock=clock) if watch.broker else None
        self.sight = Sight(site, watch.silence_minutes * 60.0, clock.now(), page=bool(watch.url), broker=watch.broker)
        if self.bus is not None:
            self.bus.only_listen()
            self.bus.on(State, lambda state, arrival: self.sight.take_state(state, arrival, clock.now()))
            self.bus.on_topic(ping_filter(site), self.sight.take_ping)
        self._seq, self._words = 0, ""
        self._silent: bool | None = None
        self._boot = str(clock.now().mono_s)

    async def ask_page(self) -> None:
        """Ask the page once, where there is one."""
        if self.page is not None:
            self.sight.take_page(await self.page.ask(), self._clock.now())

    def look(self, now: Moment) -> SiteVerdict:
        """What is seen now; a change is said."""
        verdict = self.sight.look(now, broker_connected=self.bus is not None and self.bus.connected)
        if verdict.words != self._words:
            self._words = verdict.words
            self.say(described(verdict, now, self.sight.last_alive))
        return verdict

    def say_once(self) -> bool:
        """Say what was seen since the begin, however short that was; whether the site lives."""
        now = self._clock.now()
        verdict = self.sight.look(now, broker_connected=self.bus is not None and self.bus.connected)
        words = verdict.words if self.sight.heard else verdict.words.replace("not heard yet", "SILENT", 1)
        self.say(described(replace(verdict, words=words), now, self.sight.last_alive))
        return self.sight.heard

    def levels(self, now: Moment) -> Iterator[Alarm]:
        """The alarm, when it changes. One that stood before we began stands until the site is heard."""
        verdict = self.look(now)
        silent = not verdict.alive
        if silent == self._silent or (not silent and not self.sight.heard):
            return
        self._silent = silent
        self._seq += 1
        yield Alarm(
            key=SITE_SILENT, source=OWNER, boot=self._boot, seq=self._seq, active=silent, kind=AlarmKind.EMERGENCY,
            cause=verdict.words.removeprefix("SILENT: "), consequence="Nobody knows whether the site is safe or curtailed.",
            action="Call the site; look at its power and its link, then at its page.", since_at=self.sight.last_alive.wall_s,
        )  # fmt: skip

    async def keep_asking(self) -> None:
        """Ask the page for ever."""
        while self.page is not None:
            await self.ask_page()
            await asyncio.sleep(self._ask_s)

    async def close(self) -> None:
        """Give the connections back."""
        if self.page is not None:
            await self.page.close()
        if self.bus is not None:
            await self.bus.stop()
