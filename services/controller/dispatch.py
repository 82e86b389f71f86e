"""Sends orders and remembers what became of them: sent, acknowledged, confirmed with seconds, refused, failed, expired.

Each order runs in a task of its own, so one hung device delays no other. An acknowledgement is never taken for an effect.
"""

import asyncio
import itertools
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from services.controller.core.judge import judge_fan_order, judge_load_order
from services.controller.core.moments import Now
from services.controller.core.orders import Act, LedgerView, Order, Sent
from services.controller.core.plant import Limits
from services.controller.core.reconcile import RELAY, path_of
from services.controller.drivers.base import Driver, TellsFate
from services.controller.readback import Readback
from services.shared.clock import Clock
from services.shared.device import DeviceError, Refused
from services.shared.messages import Event
from services.shared.vocabulary import CommandPhase

log = logging.getLogger(__name__)

Key = tuple[str, str]

_FATE_WITHIN_S = 15.0


class Dispatch:
    """The acting side of the loop. `on_news` is called when an answer or a failure came in."""

    def __init__(
        self,
        drivers: Mapping[str, Driver],
        limits: Limits,
        readback: Readback,
        clock: Clock,
        boot: str,
        on_news: Callable[[], None],
    ) -> None:
        self._drivers = drivers
        self._limits = limits
        self._readback = readback
        self._clock = clock
        self._ids = (f"{boot[:8]}-{number}" for number in itertools.count(1))
        self._on_news = on_news
        self._last: dict[Key, Sent] = {}
        self._last_sent: dict[str, float] = {}
        self._in_flight: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._dirty: set[Key] = set()
        self._events: list[Event] = []

    def remember(self, orders: Mapping[Key, Sent], host_boot: str) -> None:
        """Take over the orders of an earlier process of this boot: a fan's lease goes on, an unanswered order is expired."""
        self._last = {key: replace(sent, done=True) for key, sent in orders.items() if sent.host_boot == host_boot}

    def view(self) -> LedgerView:
        """What is under way, for `reconcile`."""
        return LedgerView(dict(self._last), dict(self._last_sent), dict(self._in_flight))

    def settle(self, now: Now) -> None:
        """Judge every open order by what was read since."""
        for key, sent in list(self._last.items()):
            if sent.done:
                continue
            if key[1] == RELAY:
                phase = judge_fan_order(sent, self._readback.fan(int(key[0].removeprefix("fan-"))), now)
            else:
                phase = judge_load_order(sent, self._readback.load(key[0]), self._limits, now)
            if phase is not None:
                self._close(key, sent, phase, now)
            if phase is CommandPhase.EXPIRED:
                self._ask_fate(sent)

    def intend(self, orders: tuple[Order, ...], now: Now) -> None:
        """Write the orders down; they go out after the commit."""
        for order in orders:
            sent = Sent(order, now.mono_s, id=next(self._ids), host_boot=now.host_boot)
            key = (order.target, path_of(order.act))
            renewal = self._is_renewal(key, order)
            before = self._last.get(key)
            if before is not None and not before.done:
                self._close(key, before, CommandPhase.EXPIRED, now, f"{order.act.value} took its place")
            self._last[key] = replace(sent, done=renewal)
            self._last_sent[order.device] = now.mono_s
            self._dirty.add(key)
            if not renewal:
                self._tell(sent, CommandPhase.SENT, now, detail=f"attempt {order.attempt}" if order.attempt > 1 else "")

    def launch(self, orders: tuple[Order, ...]) -> None:
        """Send them, each on its own."""
        for order in orders:
            self._in_flight[order.device] += 1
            self._begin(self._send(order, self._last[order.target, path_of(order.act)]))

    def take_news(self) -> tuple[dict[Key, Sent], tuple[Event, ...]]:
        """What changed since the last call: orders to store and events to tell."""
        orders = {key: self._last[key] for key in self._dirty if key in self._last}
        events = tuple(self._events)
        self._dirty.clear()
        self._events.clear()
        return orders, events

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

    def _ask_fate(self, sent: Sent) -> None:
        """An order that showed no effect: where its device can tell, say what it thinks became of it."""
        driver: object = self._drivers.get(sent.order.device)
        if isinstance(driver, TellsFate):
            self._begin(self._tell_fate(driver, sent))

    async def _tell_fate(self, driver: TellsFate, sent: Sent) -> None:
        try:
            async with asyncio.timeout(_FATE_WITHIN_S):
                word = await driver.fate(sent.order.target)
        except (DeviceError, TimeoutError):
            return  # the order has expired all the same; the device's health is told elsewhere
        now = self._now()
        order = sent.order
        self._events.append(self._event(sent, f"{order.act.value} {order.target}: {word}", now))
        self._on_news()

    def _is_renewal(self, key: Key, order: Order) -> bool:
        last = self._last.get(key)
        return order.lease_s is not None and last is not None and last.order.act is order.act and not last.failed

    async def _send(self, order: Order, sent: Sent) -> None:
        key = (order.target, path_of(order.act))
        phase, detail = CommandPhase.ACKNOWLEDGED, ""
        again_s: float | None = None
        try:
            async with asyncio.timeout(order.expires_mono_s - sent.sent_mono_s):
                detail = await self._drivers[order.device].send(order)
        except Refused as error:
            phase, detail, again_s = CommandPhase.REFUSED, str(error), error.retry_after_s
        except (DeviceError, TimeoutError) as error:
            phase, detail = CommandPhase.FAILED, str(error) or "no answer in time"
        except Exception as error:  # a driver's fault must not stop the loop; it is an order that failed
            log.exception("driver %s failed on %s", order.device, order)
            phase, detail = CommandPhase.FAILED, type(error).__name__
        finally:
            self._in_flight[order.device] -= 1
        now = self._now()
        current = self._last.get(key)
        if current is not None and current.id == sent.id:
            again_mono_s = None if again_s is None else now.mono_s + again_s
            self._answered(key, replace(current, again_mono_s=again_mono_s), phase, detail, now)
        self._on_news()

    def _answered(self, key: Key, sent: Sent, phase: CommandPhase, detail: str, now: Now) -> None:
        if phase is CommandPhase.ACKNOWLEDGED:
            self._last[key] = replace(sent, acknowledged_mono_s=now.mono_s)
            if not sent.done:
                self._tell(sent, phase, now, detail)
        elif not sent.done or sent.order.act is Act.FAN_OFF:  # a renewal is done from its sending on, and may still fail
            self._close(key, sent, phase, now, detail)
        self._dirty.add(key)

    def _close(self, key: Key, sent: Sent, phase: CommandPhase, now: Now, detail: str = "") -> None:
        self._last[key] = replace(sent, done=True, failed=phase is not CommandPhase.CONFIRMED)
        self._dirty.add(key)
        self._tell(sent, phase, now, detail)

    def _tell(self, sent: Sent, phase: CommandPhase, now: Now, detail: str = "") -> None:
        title = f"{sent.order.act.value} {sent.order.target} {phase.value}"
        seconds = None if phase is CommandPhase.SENT else round(now.mono_s - sent.sent_mono_s, 3)
        told = {"phase": phase, "seconds": seconds, "detail": detail}
        self._events.append(self._event(sent, title, now).model_copy(update=told))

    @staticmethod
    def _event(sent: Sent, title: str, now: Now) -> Event:
        return Event(
            subject=("controller",),
            ledger_seq=0,
            kind="command",
            happened_at=now.wall_s,
            title=title,
            device=sent.order.device,
            target=sent.order.target,
            command_id=sent.id,
        )

    def _now(self) -> Now:
        moment = self._clock.now()
        return Now(moment.mono_s, moment.wall_s, moment.wall_trusted, moment.host_boot)
