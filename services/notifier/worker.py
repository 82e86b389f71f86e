"""The one that sends by one channel: one row at a time, the most severe first, with deadline, pauses and receipts."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from services.notifier import text
from services.notifier.channels.base import Channel, Failed
from services.notifier.message import Row
from services.notifier.store import Change, Store
from services.shared.clock import Clock
from services.shared.messages import ChannelHealth
from services.shared.vocabulary import AlarmKind, HealthState

log = logging.getLogger(__name__)

LONGEST_PAUSE_S = 900.0
Settle = Callable[[Row, str, bool], Awaitable[None]]
"""Called with a row that waits no more, the provider's words, and whether it took it."""


@dataclass(frozen=True, slots=True)
class Way:
    """What every worker needs."""

    store: Store
    clock: Clock
    retry_s: float
    settle: Settle
    on_health: Callable[[], None]


def pause_s(failures: int, first_s: float, failed: Failed, spread: Callable[[float, float], float] = random.uniform) -> float:
    """How long to wait after so many failures in a row: exponential with full jitter, at least what the provider asks for."""
    longest = min(LONGEST_PAUSE_S, first_s * 2.0 ** min(failures - 1, 30))
    own = spread(LONGEST_PAUSE_S / 2, LONGEST_PAUSE_S) if failed.slow else spread(0.0, longest)
    return max(own, failed.retry_after_s or 0.0)


class Worker:
    """Sends the rows of one channel, the most severe first. `lost_since_mono_s` is None while it works."""

    def __init__(self, channel: Channel, way: Way, rows: Iterable[Row] = ()) -> None:
        self.channel = channel
        self.rows = {row.id: row for row in rows}
        self.lost_since_mono_s: float | None = None
        self._way = way
        self._news = asyncio.Event()
        self._urgent = asyncio.Event()
        self._state, self._reason = HealthState.STARTING, ""
        self._delivered_at: float | None = None
        self._failures = 0

    def add(self, row: Row) -> None:
        """One more. An emergency does not wait for the end of a pause of our own choice."""
        self.rows[row.id] = row
        self._news.set()
        if row.kind is AlarmKind.EMERGENCY:
            self._urgent.set()

    @property
    def health(self) -> ChannelHealth:
        """As the page shows it."""
        return ChannelHealth(
            name=self.channel.name, state=self._state, reason=self._reason, waiting=len(self.rows),
            last_delivered_at=self._delivered_at,
        )  # fmt: skip

    async def run(self) -> None:
        """Send for ever; cancel to stop."""
        task = asyncio.current_task()
        while task is not None and not task.cancelling():  # a library may swallow it in the middle of a sending
            self._news.clear()
            if not self.rows:
                await self._news.wait()
            row = min(self.rows.values(), key=lambda row: row.urgency)
            self._urgent.clear()
            failed = await self._attempt(row)
            if failed is not None and not failed.hopeless:
                await self._pause(failed)

    async def _attempt(self, row: Row) -> Failed | None:
        row = replace(row, in_flight=True, tries=row.tries + 1)
        await self._keep(row)
        try:
            words = await self.hand_over(row)
        except Failed as failed:
            self._fail(failed)
            if failed.hopeless:
                await self._settle(row, str(failed), delivered=False)
            else:
                await self._keep(replace(row, in_flight=False, repeated=row.repeated or failed.maybe_taken))
            return failed
        self._recover()
        await self._settle(row, words, delivered=True)
        return None

    async def hand_over(self, row: Row) -> str:
        """One sending within the channel's deadline. Raises Failed."""
        words = text.as_repeated(row.text) if row.repeated else row.text
        try:
            async with asyncio.timeout(self.channel.deadline_s):
                return await self.channel.send(row.recipient, words, silent=row.kind is AlarmKind.HEARTBEAT)
        except TimeoutError:
            raise Failed(f"no answer within {self.channel.deadline_s:g} s", maybe_taken=True) from None
        except Failed:
            raise
        except Exception as error:
            raise Failed(f"a fault of our own ({type(error).__name__})", maybe_taken=True) from None

    async def _keep(self, row: Row) -> None:
        self.rows[row.id] = row
        await self._way.store.save(Change(rows={row.id: row}))

    async def _settle(self, row: Row, words: str, *, delivered: bool) -> None:
        self.rows.pop(row.id, None)
        await self._way.settle(row, words, delivered)

    async def _pause(self, failed: Failed) -> None:
        if failed.retry_after_s is not None:
            await asyncio.sleep(pause_s(self._failures, self._way.retry_s, failed))
            return
        try:
            async with asyncio.timeout(pause_s(self._failures, self._way.retry_s, failed)):
                await self._urgent.wait()
        except TimeoutError:
            pass

    def _fail(self, failed: Failed) -> None:
        self._failures += 1
        if self.lost_since_mono_s is None:
            self.lost_since_mono_s = self._way.clock.now().mono_s
        self._health(HealthState.LOST, str(failed))

    def _recover(self) -> None:
        self._failures, self.lost_since_mono_s = 0, None
        self._delivered_at = self._way.clock.now().wall_s
        self._health(HealthState.OK, "")

    def _health(self, state: HealthState, reason: str) -> None:
        if (state, reason) != (self._state, self._reason):
            told = f"cannot send: {reason}" if reason else "sends"
            log.log(logging.WARNING if reason else logging.INFO, "%s %s", self.channel.name, told)
        self._state, self._reason = state, reason
        self._way.on_health()
