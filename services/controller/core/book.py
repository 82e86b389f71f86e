"""The book of orders: the last one to each target by each path, what is under way, and every step of an order's life.

Pure: time is an argument, nothing is sent from here. The controller's dispatch and the twin keep the same book.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.controller.core.judge import judge_fan_order, judge_load_order
from services.controller.core.moments import Now
from services.controller.core.orders import RELAY, LedgerView, Order, Sent, path_of
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.shared.vocabulary import CommandPhase

_RESTARTED = "the controller was started again before it was confirmed"

Key = tuple[str, str]
"""A target and the path to it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step in an order's life. `seconds` since it was sent; None for the sending itself."""

    sent: Sent
    phase: CommandPhase
    seconds: float | None
    detail: str = ""


class Book:
    """What was sent and what became of it. `ids` names the orders; no id may come twice."""

    def __init__(self, ids: Iterator[str]) -> None:
        self._ids = ids
        self._last: dict[Key, Sent] = {}
        self._open: dict[Key, None] = {}  # beside `_dirty` in the order of sending
        self._last_sent: dict[str, float] = {}
        self._under_way: dict[str, Sent] = {}
        self._in_flight: Counter[str] = Counter()
        self._away: set[str] = set()
        self._back: dict[str, float] = {}
        self._dirty: dict[Key, None] = {}

    def view(self) -> LedgerView:
        """What is under way, for `reconcile`."""
        return LedgerView(dict(self._last), dict(self._last_sent), dict(self._in_flight), dict(self._back))

    def remember(self, orders: Mapping[Key, Sent], now: Now) -> tuple[Step, ...]:
        """Take over the orders of an earlier process: a fan's lease and a device's pace go on, what was open has expired.

        Of an earlier boot only what was open is kept, as failed: its moments mean nothing in this one.
        """
        self._last = {key: sent for key, sent in orders.items() if sent.host_boot == now.host_boot}
        for sent in self._last.values():
            device = sent.order.device
            self._last_sent[device] = max(sent.sent_mono_s, self._last_sent.get(device, sent.sent_mono_s))
        for key, sent in orders.items():
            if sent.host_boot != now.host_boot and not sent.done:
                self._last[key] = replace(sent, order=replace(sent.order, attempt=0), sent_mono_s=0.0, host_boot=now.host_boot)
        still_open = [key for key, sent in self._last.items() if not sent.done]
        return tuple(self._close(key, CommandPhase.EXPIRED, now, _RESTARTED) for key in still_open)

    def intend(self, orders: Sequence[Order], now: Now) -> tuple[Step, ...]:
        """Write orders down as sent now. Each counts as in flight until `answered`, whatever else becomes of it."""
        steps: list[Step] = []
        for order in orders:
            steps += self._intend(order, now)
        return tuple(steps)

    def written(self, order: Order) -> Sent:
        """An order just intended, as it stands in the book. KeyError for one that does not."""
        return self._last[_key(order)]

    def settle(self, snapshot: Snapshot, limits: Limits, now: Now, doubted: frozenset[str] = frozenset()) -> tuple[Step, ...]:
        """Judge every open order by what was read since, and note which devices answer again after they counted as lost.

        `doubted`: loads whose readers are in doubt; what they show confirms no order that takes load off.
        """
        self._note_devices(snapshot, limits, now)
        if not self._open:
            return ()
        loads = {load.name: seen for load, seen in zip(limits.loads, snapshot.loads, strict=True)}
        fans = {f"fan-{fan.number}": seen for fan, seen in zip(limits.fans, snapshot.fans, strict=True)}
        steps = []
        for key in tuple(self._open):
            sent, (target, path) = self._last[key], key
            if path == RELAY:
                phase = judge_fan_order(sent, fans[target], now)
            else:
                phase = judge_load_order(sent, loads[target], limits, now, is_doubted=target in doubted)
            if phase is not None:
                steps.append(self._close(key, phase, now))
        return tuple(steps)

    def answered(
        self, order_id: str, phase: CommandPhase, now: Now, detail: str = "", again_s: float | None = None
    ) -> tuple[Step, ...]:
        """The device's answer: acknowledged, refused (`again_s`: it named the time for another try) or failed.

        An answer to an order that ended meanwhile, or that another replaced, only frees its place.
        """
        written = self._under_way.pop(order_id, None)
        if written is None:
            return ()
        self._in_flight[written.order.device] -= 1
        key = _key(written.order)
        current = self._last.get(key)
        if current is None or current.id != order_id:
            return ()
        if phase is CommandPhase.ACKNOWLEDGED:
            self._last[key] = replace(current, acknowledged_mono_s=now.mono_s)
            self._dirty[key] = None
            return () if current.done else (self._step(key, phase, now, detail),)
        if current.done and not written.done:
            return ()  # its life has ended; a renewal is done from its sending on, and may still fail
        self._last[key] = replace(current, again_mono_s=None if again_s is None else now.mono_s + again_s)
        return (self._close(key, phase, now, detail),)

    def take_dirty(self) -> Mapping[Key, Sent]:
        """The orders that changed since the last call, to be stored."""
        orders = {key: self._last[key] for key in self._dirty if key in self._last}
        self._dirty.clear()
        return orders

    def _intend(self, order: Order, now: Now) -> Iterator[Step]:
        key = _key(order)
        renewal = self._is_renewal(key, order)
        if key in self._open:
            yield self._close(key, CommandPhase.EXPIRED, now, f"{order.act.value} took its place")
        sent = Sent(order, now.mono_s, id=next(self._ids), host_boot=now.host_boot, done=renewal)
        self._last[key] = self._under_way[sent.id] = sent
        self._last_sent[order.device] = now.mono_s
        self._in_flight[order.device] += 1
        self._dirty[key] = None
        if not renewal:
            self._open[key] = None
            yield Step(sent, CommandPhase.SENT, None, f"attempt {order.attempt}" if order.attempt > 1 else "")

    def _is_renewal(self, key: Key, order: Order) -> bool:
        last = self._last.get(key)
        return order.lease_s is not None and last is not None and last.order.act is order.act and not last.failed

    def _note_devices(self, snapshot: Snapshot, limits: Limits, now: Now) -> None:
        for device in snapshot.devices:
            lost_after_s = limits.lost_after_s.get(device.name, float("inf"))
            if device.last_ok_mono_s is None or now.mono_s - device.last_ok_mono_s > lost_after_s:
                self._away.add(device.name)
            elif device.name in self._away:
                self._away.discard(device.name)
                self._back[device.name] = now.mono_s

    def _close(self, key: Key, phase: CommandPhase, now: Now, detail: str = "") -> Step:
        self._last[key] = replace(self._last[key], done=True, failed=phase is not CommandPhase.CONFIRMED)
        self._open.pop(key, None)
        self._dirty[key] = None
        return self._step(key, phase, now, detail)

    def _step(self, key: Key, phase: CommandPhase, now: Now, detail: str) -> Step:
        sent = self._last[key]
        return Step(sent, phase, round(now.mono_s - sent.sent_mono_s, 3), detail)


def _key(order: Order) -> Key:
    return order.target, path_of(order.act)
