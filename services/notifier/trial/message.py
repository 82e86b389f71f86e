"""A message by one channel to all whom it tells, to try it, beside the queue."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from services.notifier.channels.base import Failed
from services.notifier.message import Row, Text
from services.notifier.pauses import asked_pause_s, own_pause_s
from services.notifier.worker import Worker
from services.shared.vocabulary import AlarmKind


class TrialMessage:
    """Who took it is not sent it again at the next try. `first_s` is the longest pause after the first failure; `persons` are
    addresses beside the channel's own, each with the person's name."""

    def __init__(self, worker: Worker, text: Text, now_at: float, first_s: float, persons: Mapping[str, str]) -> None:
        name = worker.channel.name
        self._worker = worker
        self._first_s = first_s
        self._persons = persons
        to = (*worker.channel.recipients, *persons)
        self._left = {one: Row(0, name, one, AlarmKind.WARNING, (), text, now_at) for one in to}
        self._taken: list[str] = []

    @property
    def persons_left(self) -> dict[str, str]:
        """The persons who have not taken it."""
        return {address: name for address, name in self._persons.items() if address in self._left}

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
                last = failed.of(self._persons[recipient]) if recipient in self._persons else failed
                self._left[recipient] = replace(row, repeated=row.repeated or failed.maybe_taken)
        return last


def pause_s(failures: int, first_s: float, failed: Failed) -> float:
    """How long to wait after so many failures: our own pause, or the provider's where that is longer."""
    return max(own_pause_s(failures, first_s, failed, urgent=False), asked_pause_s(failed))
