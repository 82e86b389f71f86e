"""What holds of orders: never a raise of what must stay down, never one twice, no outlet without a cause."""

from collections import Counter

from services.controller.core.memory import Cause
from services.controller.core.orders import Act, Order
from services.controller.core.plant import Load
from services.shared.vocabulary import LeaseKind, LoadKind, LoadState, LoadTarget, PowerState
from services.simulator.invariants import facts
from services.simulator.twin.step import Step

_PATH = {Act.SLEEP: "soft", Act.WAKE: "soft", Act.OUTLET_OFF: "outlet", Act.OUTLET_ON: "outlet"}
_LOST_GRACE_S = 10.0


def orders_follow_the_wanted_state(step: Step) -> str | None:
    """A raising order goes only to a load that shall run and is read as down; a lowering one never to a load that shall run."""
    for load, seen, target in facts.seen_loads(step):
        for order in _orders_to(step, load.name):
            if order.act in (Act.WAKE, Act.OUTLET_ON):
                reads_down = seen.state is LoadState.ASLEEP if order.act is Act.WAKE else seen.outlet is PowerState.OFF
                if target is not LoadTarget.RUN:
                    return f"{order.act.value} to {load.name}, which shall stay down"
                if not reads_down:
                    return f"{order.act.value} to {load.name}, which is not read as down"
            elif target is LoadTarget.RUN:
                return f"{order.act.value} to {load.name}, which shall run"
    return None


def an_order_goes_where_it_may(step: Step) -> str | None:
    """No outlet is switched that is protected or not listed, and every order goes by the device of its target's row."""
    loads = {load.name: load for load in step.limits.loads}
    fans = {f"fan-{fan.number}": fan for fan in step.limits.fans}
    for order in step.orders:
        load, fan = loads.get(order.target), fans.get(order.target)
        if load is not None:
            by_outlet = _PATH.get(order.act) == "outlet"
            if by_outlet and (load.protected or load.outlet is None or not load.pdu):
                return f"{order.act.value} to {load.name}, whose outlet is protected or not listed"
            if order.device != (load.pdu if by_outlet else load.soft_device) or not order.device:
                return f"{order.act.value} to {load.name} by {order.device or 'nothing'}"
        elif fan is None or not fan.wired or order.device != fan.device:
            return f"{order.act.value} to {order.target}, which is not listed or not wired"
    return None


def no_two_orders_at_once(step: Step) -> str | None:
    """A target has at most one order under way on each path, so none overtakes another."""
    paths = Counter((order.target, _PATH.get(order.act, "relay")) for order in step.orders)
    twice = [target for (target, _), count in paths.items() if count > 1]
    return f"two orders to {twice[0]} at once" if twice else None


def a_fan_stops_only_on_a_lease(step: Step) -> str | None:
    """A fan is ordered off only with the lease after which it comes back by itself; never two are ordered on at once."""
    wanted = {
        f"fan-{fan.number}": (fan, target) for fan, target in zip(step.limits.fans, step.decision.targets.fans, strict=True)
    }
    for order in step.orders:
        if order.act is Act.FAN_OFF:
            fan, target = wanted[order.target]
            if target is PowerState.ON or order.lease_s != fan.lease_s:
                return f"{order.target} is ordered off without its lease or against what is wanted"
        if order.act is Act.FAN_ON and wanted[order.target][1] is not PowerState.ON:
            return f"{order.target} is ordered on and wanted off"
    starts = sum(order.act is Act.FAN_ON for order in step.orders)
    return f"{starts} fans are ordered on at once" if starts > 1 and step.limits.fan_start_spacing_s > 0 else None


def an_outlet_opens_only_for_its_causes(step: Step) -> str | None:
    """No outlet opens under load but for a cause that allows it: at once for smoke, water, a STOP or most fans broken; after the
    soft wait for over-temperature; before the deadline, but not in the first half of it, for a control or a breaker's limit;
    sooner where the sleep path is gone; for a lost signal only if the operator said so; for a drill of the outlet. Never for
    warmth or a lease."""
    for load, seen, target in facts.seen_loads(step):
        if target is not LoadTarget.OFF:
            continue
        if not load.has_outlet:
            return f"{load.name} shall be cut at an outlet that is protected or not listed"
        if load.name in step.before.opened:
            continue
        watts = facts.own_watts(step, seen)
        is_down = watts is not None and watts <= step.limits.asleep_watts
        drilled = any(hold.kind is LeaseKind.DRILL and load.name in hold.members for hold in step.before.holds)
        if not is_down and not drilled and not _may_be_cut(step, load):
            return f"the outlet of {load.name} opens under load and no cause allows it"
    return None


def _may_be_cut(step: Step, load: Load) -> bool:
    since = {(one.rule, one.scope): one.since for one in step.decision.state.ceilings}
    for ceiling in step.decision.ceilings:
        if ceiling.scope not in load.scopes:
            continue
        asked_s = facts.since_s(step, since.get((ceiling.rule, ceiling.scope), step.now))
        wait_s = _wait_s(step, ceiling.cause)
        hard = ceiling.cause in (Cause.TRIP, Cause.EMERGENCY)
        if wait_s is None or (step.limits.pdu_on_curtail == "never" and not hard):
            continue
        sooner_s = _LOST_GRACE_S if load.kind is LoadKind.OUTLET or _is_lost(step, load.soft_device) else wait_s
        if asked_s >= min(wait_s, sooner_s):
            return True
    return False


def _wait_s(step: Step, cause: Cause) -> float | None:
    limits = step.limits
    in_time_s = limits.response_deadline_s / 2
    waits = {Cause.UTILITY: in_time_s, Cause.LIMIT: in_time_s}
    waits |= {Cause.TRIP: limits.thermal_soft_wait_s, Cause.EMERGENCY: 0.0}
    if limits.hard_cut_on_loss:
        waits[Cause.SIGNAL_LOST] = in_time_s
    return waits.get(cause)


def _is_lost(step: Step, device: str) -> bool:
    for one in step.snapshot.devices:
        if one.name == device:
            if one.last_ok_mono_s is not None:
                silent_s = facts.age_s(step, one.last_ok_mono_s)
            else:  # not heard by this process: it is as it was before the restart, or the boot
                known = next((gone for gone in step.before.silent if gone.device == device), None)
                if known is not None and known.is_lost:
                    return True
                silent_s = facts.since_s(step, known.since if known else step.before.started)
            return silent_s > step.limits.lost_after_s.get(device, float("inf"))
    return not device


def _orders_to(step: Step, target: str) -> list[Order]:
    return [order for order in step.orders if order.target == target]
