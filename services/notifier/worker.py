"""The one that sends by one channel: the most severe first, with deadline, pauses and receipts.

Two lanes: one for all messages, and one for emergencies alone, so that a warning or an edit that hangs delays none.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from services.notifier.change import Change
from services.notifier.channels.base import Channel, Closed, Failed
from services.notifier.condition import Condition
from services.notifier.message import Act, Draft, Row, Sent
from services.notifier.pauses import Pauses
from services.notifier.queue import Queue, hand_over
from services.notifier.store import Store
from services.shared.clock import Clock
from services.shared.messages import ChannelHealth

Settle = Callable[[Row, str, bool], Awaitable[None]]
"""Called with a row that waits no more, the provider's words, and whether it took it. Saves its receipt before anything else."""


@dataclass(frozen=True, slots=True)
class Way:
    """What every worker needs."""

    store: Store
    clock: Clock
    retry_s: float
    settle: Settle
    on_health: Callable[[], None]
    post: Callable[[Iterable[Draft]], Awaitable[None]]


class Worker:
    """Sends the rows of one channel. `rows` are those that wait or are being sent."""

    def __init__(self, channel: Channel, way: Way, rows: Iterable[Row] = ()) -> None:
        self.channel = channel
        self._way = way
        self._queue = Queue(rows, way.store, edits=channel.edits)
        self.rows = self._queue.rows
        self._news = asyncio.Event()
        self._pauses = Pauses(way.retry_s)
        self._condition = Condition(channel.name)

    def add(self, row: Row) -> None:
        """One more."""
        self._queue.add(row)
        self.hurry(row)

    def hurry(self, row: Row) -> None:
        """There is news. An emergency does not wait for the end of a pause of our own choice."""
        if row.is_urgent:
            self._pauses.hurry(row.recipient)
        self._wake()

    @property
    def health(self) -> ChannelHealth:
        """As the page shows it."""
        return self._condition.health(len(self.rows))

    @property
    def lost_since_mono_s(self) -> float | None:
        """None while it works."""
        return self._condition.lost_since_mono_s

    @property
    def refuses_since_mono_s(self) -> float | None:
        """Since when it takes nothing of all that is sent; None while it takes something."""
        return self._condition.refuses_since_mono_s

    @property
    def check_failed(self) -> str:
        """Why the provider does not know us; empty when it does or was not asked."""
        return self._condition.check_failed

    @property
    def test_failed(self) -> str:
        """Why the last test with a message failed; empty when it did not."""
        return self._condition.test_failed

    def checked(self, failed: Failed | None) -> None:
        """The provider was asked whether it knows us: None when it does."""
        self._condition.checked(failed, self._way.clock.now())
        self._way.on_health()

    def warned(self, words: str) -> None:
        """What is wrong with some of those whom it tells; empty when nothing is."""
        self._condition.warning = words
        self._way.on_health()

    def tested(self, words: str, ok: bool, at: float) -> None:
        """What came of a test with a real message. `at` Unix seconds."""
        self._condition.tested(words, ok=ok, at=at)
        self._way.on_health()

    async def run(self) -> None:
        """Send for ever; cancel to stop."""
        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(self._lane(lambda _: True))
            lanes.create_task(self._lane(lambda row: row.is_urgent))

    async def hand_over(self, row: Row) -> str:
        """One sending beside the queue, within the channel's deadline; one that is taken ends all waiting. Raises Failed."""
        sent = await hand_over(self.channel, row)
        self._pauses.took(row.recipient)
        self._condition.took(row, self._way.clock.now())
        self._way.on_health()
        self._wake()
        return sent.words

    async def _lane(self, takes: Callable[[Row], bool]) -> None:
        task = asyncio.current_task()
        while task is not None and not task.cancelling():  # a library may swallow it in the middle of a sending
            news, now_s = self._news, self._way.clock.now().mono_s
            free = [row for row in self._queue.free() if takes(row)]
            if due := [row for row in free if self._pauses.until_s(row.recipient) <= now_s]:
                await self._attempt(min(due, key=lambda row: row.urgency))
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min((self._pauses.until_s(row.recipient) - now_s for row in free), default=None)):
                    await news.wait()

    async def _attempt(self, row: Row) -> None:
        row = self._queue.begins(row)
        await self._way.store.save(Change())
        try:
            sent = await hand_over(self.channel, row, self._queue.ref(row))
        except Failed as failed:
            await self._failed(row, failed)
        else:
            await self._taken(row, sent)
        self._wake()

    async def _taken(self, row: Row, sent: Sent) -> None:
        self._pauses.took(row.recipient)
        self._condition.took(row, self._way.clock.now())
        self._queue.taken(row, sent)
        if sent.later:
            await self._way.post([_rest(row, sent.later)])
        await self._leaves(row, sent.words, delivered=True)

    async def _failed(self, row: Row, failed: Failed) -> None:
        now = self._way.clock.now()
        too_old = failed.hopeless and row.act is Act.EDIT  # or it was changed by somebody: the way works
        if isinstance(failed, Closed) or not too_old:
            self._condition.failed(row, failed, now)
        self._queue.failed(row, failed)
        if failed.hopeless:
            await self._leaves(row, str(failed), delivered=False)
            return
        self._pauses.failed(row.recipient, failed, now.mono_s, urgent=row.is_urgent)
        await self._way.store.save(Change())
        self._way.on_health()

    async def _leaves(self, row: Row, words: str, *, delivered: bool) -> None:
        """What the queue staged is written with its receipt. An edit has none."""
        if row.act is not Act.EDIT:
            await self._way.settle(row, words, delivered)
            return
        await self._way.store.save(Change())
        self._way.on_health()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


def _rest(row: Row, recipients: tuple[str, ...]) -> Draft:
    """What a message says, to those alone whom the provider asked to try later."""
    return Draft(row.channel, row.kind, row.keys, row.text, recipients, row.thread, row.act, row.whole, row.ask)
