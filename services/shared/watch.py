"""Whether the asyncio loop still runs: a tick on the loop, and a thread beside it that ends the process when the tick stops.

A process that ends is started again. So a stalled loop ends its process, with the stack that shows where. A process whose threads
all stand still cannot do that: `hung.py`.
"""

import asyncio
import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable

EXIT_STALLED = 70
TICK_S = 0.5


def die(reason: str) -> None:
    """End the process with code 70, whatever else hangs. The reason and every thread's stack go to stderr, if it takes them."""

    def tell() -> None:
        os.write(2, f"ends itself: {reason}\n".encode())
        faulthandler.dump_traceback(file=2)

    threading.Thread(target=tell, daemon=True).start()  # a blocked pipe must not hold the exit
    time.sleep(0.5)
    os._exit(EXIT_STALLED)


class LoopWatch:
    """Ticks on the loop and is looked at from a thread. `lag_s` is how late the last tick came."""

    def __init__(self, *, limit_s: float = 30.0, end: Callable[[str], None] = die) -> None:
        self.lag_s = 0.0
        self._limit_s = limit_s
        self._end = end
        self._last_tick_s = time.monotonic()
        self._ends_at_s: float | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="loop-watch", daemon=True)

    @property
    def tick_age_s(self) -> float:
        """Seconds since the last tick."""
        return time.monotonic() - self._last_tick_s

    async def run(self) -> None:
        """Tick for ever; cancel to stop. The thread runs as long."""
        self._last_tick_s = time.monotonic()
        self._thread.start()
        try:
            while True:
                before = time.monotonic()
                await asyncio.sleep(TICK_S)
                self._last_tick_s = time.monotonic()
                self.lag_s = max(0.0, self._last_tick_s - before - TICK_S)
        finally:
            if self._ends_at_s is None:
                self._stopped.set()

    def must_end_within(self, seconds: float) -> None:
        """From now on the process has so long to end by itself."""
        self._ends_at_s = time.monotonic() + seconds

    def release(self) -> None:
        """The process ended in order: nothing is watched any more."""
        self._stopped.set()

    def _watch(self) -> None:
        step_s = min(1.0, self._limit_s / 4)
        slept_s = time.monotonic()
        while not self._stopped.wait(step_s):
            now_s = time.monotonic()
            if now_s - slept_s > self._limit_s / 2:  # the whole process was paused: the loop gets its chance first
                self._last_tick_s = now_s
            slept_s = now_s
            if self._ends_at_s is not None and now_s > self._ends_at_s:
                self._end("it was told to stop and did not")
            elif self.tick_age_s > self._limit_s:
                self._end(f"the loop stood still for {self.tick_age_s:.0f} s")


def on_own_stderr(text: str) -> None:
    """A line to stderr for a person, before logging exists."""
    sys.stderr.write(text + "\n")
