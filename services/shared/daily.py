"""What is done once a day beside the work, and when and how each was done last.

Days are counted on the monotonic clock from the start: a Pi that boots in 1970 skips nothing, and a leap of the calendar does
nothing twice. What failed is tried again in an hour; one that gives no answer failed, and is not begun again before it ends.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from services.shared.clock import Clock, Moment
from services.shared.turn import LONGEST_S, Turn

log = logging.getLogger(__name__)

FIRST_S = 900.0
"""After the start the plant comes first."""
EACH_S = 86_400.0
AGAIN_S = 3_600.0
_LOOK_S = 60.0
Job = Callable[[], Awaitable[str]]
"""What it did, in words. Raises where it could not be done."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a job ended last; `mono_s` of this boot."""

    ok: bool
    words: str
    mono_s: float


class Book(Collector):
    """The last of each job, and the same as metrics: `mine_daily_ok` and `mine_daily_age_seconds` by `job`."""

    def __init__(self, clock: Clock) -> None:
        self.last: dict[str, Done] = {}
        self._clock = clock

    def note(self, job: str, now: Moment, words: str, *, ok: bool) -> None:
        """It was done, or could not be."""
        before, self.last[job] = self.last.get(job), Done(ok, words, now.mono_s)
        if ok:
            log.info("daily: %s: %s", job, words)
        elif before is None or (before.ok, before.words) != (False, words):
            log.error("daily: %s failed: %s", job, words)

    def collect(self) -> Iterator[Metric]:
        """Nothing of a job that was not yet done."""
        ok = GaugeMetricFamily("mine_daily_ok", "1 where the job was done and found nothing wrong", labels=["job"])
        age = GaugeMetricFamily("mine_daily_age_seconds", "since the job was done last", labels=["job"])
        now_s = self._clock.now().mono_s
        for job, done in self.last.items():
            ok.add_metric([job], float(done.ok))
            age.add_metric([job], now_s - done.mono_s)
        yield ok
        yield age


class Daily:
    """Does each job once a day, one after another."""

    def __init__(self, jobs: Mapping[str, Job], clock: Clock, book: Book, *, longest_s: float = LONGEST_S) -> None:
        self._turns: dict[str, Turn[str]] = {name: Turn(longest_s) for name in jobs}
        self._jobs, self._clock, self._book = jobs, clock, book
        self._due_s = dict.fromkeys(jobs, clock.now().mono_s + FIRST_S)

    async def run(self) -> None:
        """For ever; cancel to stop."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_S)

    async def look(self) -> None:
        """Do what is due now. Never raises for a job."""
        for name, job in self._jobs.items():
            now = self._clock.now()
            if now.mono_s < self._due_s[name]:
                continue
            try:
                words, ok = await self._turns[name].done(job), True
            except Exception as error:
                log.debug("daily: %s", name, exc_info=True)
                words, ok = str(error) or "a fault of our own", False
            self._due_s[name] = now.mono_s + (EACH_S if ok else AGAIN_S)
            self._book.note(name, self._clock.now(), words, ok=ok)
