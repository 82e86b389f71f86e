"""A test message by one channel to all whom it tells, beside the queue."""

import asyncio
from dataclasses import replace

from services.notifier.channels.base import Failed
from services.notifier.message import Row, Text
from services.notifier.pauses import asked_pause_s, own_pause_s
from services.notifier.worker import Worker
from services.shared.vocabulary import AlarmKind


class TestMessage:
    """Who took it is not sent it again at the next try. `first_s` is the longest pause after the first failure."""

    __test__ = False

    def __init__(self, worker: Worker, text: Text, now_at: float, first_s: float) -> None:
        name = worker.channel.name
        self._worker = worker
        self._first_s = first_s
        self._left = {one: Row(0, name, one, AlarmKind.WARNING, (), text, now_at) for one in worker.channel.recipients}
        self._taken: list[str] = []

    async def sent(self, tries: int) -> str:
        """The provider's words. Raises Failed, the last one; at once where trying soon is of no use."""
        for number in range(1, tries + 1):
            failed = await self._try()
            if failed is None:
                break
            if number == tries or failed.slow or failed.hopeless:
                raise failed
            await asyncio.sleep(pause_s(number, self._first_s, failed))
        return "; ".join(self._taken)

    async def _try(self) -> Failed | None:
        last = None
        for recipient, row in list(self._left.items()):
            try:
                self._taken.append(await self._worker.hand_over(row))
                del self._left[recipient]
            except Failed as failed:
                last = failed
                self._left[recipient] = replace(row, repeated=row.repeated or failed.maybe_taken)
        return last


def pause_s(failures: int, first_s: float, failed: Failed) -> float:
    """How long to wait after so many failures: our own pause, or the provider's where that is longer."""
    return max(own_pause_s(failures, first_s, failed, urgent=False), asked_pause_s(failed))
