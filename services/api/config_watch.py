"""Looks whether the configuration on the card is still the one that runs: an alarm for mistakes, a notice for what waits.

The services go on with what they read at their start. What lies on the card counts at the next one, which may be a power cut.
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from services.api.history.faults import TooMuch, Trouble, Unfit
from services.shared.clock import Clock, Moment
from services.shared.messages import Alarm, Message, State
from services.shared.settings import Settings, counted, file_of, last_good
from services.shared.settings.missing import ONCE_ARMED, UNTIL_ARMED
from services.shared.settings.on_disk import OnDisk, Signature, look, signature
from services.shared.vocabulary import AlarmKind

log = logging.getLogger(__name__)

LOOK_S = 10.0
"""A file that was the same twice is one that nobody is writing."""
_MOST = 3
_MOST_WAITING = 20
Note = Callable[[Moment, str, str], Awaitable[None]]


class ConfigWatch:
    """`found` is what lies on the card, as of the last time that it stood still. `note` keeps an event: its title and detail."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        publish: Callable[[Message], None],
        note: Note,
        env: Mapping[str, str] = os.environ,
    ) -> None:
        self.found = OnDisk()
        self._settings, self._env, self._read_from = settings, dict(env), settings.file or file_of(env)
        self._clock, self._publish, self._note = clock, publish, note
        self._seen: Signature | None = None
        self._judged: Signature | None = None
        self._said: str | None = None
        self._since_at = 0.0
        self._is_to_be_armed = False
        self._waiting: deque[tuple[Moment, str, str]] = deque(maxlen=_MOST_WAITING)

    async def run(self) -> None:
        """For ever. Only what was changed is read, in a thread: a card that hangs does not hold up the service."""
        while True:
            await self.once()
            await asyncio.sleep(LOOK_S)

    def take_state(self, state: State) -> None:
        """That somebody armed after a restore is the controller's to say: only it sees the folder of the ledger."""
        was_to_be, self._is_to_be_armed = self._is_to_be_armed, any(line.endswith(UNTIL_ARMED) for line in state.missing)
        if was_to_be and not self._is_to_be_armed:
            waits = any(line.endswith(ONCE_ARMED) for line in state.missing)
            then = ": in force after a restart of the controller" if waits else ""
            self._waiting.append((self._clock.now(), f"armed after the restore{then}", ""))

    async def once(self) -> None:
        """Judge what lies on the card, if it is another one than at the last judgement and nobody is writing it."""
        seen = await asyncio.to_thread(signature, self._settings, self._env, self.found)
        stands, self._seen = seen == self._seen, seen
        if stands and seen != self._judged:
            await self._judge(seen)
        await self._record()

    async def _judge(self, seen: Signature) -> None:
        before, self.found = self.found, await asyncio.to_thread(look, self._settings, self._read_from, self._env)
        self._judged = seen
        if before != self.found:
            self._waiting.append((self._clock.now(), *_event(self.found)))
        self._tell()

    async def _record(self) -> None:
        """What the history refuses waits for the next look."""
        try:
            while self._waiting:
                await self._note(*self._waiting[0])
                self._waiting.popleft()
        except Unfit as error:
            log.warning("%s: not recorded: %s", self._waiting.popleft()[1], error)
        except (Trouble, TooMuch):
            return  # the history says itself that it is in trouble

    async def now(self) -> OnDisk:
        """What lies on the card at this moment, for whoever asks: also what was changed since the last look."""
        seen = await asyncio.to_thread(signature, self._settings, self._env, self.found)
        return self.found if seen == self._judged else await asyncio.to_thread(look, self._settings, self._read_from, self._env)

    @property
    def notices(self) -> tuple[str, ...]:
        """For whoever looks at the page: what a person should know of the configuration, in sentences."""
        told = []
        if wrong := _brief(self.found.mistakes, 1):
            told.append(f"Mend the configuration: {self._then()} ({wrong}). Type `mine check` on the Pi.")
        if changed := _brief(self.found.changed):
            told.append(f"Restart the services when it suits: the configuration was changed ({changed}).")
        if warnings := self._settings.warnings:
            told.append(f"Look at the configuration, it has {counted(len(warnings), 'warning')}: type `mine check`.")
        return tuple(told)

    def _tell(self) -> None:
        """Say it, if it is not what was said last."""
        wrong = _brief(self.found.mistakes)
        said = f"{wrong}; {self._then()}" if wrong else ""
        if said == self._said:
            return
        if not self._said or not wrong:
            self._since_at = self._clock.now().wall_s
        self._said = said
        self._publish(
            Alarm(
                subject=("configuration",), key="configuration", active=bool(wrong), kind=AlarmKind.WARNING,
                cause=f"The configuration has mistakes: {wrong}." if wrong else "The configuration would start again.",
                consequence=f"{self._runs()}; {self._then()}." if wrong else "",
                action="Mend it until `mine check` finds no mistake." if wrong else "", since_at=self._since_at,
            )
        )  # fmt: skip

    def _runs(self) -> str:
        """By what the services go on."""
        if self._settings.kept_at is None:
            return "The services go on with what they read before"
        return f"The services go on with {last_good.told(self._settings.kept_at, self._settings.general.timezone)}"

    def _then(self) -> str:
        """What follows when a service is started anew."""
        if self.found.kept_at is None:
            return "with it nothing starts again"
        return f"what is started anew goes on with {last_good.told(self.found.kept_at, self._settings.general.timezone)}"


def _event(found: OnDisk) -> tuple[str, str]:
    if found.mistakes:
        would = "it would not start again" if found.kept_at is None else "a start would go on with the last good copy"
        return f"configuration changed: {would}", _brief(found.mistakes)
    if found.changed:
        return "configuration changed: not in force before a restart", _brief(found.changed)
    return "configuration as it runs again", ""


def _brief(words: tuple[str, ...], most: int = _MOST) -> str:
    more = f"; and {len(words) - most} more" if len(words) > most else ""
    return "; ".join(one[:120] for one in words[:most]) + more
