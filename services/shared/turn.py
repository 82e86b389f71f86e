"""One thing that is done in a thread, with a time in which it must answer, and never twice at once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from services.shared.spans import span

LONGEST_S = 1_800.0
"""A card that reads 10 MB/s gives 18 GB meanwhile."""
T = TypeVar("T")


class NoAnswer(Exception):
    """It did not answer in its time, and may still be at work: a thread cannot be ended."""


class Turn(Generic[T]):
    """Waits `longest_s` for an answer. While one is still at work no other is begun; its answer is that of a later turn."""

    def __init__(self, longest_s: float) -> None:
        self._longest_s = longest_s
        self._task: asyncio.Future[T] | None = None

    async def done(self, job: Callable[[], Awaitable[T]]) -> T:
        """Its answer, or that of the one before it that came late. Raises NoAnswer, or what the job raises."""
        is_late = self._task is not None
        task = self._task = self._task or asyncio.ensure_future(job())
        try:
            await asyncio.wait({task}, timeout=0.0 if is_late else self._longest_s)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not task.done():
            raise NoAnswer(f"no answer for {span(self._longest_s)}, it may still be at work")
        self._task = None
        return task.result()
