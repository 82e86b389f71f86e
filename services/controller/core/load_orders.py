"""What each load would be told now, by which path, before any pace: level, not edge."""

from collections.abc import Iterator

from services.controller.core.moments import Now
from services.controller.core.orders import OUTLET, SOFT, Act, LedgerView, Order, Sent, path_of
from services.controller.core.plant import NO_PACE, Limits, Load
from services.controller.core.proof import fresh_watts
from services.controller.core.seen import LoadSeen, Snapshot
from services.controller.core.wanted import Targets
from services.shared.vocabulary import LoadState, LoadTarget, PowerState


def load_orders(
    targets: Targets, readback: Snapshot, ledger_view: LedgerView, limits: Limits, now: Now
) -> Iterator[tuple[Load, Order]]:
    """The orders by which each load would become what is wanted, by every path that it has."""
    for load, target, seen in zip(limits.loads, targets.loads, readback.loads, strict=True):
        raising = target is LoadTarget.RUN
        if raising and load.name in targets.unwoken:
            continue
        acts = _raising(load, seen) if raising else _lowering(load, targets, target, seen, ledger_view, limits, now)
        for act in acts:
            device = load.pdu if path_of(act) == OUTLET else load.soft_device
            pace = limits.paces.get(device, NO_PACE)
            yield load, Order(device, act, load.name, now.mono_s + pace.confirm_s)


def _raising(load: Load, seen: LoadSeen) -> Iterator[Act]:
    """A closed outlet first; a miner is woken only if it is known to be asleep."""
    if load.has_outlet and seen.outlet is PowerState.OFF:
        yield Act.OUTLET_ON
    elif load.soft_device and seen.state is LoadState.ASLEEP:
        yield Act.WAKE


def _lowering(
    load: Load, targets: Targets, target: LoadTarget, seen: LoadSeen, ledger_view: LedgerView, limits: Limits, now: Now
) -> Iterator[Act]:
    """Both ways at once where the outlet shall open too: its PDU may be the one that does not answer.

    Nothing where it reads down already, unless what was told it last never showed: its reader may repeat an old answer.
    """
    is_doubted = load.name in targets.doubted
    by_outlet, by_word = (ledger_view.last.get((load.name, path)) for path in (OUTLET, SOFT))
    if seen.outlet is PowerState.OFF and not (is_doubted or _is_unconfirmed(by_outlet)):
        return
    if target is LoadTarget.OFF and load.has_outlet:
        yield Act.OUTLET_OFF
    slept = _went_to_sleep(by_word, by_outlet)
    if load.soft_device and _is_to_sleep(seen, by_word, slept, is_doubted, limits, now):
        yield Act.SLEEP


def _is_to_sleep(seen: LoadSeen, by_word: Sent | None, slept: bool, is_doubted: bool, limits: Limits, now: Now) -> bool:
    watts = fresh_watts(seen, limits, now)
    down = watts is not None and watts <= limits.asleep_watts
    if seen.state is LoadState.ASLEEP:
        lies = watts is not None and not down
        waking = by_word is not None and by_word.order.act is Act.WAKE and _is_unconfirmed(by_word)  # its word is of before it
        return lies or waking or is_doubted
    return not (down and (seen.state is LoadState.UNKNOWN or slept))  # its own word comes after its watts


def _is_unconfirmed(last: Sent | None) -> bool:
    return last is not None and (not last.done or last.failed)


def _went_to_sleep(by_word: Sent | None, by_outlet: Sent | None) -> bool:
    """Whether it was sent to sleep and that showed. What got its power back since starts anew, and may hash."""
    if by_word is None or by_word.order.act is not Act.SLEEP or not by_word.done or by_word.failed:
        return False
    is_back = by_outlet is not None and by_outlet.order.act is Act.OUTLET_ON and by_outlet.sent_mono_s > by_word.sent_mono_s
    return not is_back
