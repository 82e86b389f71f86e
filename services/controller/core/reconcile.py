"""From the wanted state to orders: compare with the read-back, re-send on difference, never toggle.

One order under way per target and path, with expiry, bounded retries and the device's own pace. Shedding goes before raising,
and the first orders shed the most. Pure like `decide`, so that the simulated day runs this very code.
"""

from collections.abc import Iterator

from services.controller.core.judge import is_settled
from services.controller.core.load_orders import load_orders
from services.controller.core.moments import Now
from services.controller.core.orders import RELAY, Act, LedgerView, Order, Sent, path_of
from services.controller.core.plant import NO_PACE, Fan, Limits, Load, Pace
from services.controller.core.seen import FanSeen, Snapshot
from services.controller.core.wanted import Targets
from services.shared.vocabulary import PowerState

_RENEW_AT = 0.4  # of the lease: two renewals may fail before the fan comes back on
_SLOW_AGAIN = 10  # after its attempts an order rests ten times its confirm time, then begins anew: level, not edge
_REST_AT_MOST_S = 600.0  # a device that was away for its attempts is asked again within a usual response deadline
_RAISES = frozenset({Act.WAKE, Act.OUTLET_ON})


def reconcile(
    targets: Targets, readback: Snapshot, ledger_view: LedgerView, limits: Limits, now: Now
) -> tuple[tuple[Order, ...], float]:
    """The orders to send now, in order, and the moment at which more may be due."""
    wanted = list(_fan_orders(targets, readback, ledger_view, limits, now))
    pairs = tuple(load_orders(targets, readback, ledger_view, limits, now))
    cut = frozenset(order.target for _, order in pairs if order.act is Act.OUTLET_OFF)
    wanted += [order for _, order in sorted(pairs, key=lambda pair: _rank(pair[0], pair[1], cut))]
    sending: list[Order] = []
    due = float("inf")
    sent_now: dict[str, int] = {}
    for order in wanted:
        pace = limits.paces.get(order.device, NO_PACE)
        if order.act is Act.FAN_ON and limits.fan_start_spacing_s > 0 and any(one.act is Act.FAN_ON for one in sending):
            due = min(due, now.mono_s + limits.fan_start_spacing_s)
            continue
        anew_mono_s = _anew_since(order, targets, ledger_view)
        ready, when = _ready(order, ledger_view, pace, now, sent_now.get(order.device, 0), limits, anew_mono_s)
        due = min(due, when)
        if ready is not None:
            sending.append(ready)
            sent_now[order.device] = sent_now.get(order.device, 0) + 1
    return tuple(sending), due


def _rank(load: Load, order: Order, cut: frozenset[str]) -> tuple[bool, int, float, str]:
    """What takes load off first, the largest first. Foreman takes one call a second: while outlets open, what it alone reaches
    has the first turns, then what must be off at once, then what could still be cut later."""
    turn = 0
    if cut and order.act is Act.SLEEP and load.has_outlet:
        turn = 1 if order.target in cut else 2
    return order.act in _RAISES, turn, -load.kw, order.target


def _fan_orders(targets: Targets, readback: Snapshot, ledger_view: LedgerView, limits: Limits, now: Now) -> Iterator[Order]:
    for fan, wanted, seen in zip(limits.fans, targets.fans, readback.fans, strict=True):
        if not fan.wired:
            continue
        order = _fan_order(fan, wanted, seen, ledger_view.last.get((f"fan-{fan.number}", RELAY)), limits, now)
        if order is not None:
            yield order


def _fan_order(fan: Fan, wanted: PowerState, seen: FanSeen, last: Sent | None, limits: Limits, now: Now) -> Order | None:
    expires = now.mono_s + limits.paces.get(fan.device, NO_PACE).confirm_s
    target = f"fan-{fan.number}"
    if wanted is PowerState.ON:
        return None if seen.relay is PowerState.ON else Order(fan.device, Act.FAN_ON, target, expires)
    holds = last is not None and last.order.act is Act.FAN_OFF and not last.failed
    renewed = holds and last is not None and now.mono_s - last.sent_mono_s < fan.lease_s * _RENEW_AT
    if renewed and (seen.relay is PowerState.OFF or not _read_since(seen, last)):
        return None
    return Order(fan.device, Act.FAN_OFF, target, expires, lease_s=fan.lease_s)


def _read_since(seen: FanSeen, last: Sent | None) -> bool:
    return last is not None and seen.relay_mono_s is not None and seen.relay_mono_s > last.sent_mono_s


def _anew_since(order: Order, targets: Targets, ledger_view: LedgerView) -> float:
    """What failed before this moment says nothing any more: load is newly asked off, or the device was lost and is back."""
    asked_mono_s = targets.asked_mono_s if order.act not in _RAISES else float("-inf")
    return max(asked_mono_s, ledger_view.back_mono_s.get(order.device, float("-inf")))


def _ready(
    order: Order, ledger_view: LedgerView, pace: Pace, now: Now, sent_now: int, limits: Limits, anew_mono_s: float
) -> tuple[Order | None, float]:
    """The order if it may go now, else when to ask again."""
    last = ledger_view.last.get((order.target, path_of(order.act)))
    attempt, when = _attempt(order, last, pace, now, anew_mono_s)
    if when > now.mono_s:
        return None, when
    free_at = ledger_view.last_sent_mono_s.get(order.device, float("-inf")) + pace.interval_s
    if order.act is Act.FAN_ON:
        starts = [s.sent_mono_s for s in ledger_view.last.values() if s.order.act is Act.FAN_ON]
        free_at = max(free_at, max(starts, default=float("-inf")) + limits.fan_start_spacing_s)
    if now.mono_s < free_at:
        return None, free_at
    if pace.interval_s > 0 and sent_now:
        return None, now.mono_s + pace.interval_s
    if ledger_view.in_flight.get(order.device, 0) + sent_now >= pace.in_flight:
        return None, float("inf")  # its answer wakes the loop
    return Order(order.device, order.act, order.target, order.expires_mono_s, order.lease_s, attempt), float("inf")


def _attempt(order: Order, last: Sent | None, pace: Pace, now: Now, anew_mono_s: float) -> tuple[int, float]:
    """Which attempt this is and from when it may go: at once if new, else after its pause."""
    if last is None or last.order.act is not order.act:
        return 1, now.mono_s
    if not last.done and not is_settled(last, now):
        return last.order.attempt, last.order.expires_mono_s
    if (order.act is Act.FAN_OFF and not last.failed) or last.sent_mono_s < anew_mono_s:
        return 1, now.mono_s
    if last.done and not last.failed:
        return 1, last.sent_mono_s + pace.retry_s  # it had its effect, and something else undid it
    if last.again_mono_s is not None:
        return last.order.attempt, last.again_mono_s
    if last.order.attempt >= pace.attempts:
        return 1, last.sent_mono_s + min(pace.confirm_s * _SLOW_AGAIN, max(pace.confirm_s, _REST_AT_MOST_S))
    return last.order.attempt + 1, last.sent_mono_s + pace.retry_s * 2 ** (last.order.attempt - 1)
