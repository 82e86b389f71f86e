"""One row on its way: handed to its channel, and what becomes of it, of the queue, the pauses and the channel's condition."""

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


@dataclass(frozen=True, slots=True)
class Sending:
    """By one channel."""

    channel: Channel
    way: Way
    queue: Queue
    pauses: Pauses
    condition: Condition

    async def attempt(self, row: Row) -> None:
        """Ask the provider, after it is on the card that it is asked."""
        row = self.queue.begins(row)
        await self.way.store.save(Change())
        try:
            sent = await hand_over(self.channel, row, self.queue.ref(row))
        except Failed as failed:
            await self._failed(row, failed)
        else:
            await self._taken(row, sent)

    async def beside(self, row: Row) -> Sent:
        """One sending beside the queue. Raises Failed."""
        sent = await hand_over(self.channel, row)
        self._works(row)
        self.way.on_health()
        return sent

    async def _taken(self, row: Row, sent: Sent) -> None:
        self._works(row)
        self.queue.taken(row, sent)
        if sent.later:
            await self.way.post([_rest(row, sent.later)])
        await self._leaves(row, sent.words, delivered=True)

    async def _failed(self, row: Row, failed: Failed) -> None:
        now = self.way.clock.now()
        too_old = failed.hopeless and row.act is Act.EDIT  # or it was changed by somebody: the way works
        if isinstance(failed, Closed) or not too_old:
            self.condition.failed(row, failed, now)
        self.queue.failed(row, failed)
        if failed.hopeless:
            await self._leaves(row, str(failed), delivered=False)
            return
        self.pauses.failed(row.recipient, failed, now.mono_s, urgent=row.is_urgent)
        await self.way.store.save(Change())
        self.way.on_health()

    async def _leaves(self, row: Row, words: str, *, delivered: bool) -> None:
        """What the queue staged is written with its receipt. An edit has none."""
        if row.act is not Act.EDIT:
            await self.way.settle(row, words, delivered)
            return
        await self.way.store.save(Change())
        self.way.on_health()

    def _works(self, row: Row) -> None:
        self.pauses.took(row.recipient)
        self.condition.took(row, self.way.clock.now())


def _rest(row: Row, recipients: tuple[str, ...]) -> Draft:
    """What a message says, to those alone whom the provider asked to try later."""
    return Draft(row.channel, row.kind, row.keys, row.text, recipients, row.thread, row.act, row.whole, row.ask)
