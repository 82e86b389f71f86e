"""Sends orders and tells what became of them; the book itself is kept by the core.

Each order runs in a task of its own, so one hung device delays no other. An acknowledgement is never taken for an effect.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from services.controller.core.book import Book, Key, Step
from services.controller.core.moments import Now
from services.controller.core.orders import LedgerView, Order, Sent
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.drivers.base import Driver, TellsFate
from services.shared import raw
from services.shared.clock import Clock
from services.shared.device import DeviceError, Refused
from services.shared.messages import Event
from services.shared.unanswered import OWN_FAULT
from services.shared.vocabulary import CommandPhase

log = logging.getLogger(__name__)

_FATE_WITHIN_S = 15.0


class Dispatch:
    """The acting side of the loop. `on_news` is called when an answer or a failure came in."""

    def __init__(
        self, drivers: Mapping[str, Driver], limits: Limits, clock: Clock, boot: str, on_news: Callable[[], None]
    ) -> None:
        self._drivers = drivers
        self._limits = limits
        self._clock = clock
        self._on_news = on_news
        self._book = Book(f"{boot[:8]}-{number}" for number in itertools.count(1))
        self._tasks: set[asyncio.Task[None]] = set()
        self._events: list[Event] = []

    def remember(self, orders: Mapping[Key, Sent], now: Now) -> None:
        """Take over what an earlier process sent, and tell the end of what was open."""
        self._tell(self._book.remember(orders, now), now)

    def view(self) -> LedgerView:
        """What is under way, for `reconcile`."""
        return self._book.view()

    def settle(self, snapshot: Snapshot, now: Now, doubted: frozenset[str] = frozenset()) -> None:
        """Judge every open order by what was read since; where one showed no effect, ask its device why."""
        steps = self._book.settle(snapshot, self._limits, now, doubted)
        self._tell(steps, now)
        for step in steps:
            if step.phase is CommandPhase.EXPIRED:
                self._ask_fate(step.sent)

    def intend(self, orders: tuple[Order, ...], now: Now) -> None:
        """Write the orders down; they go out after the commit."""
        self._tell(self._book.intend(orders, now), now)

    def launch(self, orders: tuple[Order, ...]) -> None:
        """Send them, each on its own."""
        for order in orders:
            self._begin(self._send(self._book.written(order)))

    def take_news(self) -> tuple[Mapping[Key, Sent], tuple[Event, ...]]:
        """What changed since the last call: orders to store and events to tell."""
        events = tuple(self._events)
        self._events.clear()
        return self._book.take_dirty(), events

    async def close(self) -> None:
        """Let what is under way end within 2 s, then give up the connections."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2.0)
        for task in self._tasks:
            task.cancel()
        for device, driver in self._drivers.items():
            try:
                await driver.close()
            except Exception:
                log.exception("driver %s did not close", device)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, sent: Sent) -> None:
        raw.about(sent.order.device)
        phase, detail, again_s = await self._call(sent)
        now = self._now()
        self._tell(self._book.answered(sent.id, phase, now, detail, again_s), now)
        self._on_news()

    async def _call(self, sent: Sent) -> tuple[CommandPhase, str, float | None]:
        order = sent.order
        try:
            async with asyncio.timeout(order.expires_mono_s - sent.sent_mono_s):
                return CommandPhase.ACKNOWLEDGED, await self._drivers[order.device].send(order), None
        except Refused as error:
            return CommandPhase.REFUSED, str(error), error.retry_after_s
        except (DeviceError, TimeoutError) as error:
            return CommandPhase.FAILED, str(error) or "no answer in time", None
        except Exception:  # a driver's fault must not stop the loop; it is an order that failed
            log.exception("driver %s failed on %s", order.device, order)
            return CommandPhase.FAILED, OWN_FAULT, None

    def _ask_fate(self, sent: Sent) -> None:
        """An order that showed no effect: where its device can tell, say what it thinks became of it."""
        driver: object = self._drivers.get(sent.order.device)
        if isinstance(driver, TellsFate):
            self._begin(self._tell_fate(driver, sent))

    async def _tell_fate(self, driver: TellsFate, sent: Sent) -> None:
        raw.about(sent.order.device)
        try:
            async with asyncio.timeout(_FATE_WITHIN_S):
                word = await driver.fate(sent.order.target)
        except (DeviceError, TimeoutError):
            return  # the order has expired all the same; the device's health is told elsewhere
        self._events.append(_event(sent, f"{_words(sent.order)}: {word}", self._now()))
        self._on_news()

    def _tell(self, steps: Iterable[Step], now: Now) -> None:
        for step in steps:
            title = f"{_words(step.sent.order)} {step.phase.value}"
            self._events.append(_event(step.sent, title, now, phase=step.phase, seconds=step.seconds, detail=step.detail))

    def _now(self) -> Now:
        moment = self._clock.now()
        return Now(moment.mono_s, moment.wall_s, moment.wall_trusted, moment.host_boot)


def _words(order: Order) -> str:
    return f"{order.act.value} {order.target}"


def _event(
    sent: Sent, title: str, now: Now, *, phase: CommandPhase | None = None, seconds: float | None = None, detail: str = ""
) -> Event:
    return Event(
        subject=("controller",),
        ledger_seq=0,
        kind="command",
        happened_at=now.wall_s,
        title=title,
        device=sent.order.device,
        target=sent.order.target,
        act=sent.order.act.value,
        phase=phase,
        command_id=sent.id,
        seconds=seconds,
        detail=detail,
    )
