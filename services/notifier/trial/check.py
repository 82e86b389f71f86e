"""Every provider is asked at the start whether it knows us: a wrong token or mailbox is told before somebody needs it.

One that said no later is asked again each hour.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping

from services.notifier.channels.base import CANNOT_ASK, Failed
from services.notifier.own_fault import own_fault
from services.notifier.people import People
from services.notifier.trial.message import pause_s
from services.notifier.worker import Worker
from services.shared.clock import Clock

log = logging.getLogger(__name__)

UNREACHED_S, UNREACHED_ALONE_S = 60.0, 600.0
"""How long a provider may be out of reach until that is told: where another one answers, and where none does."""
ASKED_AGAIN_S = 3_600.0


class Checks:
    """`retry_s` is the longest pause after the first failure; `people` have addresses of their own."""

    def __init__(self, workers: Mapping[str, Worker], people: People, clock: Clock, retry_s: float) -> None:
        self._workers = workers
        self._people = people
        self._clock = clock
        self._retry_s = retry_s
        self._answered: set[str] = set()

    async def run(self) -> None:
        """Ask each one until it answers, and again while it refuses us, for ever."""
        async with asyncio.TaskGroup() as group:
            for name in self._workers:
                group.create_task(self._watch(name), name=f"check-{name}")

    async def check(self, name: str) -> str:
        """Ask one; nothing is sent. A yes and a no are noted, and whom it would take no message for. Raises Failed."""
        worker = self._workers[name]
        try:
            words = await _asked(worker)
        except Failed as failed:
            if _is_no(failed):
                worker.checked(failed)
            raise
        if words != CANNOT_ASK:
            self._answered.add(name)
            worker.checked(None)
        return "; ".join((words, *await self._unreached(worker)))

    async def _unreached(self, worker: Worker) -> tuple[str, ...]:
        """In words; a provider that does not answer leaves it open."""
        names = self._people.at_all(worker.channel.name)
        try:
            async with asyncio.timeout(worker.channel.deadline_s):
                found = await worker.channel.unreached(names) if names else {}
        except (Failed, TimeoutError):
            return ()
        words = "; ".join(f"{names[address]}: {reason}" for address, reason in found.items())
        worker.warned(words)
        return (words,) if words else ()

    async def _watch(self, name: str) -> None:
        await self._until_known(name)
        while True:
            await _pause(ASKED_AGAIN_S)
            if self._workers[name].check_failed:
                with contextlib.suppress(Failed):
                    log.info("%s: %s", name, await self.check(name))

    async def _until_known(self, name: str) -> None:
        """Ends too when a message was taken after a no: then the provider knows us."""
        worker, began_s, failures, is_told = self._workers[name], self._clock.now().mono_s, 0, False
        while not (is_told and not worker.check_failed):
            try:
                log.info("%s: %s", name, await self.check(name))
                return
            except Failed as failed:
                failures += 1
                if _is_no(failed) or self._is_too_long(self._clock.now().mono_s - began_s):
                    worker.checked(failed)
                    is_told = True
                await _pause(pause_s(failures, self._retry_s, failed))

    def _is_too_long(self, unreached_s: float) -> bool:
        return unreached_s >= (UNREACHED_S if self._answered else UNREACHED_ALONE_S)


async def _pause(seconds: float) -> None:
    """Unless we end: a library may have swallowed that while its provider was asked."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
    await asyncio.sleep(seconds)


def _is_no(failed: Failed) -> bool:
    return failed.slow or failed.hopeless


async def _asked(worker: Worker) -> str:
    try:
        async with asyncio.timeout(worker.channel.deadline_s):
            return await worker.channel.check()
    except TimeoutError:
        raise Failed(f"no answer within {worker.channel.deadline_s:g} s") from None
    except Failed:
        raise
    except Exception as error:
        raise own_fault(worker.channel.name, error) from None
