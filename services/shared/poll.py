"""One poll loop per device, with its own period, deadline and health: a sick device delays nobody else."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from services.shared import raw
from services.shared.clock import Clock
from services.shared.device import DeviceError, Refused
from services.shared.messages import DeviceHealth
from services.shared.unanswered import OWN_FAULT, why
from services.shared.vocabulary import HealthState

log = logging.getLogger(__name__)

LOST_AFTER = 3
"""Failures in a row that make a device lost; from then on the loop backs off."""
LONGEST_RETRY_AFTER_S = 900.0
"""A device may ask to be left alone for so long and no longer."""
REMEMBERED_FAULTS = 20


class Poller:
    """Polls one device for ever: every `period_s`, at most `deadline_s` a poll, up to `max_backoff_s` apart while it is lost.

    `poll(started_mono_s)` does one reading, hands its results on, raises DeviceError; anything else it raises is a failure too.
    `on_health` hears every change. A lost device is never asked oftener than a healthy one: the jitter lies above the period.
    """

    def __init__(  # noqa: PLR0913 - all by name, each a property of the device
        self,
        device: str,
        kind: str,
        *,
        period_s: float,
        deadline_s: float,
        poll: Callable[[float], Awaitable[None]],
        clock: Clock,
        on_health: Callable[[DeviceHealth], None],
        max_backoff_s: float = 60.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.health = DeviceHealth(
            device=device, kind=kind, state=HealthState.STARTING, reason="", last_ok_mono_s=None, lost_since_at=None,
            due_s=period_s + deadline_s,
        )  # fmt: skip
        self._period_s = period_s
        self._deadline_s = deadline_s
        self._poll = poll
        self._clock = clock
        self._on_health = on_health
        self._max_backoff_s = max_backoff_s
        self._chance = chance
        self._nudged = asyncio.Event()
        self._failures = 0
        self._failing_since_at: float | None = None
        self._faults: set[str] = set()

    def nudge(self) -> None:
        """Poll at once; while a poll runs, once more after it."""
        self._nudged.set()

    async def run(self) -> None:
        """Poll for ever; cancel to stop."""
        raw.about(self.health.device)
        while True:
            self._nudged.clear()
            started = self._clock.now().mono_s
            failure = await self._attempt(started)
            self._ended(failure, started)
            if failure is None:
                self._succeeded(started)
            else:
                self._failed(failure)
            await self._pause(self._delay_s(failure) - (self._clock.now().mono_s - started))

    async def _attempt(self, started_mono_s: float) -> Exception | None:
        try:
            async with asyncio.timeout(self._deadline_s) as deadline:
                await self._poll(started_mono_s)
        except DeviceError as error:
            return error
        except TimeoutError as error:
            return DeviceError(why(error, within_s=self._deadline_s if deadline.expired() else None, connected=True))
        except Exception as error:
            self._log_fault(error)
            return error
        return None

    def _log_fault(self, error: Exception) -> None:
        fault = f"{type(error).__name__}: {error}"
        if fault not in self._faults and len(self._faults) < REMEMBERED_FAULTS:
            self._faults.add(fault)
            log.exception("%s: a fault of our own while polling", self.health.device)

    def _ended(self, failure: Exception | None, started_mono_s: float) -> None:
        took_s = round(self._clock.now().mono_s - started_mono_s, 4)
        last = {"polled_mono_s": started_mono_s, "took_s": took_s, "failure": "" if failure is None else _words(failure)}
        self.health = self.health.model_copy(update=last)

    def _succeeded(self, started_mono_s: float) -> None:
        if self.health.state is HealthState.LOST:
            log.info("%s answers again", self.health.device)
        self._failures = 0
        self._failing_since_at = None
        self._become(HealthState.OK, "", started_mono_s)

    def _failed(self, failure: Exception) -> None:
        self._failures += 1
        if self._failing_since_at is None:
            self._failing_since_at = self._clock.now().wall_s
        if self._failures < LOST_AFTER:
            return
        reason = _words(failure)
        if self.health.state is not HealthState.LOST:
            log.warning("%s is lost: %s", self.health.device, reason)
        self._become(HealthState.LOST, reason, self.health.last_ok_mono_s)

    def _become(self, state: HealthState, reason: str, last_ok_mono_s: float | None) -> None:
        before = self.health
        self.health = before.model_copy(
            update={
                "state": state,
                "reason": reason,
                "last_ok_mono_s": last_ok_mono_s,
                "lost_since_at": self._failing_since_at if state is HealthState.LOST else None,
            }
        )
        if (before.state, before.reason) == (state, reason):
            return
        try:
            self._on_health(self.health)
        except Exception:
            log.exception("%s: its health could not be told", self.health.device)

    def _delay_s(self, failure: Exception | None) -> float:
        if self._failures < LOST_AFTER:
            delay_s = self._period_s
        else:
            doublings = min(self._failures - LOST_AFTER + 1, 32)
            ceiling_s = max(self._period_s, min(self._max_backoff_s, self._period_s * 2.0**doublings))
            delay_s = self._period_s + self._chance() * (ceiling_s - self._period_s)
        if isinstance(failure, Refused) and failure.retry_after_s is not None:
            delay_s = max(delay_s, min(failure.retry_after_s, LONGEST_RETRY_AFTER_S))
        return delay_s

    async def _pause(self, delay_s: float) -> None:
        try:
            async with asyncio.timeout(max(delay_s, 0.0)):
                await self._nudged.wait()
        except TimeoutError:
            return


def _words(failure: Exception) -> str:
    return str(failure) or "no reason is known" if isinstance(failure, DeviceError) else OWN_FAULT
