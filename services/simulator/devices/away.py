"""A provider that is away: while its fault `offline` is in force nothing listens at its port, and the kernel refuses."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from services.simulator.site import Faults

Act = Callable[[], Awaitable[None]]


class Away:
    """Closes a listener when the fault begins and opens it again when it ends. `close` cuts what is connected, too."""

    def __init__(self, faults: Faults, name: str, *, opens: Act, close: Act) -> None:
        self._faults = faults
        self._name = name
        self._open, self._close = opens, close
        self._task: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Begin; the listener is open."""
        self._task = asyncio.create_task(self._run(), name=f"{self._name}-away")

    async def stop(self) -> None:
        """Leave the listener as it is; may be called twice."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        is_open = True
        while True:
            news = self._faults.news
            if self._faults.has(self._name, "offline") is is_open:
                await (self._close() if is_open else self._open())
                is_open = not is_open
            await news.wait()
