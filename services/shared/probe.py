"""Asks one small thing again and again: what hangs is found by its silence, not by its own word."""

import asyncio
import time
from collections.abc import Awaitable, Callable

EACH_S = 15.0
SILENCE_S = 60.0


class Probe:
    """`ask` returns when all is well and raises what is not. It is asked every `each_s`, the next only after an answer."""

    def __init__(self, ask: Callable[[], Awaitable[object]], *, each_s: float = EACH_S, silence_s: float = SILENCE_S) -> None:
        self._ask = ask
        self._each_s = each_s
        self._silence_s = silence_s
        self._asked_s: float | None = None
        self._said: str | None = None

    async def run(self) -> None:
        """Ask for ever. Cancel to stop."""
        while True:
            self._asked_s = time.monotonic()
            try:
                await self._ask()
                self._said = None
            except Exception as error:
                self._said = str(error) or "it failed, and gave no reason"
            self._asked_s = None
            await asyncio.sleep(self._each_s)

    def fault(self) -> str | None:
        """What the last answer said, or for how long none has come; None while all is well."""
        waited_s = 0.0 if self._asked_s is None else time.monotonic() - self._asked_s
        return f"no answer for {waited_s:.0f} s" if waited_s > self._silence_s else self._said
