"""An event loop whose time stands still while anything is under way and leaps to the next due moment when nothing is.

Sockets and threads are real: as long as one has something to say there is no leap. So a day passes in seconds, and every deadline
and pause lasts as long as it says.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from services.shared.clock import Clock, Moment

T = TypeVar("T")
WALL_S = 1_800_000_000.0
_STUCK_S = 30.0


class _Selector(selectors.DefaultSelector):
    """Waits for threads and sockets in our time, and for nothing else."""

    loop: "LeapingLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if self.loop.busy_threads or timeout is None:
            events = super().select(_STUCK_S)
            if not events:
                raise RuntimeError(f"nothing happened for {_STUCK_S:g} s, and nothing is due")
            return events
        self.loop.leap(timeout)
        return []


class LeapingLoop(asyncio.SelectorEventLoop):
    """`busy_threads` are the calls that threads have under way."""

    def __init__(self) -> None:
        self._now_s = 1_000.0
        self.busy_threads = 0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Seconds of the loop's own time."""
        return self._now_s

    def leap(self, seconds: float) -> None:
        """On to the next due moment."""
        self._now_s += seconds

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """As ever, and counted."""
        self.busy_threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _future: object) -> None:
        self.busy_threads -= 1


class LoopClock(Clock):
    """The loop's time as monotonic seconds; the calendar goes with it and is trusted."""

    def now(self) -> Moment:
        """The present moment."""
        now_s = asyncio.get_running_loop().time()
        return Moment(now_s, WALL_S + now_s, True, "this-boot")


def run(main: Coroutine[Any, Any, T]) -> T:
    """As asyncio.run, in a loop that leaps."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(main)
