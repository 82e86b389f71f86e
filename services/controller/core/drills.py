"""Drills: a device is moved on purpose and a reading shows that it moved. The date is kept; what failed is an alarm.

A drill is a short hold: one load sleeps (or its outlet opens, once it sleeps), or one resting fan runs. It ends by its proof
or by its time, and the load returns as after every lease. While a trip stands nothing is moved for a drill.
"""

from dataclasses import replace

from services.controller.core.changed import changed
from services.controller.core.holds import HoldRefused
from services.controller.core.memory import Drilled, Hold, State
from services.controller.core.moments import Now
from services.controller.core.plant import NO_PACE, Limits, Load
from services.controller.core.proof import fresh_watts
from services.controller.core.seen import FanSeen, LoadSeen, Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.wanted import AlarmWanted
from services.shared.vocabulary import AlarmKind, Control, LeaseKind, PowerState

SLEEP, OFF = "sleep", "off"
_AT_LEAST_S = 120.0


def begin(state: State, device: str, owner: str, reason: str, id_: str, snapshot: Snapshot, limits: Limits, now: Now) -> State:
    """Begin a drill of an acting device. Raises HoldRefused when nothing of it may be moved now."""
    if limits.control is Control.OBSERVE:
        raise HoldRefused("control is observe: a drill moves a device, so it needs armed")
    if device not in limits.device_kinds:
        raise HoldRefused(f"no acting device is named {device}; there are: {', '.join(sorted(limits.device_kinds)) or 'none'}")
    if state.trips:
        raise HoldRefused(_tripped(state))
    if any(hold.kind is LeaseKind.DRILL for hold in state.holds):
        raise HoldRefused("another drill is running: one at a time")
    pace = limits.paces.get(device, NO_PACE)
    seconds = max(_AT_LEAST_S, pace.confirm_s + pace.effect_s)
    hold = Hold(id_, LeaseKind.DRILL, owner, reason, now, seconds, sensor=device)
    return replace(state, holds=(*state.holds, _with_member(hold, device, state, snapshot, limits, now)))


def _tripped(state: State) -> str:
    one = len(state.trips) == 1
    names = ", ".join(trip.key for trip in state.trips)
    return f"trip{'' if one else 's'} {names} stand{'s' if one else ''}: reset {'it' if one else 'them'} first, then drill"


def _with_member(hold: Hold, device: str, state: State, snapshot: Snapshot, limits: Limits, now: Now) -> Hold:
    if any(fan.device == device for fan in limits.fans):
        return replace(hold, fans=((_resting_fan(device, state, limits), PowerState.ON),))
    rows = [(limits.loads[i], snapshot.loads[i]) for i in reversed(limits.keep_order)]
    by_outlet = any(load.pdu == device for load, _ in rows)
    for load, seen in rows:
        mine = load.has_outlet and load.pdu == device if by_outlet else load.soft_device == device
        if mine and load.name in state.running and (fresh_watts(seen, limits, now) or 0.0) > limits.asleep_watts:
            return replace(hold, members=(load.name,), action=OFF if by_outlet else SLEEP)
    raise HoldRefused(f"nothing of {device} can be moved now: it needs a running load of its own with fresh watts")


def _resting_fan(device: str, state: State, limits: Limits) -> int:
    locked = {lock.target for lock in state.lockouts}
    for fan, memory in zip(limits.fans, state.fans, strict=False):  # fans that were just added rest in no memory yet
        if fan.device == device and fan.wired and memory.wanted is PowerState.OFF and f"fan-{fan.number}" not in locked:
            return fan.number
    raise HoldRefused(f"no fan of {device} rests now: all of them are needed or locked out")


def opened_by(state: State, asleep: frozenset[str], limits: Limits) -> frozenset[str]:
    """Outlets that a drill opens now: under no load, unless the outlet is the load's only path."""
    names = {name for hold in state.holds if hold.kind is LeaseKind.DRILL and hold.action == OFF for name in hold.members}
    return frozenset(load.name for load in limits.loads if load.name in names and (load.name in asleep or not load.soft_device))


def settle(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> State:
    """End every drill that is proven or whose time is over, and keep what became of it. One that a trip ends has not failed."""
    if state.trips:
        return changed(state, holds=tuple(hold for hold in state.holds if hold.kind is not LeaseKind.DRILL))
    for hold in state.holds:
        if hold.kind is not LeaseKind.DRILL:
            continue
        how = _proof(hold, snapshot, limits, now)
        if how is None and elapsed_s(hold.began, now) < hold.seconds:
            continue
        seconds = round(elapsed_s(hold.began, now), 1)
        drilled = Drilled(hold.sensor, now.wall_s, how is not None, seconds, how or f"nothing moved in {seconds:.0f} s")
        others = tuple(one for one in state.drilled if one.device != hold.sensor)
        kept = tuple(one for one in state.holds if one is not hold)
        state = replace(state, drilled=(*others, drilled), holds=kept)
    return state


def _proof(hold: Hold, snapshot: Snapshot, limits: Limits, now: Now) -> str | None:
    for number, _ in hold.fans:
        index = next((i for i, fan in enumerate(limits.fans) if fan.number == number), None)
        return None if index is None else _fan_proof(number, snapshot.fans[index], hold, limits)
    for load, seen in zip(limits.loads, snapshot.loads, strict=True):
        if load.name in hold.members:
            return _load_proof(load, seen, hold, limits)
    return None


def _fan_proof(number: int, seen: FanSeen, hold: Hold, limits: Limits) -> str | None:
    read_after = seen.watts_mono_s is not None and seen.watts_mono_s > hold.began.mono_s
    has_run_up = read_after and (seen.watts_mono_s or 0.0) - hold.began.mono_s >= limits.fan_spin_up_s  # not its inrush
    if seen.watts is None or not has_run_up or seen.watts < limits.fan_min_watts:
        return None
    return f"fan {number} draws {seen.watts:.0f} W"


def _load_proof(load: Load, seen: LoadSeen, hold: Hold, limits: Limits) -> str | None:
    read_after = seen.watts_mono_s is not None and seen.watts_mono_s > hold.began.mono_s
    if seen.watts is None or not read_after or seen.watts > limits.asleep_watts:
        return None
    if hold.action == SLEEP:
        return f"{load.name} fell to {seen.watts:.0f} W"
    open_after = seen.outlet is PowerState.OFF and (seen.outlet_mono_s or 0.0) > hold.began.mono_s
    return f"outlet {load.outlet} of {load.pdu} opened, {load.name} draws {seen.watts:.0f} W" if open_after else None


def drill_alarms(state: State) -> tuple[AlarmWanted, ...]:
    """A drill that failed says so until a later one succeeds."""
    return tuple(
        AlarmWanted(
            f"drill_failed_{one.device}",
            AlarmKind.WARNING,
            f"The drill of {one.device} failed: {one.how}.",
            "It cannot be counted on in an event.",
            "Look at the device, then drill it again.",
        )
        for one in state.drilled
        if not one.proven
    )
