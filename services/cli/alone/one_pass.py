"""One lone pass over the site: ask every device, decide, act, and watch until all is at rest."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from services.cli.alone.seen import Seen, names, progress
from services.cli.alone.site import Site
from services.shared.clock import Moment
from services.shared.messages import Request
from services.shared.settings import counted
from services.shared.settings.tree import Settings
from services.shared.vocabulary import HealthState

REASON = "once, alone"
_LOOK_EACH_S = 0.2
_FIRST_LOOKS = 0.6  # of the whole time: a device that hangs must leave some for what the others ask for
_ASK_EACH_S = 1.0
_VALID_S = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it. `unheard`: what is only heard over a broker. `in_time`: all came to rest before the time was over."""

    seen: Seen
    unheard: tuple[str, ...]
    unrecorded: str
    in_time: bool


class Alone:
    """The whole of it. Raises LedgerTaken when a controller runs, sqlite3.Error or OSError when the ledger cannot be opened."""

    def __init__(self, settings: Settings, tell: Callable[[str], object]) -> None:
        self._site = Site(settings)
        self._tell = tell

    async def run(self, who: str, within_s: float) -> Outcome:
        """Ask every device, decide, act, and watch until all is at rest or the time is over."""
        site, until_s = self._site, self._now_s() + within_s
        try:
            async with asyncio.TaskGroup() as group:
                parts = (site.board.run, site.records.run, site.sensing.run, site.acting.run)
                tasks = [group.create_task(part()) for part in parts]
                await asyncio.sleep(0)  # by then each has told which devices it has
                await site.tell_history()
                await self._first_looks(until_s - within_s * (1 - _FIRST_LOOKS))
                deciding = group.create_task(site.loop.run())
                in_time = await self._second_looks(who, until_s) and await self._rest(until_s)
                self._tell("")
                deciding.cancel()
                await site.board.drained()
                for task in tasks:
                    task.cancel()
        finally:
            await site.close()
        return Outcome(site.seen, site.unheard, site.records.why_not, in_time)

    async def _first_looks(self, until_s: float) -> None:
        """Ask until every device has answered or counts as lost."""
        await self._site.board.drained()
        while (waiting := self._site.seen.in_state(HealthState.STARTING)) and self._now_s() < until_s:
            self._tell(f"asking {counted(len(self._site.seen.devices), 'device')}; no answer yet of {names(waiting)}")
            await asyncio.sleep(_ASK_EACH_S)
            self._site.nudge(HealthState.STARTING)

    async def _second_looks(self, who: str, until_s: float) -> bool:
        """Decide, ask every device once more and decide again: a trip by heat wants two polls. False when the time is over."""
        asked_s = self._now_s()
        replied = asyncio.get_running_loop().create_future()
        self._site.loop.ask(_request(who, self._site.clock.now()), replied)
        await replied
        self._site.nudge(HealthState.OK)
        looked = await self._until(lambda: self._site.polled_since(asked_s), until_s)
        looked_s = self._now_s()
        return await self._until(lambda: self._site.loop.decided_mono_s >= looked_s, until_s) and looked

    async def _rest(self, until_s: float) -> bool:
        """Where orders are sent: wait for their effect. False when the time is over."""
        return not self._site.is_armed or await self._until(lambda: self._is_at_rest(until_s), until_s)

    def _is_at_rest(self, until_s: float) -> bool:
        """Whether waiting shows nothing more; an order that rests until after the end is none to wait for."""
        if self._site.seen.state is not None:
            self._tell(progress(self._site.seen.state, self._site.seen))
        return self._site.seen.is_at_rest and self._site.careful.due_mono_s > until_s

    async def _until(self, condition: Callable[[], bool], until_s: float) -> bool:
        while not condition():
            if self._now_s() >= until_s:
                return False
            await asyncio.sleep(_LOOK_EACH_S)
        return True

    def _now_s(self) -> float:
        return self._site.clock.now().mono_s


def _request(who: str, now: Moment) -> Request:
    name = uuid.uuid4().hex
    expires_at = now.wall_s + _VALID_S
    return Request(
        subject=("cycle",), id=name, verb="cycle", who=who, reason=REASON, expires_at=expires_at, clock_trusted=now.wall_trusted
    )
