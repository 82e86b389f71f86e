"""What a lone pass sends of a decision: down and cool, never up, and nothing to what a person locked out."""

from dataclasses import replace
from typing import Any

from services.cli.alone.careful import Careful, limits_alone
from services.controller.core.memory import Lockout, State, Trip
from services.controller.core.orders import Act, LedgerView, Order
from services.controller.core.plant import Limits
from services.controller.core.seen import DeviceSeen, Snapshot
from services.shared.vocabulary import Level, PowerState
from tests.plant import Site, fan, limits, miner, moment, seen

BOARD = DeviceSeen("relay-1", "modbus_fans", 1000.0)


def site(**changes: Any) -> Site:
    return Site(limits_alone(limits(fans=3, device_kinds={"relay-1": "modbus_fans"}, fan_start_spacing_s=0.0, **changes)))


def passed(it: Site, at: float = 1000.0, state: State | None = None, **more: Any) -> tuple[tuple[Order, ...], Careful]:
    it.state = state or it.state
    snapshot: Snapshot = seen(at, it.limits, **{"devices": (BOARD,), **more})
    decision = it.at(at, snapshot)
    careful = Careful()
    return careful.orders(decision, snapshot, LedgerView(), it.limits, moment(at))[0], careful


def asleep(it: Limits, at: float) -> tuple[Any, ...]:
    return tuple(miner(at, asleep=True, outlet=PowerState.OFF if i % 2 else PowerState.ON) for i in range(len(it.loads)))


def test_however_long_all_is_normal_nothing_that_sleeps_comes_back() -> None:
    it = site()
    for at in range(1000, 5000, 20):
        orders, _ = passed(it, float(at), loads=asleep(it.limits, at))
        assert not orders
    assert not it.state.running


def test_a_control_takes_load_off_at_once() -> None:
    orders, careful = passed(site(), level=Level.CONTROL)
    assert {order.act for order in orders} == {Act.SLEEP}
    assert careful.due_mono_s == 1000.0


def test_every_fan_that_stands_is_switched_on_and_none_off() -> None:
    standing = (fan(1000.0), fan(1000.0, 0.0, PowerState.OFF), fan(1000.0))
    orders, _ = passed(site(), fans=standing)
    assert [(order.act, order.target) for order in orders] == [(Act.FAN_ON, "fan-2")]


def test_a_fan_that_is_locked_out_is_left_as_it_is() -> None:
    it = site()
    locked = replace(it.state, lockouts=(Lockout("fan-2", "ann", "belt", moment(0.0)),))
    standing = tuple(fan(1000.0, 0.0, PowerState.OFF) for _ in range(3))
    orders, _ = passed(it, state=locked, fans=standing)
    assert {order.target for order in orders} <= {"fan-1", "fan-3"}
    running = tuple(fan(1000.0) for _ in range(3))
    assert not [one for one in passed(it, state=locked, fans=running)[0] if one.target.startswith("fan")]


def test_where_smoke_stops_the_fans_none_is_switched() -> None:
    it = site(fans_on_smoke="off")
    smoke = replace(it.state, trips=(Trip("smoke", "smoke", moment(0.0)),))
    orders, _ = passed(it, state=smoke, fans=tuple(fan(1000.0, 0.0, PowerState.OFF) for _ in range(3)))
    assert not [order for order in orders if order.act in (Act.FAN_ON, Act.FAN_OFF)]


def test_fans_whose_board_never_answered_are_told_to_run_and_nobody_waits_for_them() -> None:
    unread = tuple(replace(fan(1000.0), relay=PowerState.UNKNOWN, relay_mono_s=None) for _ in range(3))
    orders, careful = passed(site(), fans=unread, devices=(replace(BOARD, last_ok_mono_s=None),))
    assert {order.act for order in orders} == {Act.FAN_ON}
    assert careful.due_mono_s == float("inf")
