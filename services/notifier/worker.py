"""The one that sends by one channel: which row goes when, the most severe first, and never one in its pause.

Two lanes: one for all messages, and one for emergencies alone, so that a warning or an edit that hangs delays none.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable

from services.notifier.channels.base import Channel, Failed
from services.notifier.condition import Condition
from services.notifier.message import Row
from services.notifier.pauses import Pauses
from services.notifier.queue import Queue
from services.notifier.sending import Sending, Way
from services.shared.messages import ChannelHealth


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
        self._sending = Sending(channel, way, self._queue, self._pauses, self._condition)

    def add(self, row: Row) -> None:
        """One more."""
        self._queue.add(row)
        self.hurry(row)

    def hurry(self, row: Row) -> None:
        """There is news. An emergency does not wait for the end of a pause of our own choice."""
        if row.is_urgent:
            self._pauses.hurry(row.recipient)
        self._wake()

    def again(self) -> None:
        """The clock was set, by which certificates and signatures are judged: nothing waits for a pause of our own."""
        self._pauses.over()
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
        sent = await self._sending.beside(row)
        self._wake()
        return sent.words

    async def _lane(self, takes: Callable[[Row], bool]) -> None:
        task = asyncio.current_task()
        while task is not None and not task.cancelling():  # a library may swallow it in the middle of a sending
            news, now_s = self._news, self._way.clock.now().mono_s
            free = [row for row in self._queue.free() if takes(row)]
            if due := [row for row in free if self._pauses.until_s(row.recipient) <= now_s]:
                await self._sending.attempt(min(due, key=lambda row: row.urgency))
                self._wake()
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min((self._pauses.until_s(row.recipient) - now_s for row in free), default=None)):
                    await news.wait()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
