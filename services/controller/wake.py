"""What wakes the loop: urgently (a signal, a request), shortly (a device's answer), soon (a reading), or the next due moment.

What is urgent waits for nothing. Answers and readings are gathered for a moment, so that three hundred of them are one decision.
"""

import asyncio
import contextlib

_ANSWERS_GAP_S = 0.025  # answers alone wake the loop at most so often
_READINGS_GAP_S = 0.2  # and readings


class Wake:
    """One waiting loop, any number of wakers on the same event loop."""

    def __init__(self) -> None:
        self._gap_s = float("inf")
        self._rung = asyncio.Event()

    def urgently(self) -> None:
        """Decide now."""
        self._ring(0.0)

    def shortly(self) -> None:
        """Decide with the other answers of this moment."""
        self._ring(_ANSWERS_GAP_S)

    def soon(self) -> None:
        """Decide with what else comes in a moment."""
        self._ring(_READINGS_GAP_S)

    async def wait(self, at_most_s: float) -> None:
        """Return when woken, or after so many seconds."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await asyncio.sleep(0)  # a loop that is always due still lets others run
        while (left_s := began_s + min(at_most_s, self._gap_s) - loop.time()) > 0:
            self._rung.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._rung.wait()
        self._gap_s = float("inf")

    def _ring(self, gap_s: float) -> None:
        if gap_s < self._gap_s:
            self._gap_s = gap_s
            self._rung.set()
