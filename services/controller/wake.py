"""What wakes the loop: urgently (a signal, a request, an answer) or soon (a reading), or the next due moment."""

import asyncio

_CALM_GAP_S = 0.2  # readings alone wake the loop at most so often


class Wake:
    """One waiting loop, any number of wakers on the same event loop."""

    def __init__(self) -> None:
        self._urgent = asyncio.Event()
        self._calm = asyncio.Event()

    def urgently(self) -> None:
        """Decide now."""
        self._urgent.set()
        self._calm.set()

    def soon(self) -> None:
        """Decide with what else comes in a moment."""
        self._calm.set()

    async def wait(self, at_most_s: float) -> None:
        """Return when woken, or after so many seconds."""
        gap_s = min(max(0.0, at_most_s), _CALM_GAP_S)
        if not await _set_within(self._urgent, gap_s):
            await _set_within(self._calm, at_most_s - gap_s)
        self._urgent.clear()
        self._calm.clear()


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    if seconds <= 0 or event.is_set():
        await asyncio.sleep(0)  # a loop that is always due still lets others run
        return event.is_set()
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
