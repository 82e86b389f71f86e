"""The abstract machine: a small plant whose inputs fall into classes, driven by the real `decide` and `reconcile`."""

from dataclasses import dataclass, field, replace

from services.controller.core import holds
from services.controller.core.decide import decide
from services.controller.core.judge import judge_fan_order, judge_load_order
from services.controller.core.memory import Hold, Phase, State
from services.controller.core.moments import Now
from services.controller.core.orders import Act as Verb
from services.controller.core.orders import LedgerView, Sent, path_of
from services.controller.core.plant import Limits
from services.controller.core.reconcile import reconcile
from services.controller.core.seen import (
    DeviceSeen,
    FanSeen,
    LoadSeen,
    SignalSeen,
    Snapshot,
    SwitchSeen,
    TemperatureSeen,
)
from services.controller.core.stamps import resume
from services.shared.vocabulary import (
    CommandPhase,
    LeaseKind,
    Level,
    LoadKind,
    LoadState,
    PowerState,
    SensorRole,
    SwitchRole,
)
from services.simulator.twin.step import Step
from tests.proof.alphabet import Act, Inputs
from tests.proof.small_site import DEVICES, ZONES

_BEGAN_WALL_S = 1_790_000_000.0
_CELSIUS = {"cool": (25.0, 25.0), "warm": (36.0, 36.0), "shed": (38.6, 38.6), "trip": (41.0, 41.0), "one": (30.0, None)}
_LEVELS = {
    "normal": (Level.NORMAL, None),
    "control": (Level.CONTROL, None),
    "emergency": (Level.EMERGENCY, None),
    "target": (Level.CONTROL, 6.0),
}
_LEASE_S = 600.0

Ledger = dict[tuple[str, str], Sent]


@dataclass(frozen=True)
class World:
    """The plant and the controller's memory at one moment. `awake` and `closed` are what miners and outlets truly do."""

    limits: Limits
    state: State
    mono_s: float = 0.0
    wall_s: float = _BEGAN_WALL_S
    trusted: bool = True
    boot: int = 0
    inputs: Inputs = field(default_factory=Inputs)
    awake: tuple[bool, ...] = ()
    closed: tuple[bool, ...] = ()
    fan_back_mono_s: tuple[float, ...] = ()
    seen: Snapshot = field(default_factory=Snapshot)
    last: Ledger = field(default_factory=dict)
    ledger: Ledger = field(default_factory=dict)
    """The orders as the last decision saw them, before its own went out."""

    @property
    def now(self) -> Now:
        return Now(self.mono_s, self.wall_s, self.trusted, f"boot-{self.boot}")


def new_world(limits: Limits) -> World:
    """A site without a past: everything runs, everything answers, the controller starts."""
    count = len(limits.loads)
    world = World(limits, State(Phase.STARTING, started=Now(0.0, _BEGAN_WALL_S, True, "boot-0")))
    return replace(
        world, awake=(True,) * count, closed=(True,) * count, fan_back_mono_s=(0.0,) * len(limits.fans), seen=_unread(limits)
    )


def settled_world(limits: Limits) -> World:
    """A site that runs with everything normal."""
    world = new_world(limits)
    for _ in range(6):
        world, _step = advance(world, Act(leap_s=31.0))
    return world


def advance(world: World, act: Act) -> tuple[World, Step]:
    """Let time pass, let the act happen, read, decide, order, and let the plant obey. The step is what invariants judge."""
    world = _begin(world, act)
    limits, now = world.limits, world.now
    seen = _read(world)
    last = _settled(world.last, seen, limits, now)
    before = _asked(world.state, act.person, seen, limits, now)
    decision = decide(before, seen, limits, now)
    orders, _ = reconcile(decision.targets, seen, LedgerView(last, {}, {}), limits, now)
    world = replace(world, state=decision.state, seen=seen, last=last, ledger=last)
    return _obeyed(world, orders), Step(before, seen, decision, orders, limits, now)


def _begin(world: World, act: Act) -> World:
    world = replace(
        world,
        mono_s=world.mono_s + act.leap_s,
        wall_s=world.wall_s + act.leap_s,
        inputs=world.inputs._replace(**act.changes),
        trusted=world.trusted or act.process == "clock",
    )
    if act.process == "rebooted":
        world = replace(world, mono_s=20.0, wall_s=0.0, trusted=False, boot=world.boot + 1, seen=_unread(world.limits), last={})
        world = replace(world, fan_back_mono_s=(0.0,) * len(world.limits.fans))
    elif act.process == "clock" and world.wall_s < _BEGAN_WALL_S:
        world = replace(world, wall_s=_BEGAN_WALL_S + 86_400.0)
    if act.process in ("killed", "rebooted"):
        orders = {key: replace(sent, done=True) for key, sent in world.last.items()}
        world = replace(world, state=resume(world.state, world.now), last=orders)
    return world


def _unread(limits: Limits) -> Snapshot:
    """What is seen before anything was read in this boot."""
    return Snapshot(
        loads=tuple(LoadSeen() for _ in limits.loads),
        fans=tuple(FanSeen() for _ in limits.fans),
        devices=tuple(DeviceSeen(name, limits.device_kinds[name], None) for name in DEVICES),
    )


def _read(world: World) -> Snapshot:
    """The process image by the classes of the inputs; what is silent or stale stays as it was read last."""
    at, inputs, old = world.mono_s, world.inputs, world.seen
    signals = old.signals
    if inputs.utility in _LEVELS:
        level, target_kw = _LEVELS[inputs.utility]
        signals = (SignalSeen("utility", level, at, world.wall_s, target_kw),)
    elif inputs.utility == "garbled" and signals:
        signals = (replace(signals[0], reason="the text matches no level"),)
    answers = inputs.devices == "answer"
    return Snapshot(
        signals=signals,
        temperatures=tuple(one for zone in ZONES for one in _temperatures(zone, getattr(inputs, zone), at, old)),
        switches=_switches(inputs, at, old),
        loads=tuple(_load(world, i, answers) for i in range(len(world.limits.loads))),
        fans=tuple(_fan(world, i, answers) for i in range(len(world.limits.fans))),
        devices=tuple(replace(one, last_ok_mono_s=at) if answers else one for one in old.devices),
        volts_good=None if inputs.fans == "no volts" else True,
    )


def _temperatures(zone: str, kind: str, at: float, old: Snapshot) -> tuple[TemperatureSeen, ...]:
    if kind == "stale":
        return tuple(one for one in old.temperatures if one.zone == zone)
    return tuple(
        TemperatureSeen(f"{zone}/{i}", zone, SensorRole.INTAKE, celsius, at, "" if celsius is not None else "unplugged")
        for i, celsius in enumerate(_CELSIUS.get(kind, (None, None)))
    )


def _switches(inputs: Inputs, at: float, old: Snapshot) -> tuple[SwitchSeen, ...]:
    unknown = inputs.switches == "unknown"
    smoke = SwitchSeen("hall", SwitchRole.SMOKE, None if unknown else inputs.switches == "smoke", at)
    flood = SwitchSeen("floor", SwitchRole.FLOOD, None if unknown else inputs.switches == "flood", at)
    contact = tuple(one for one in old.switches if one.role is SwitchRole.UTILITY)
    if inputs.contact != "silent":
        active = None if inputs.contact == "unread" else inputs.contact == "closed"
        contact = (SwitchSeen("utility-contact", SwitchRole.UTILITY, active, at),)
    return (smoke, flood, *contact)


def _load(world: World, index: int, answers: bool) -> LoadSeen:
    load, inputs, at, seen = world.limits.loads[index], world.inputs, world.mono_s, world.seen.loads[index]
    is_outlet = load.kind is LoadKind.OUTLET
    awake, closed = world.awake[index], world.closed[index]
    if answers:
        state = LoadState.HASHING if awake and closed else LoadState.ASLEEP if closed else LoadState.UNKNOWN
        told = {"lie asleep": LoadState.ASLEEP, "unknown": LoadState.UNKNOWN}.get(inputs.loads, state)
        seen = replace(seen, outlet=PowerState.ON if closed else PowerState.OFF, outlet_mono_s=at)
        seen = seen if is_outlet else replace(seen, state=told, state_mono_s=at)
    if inputs.meters == "none" or is_outlet:
        return replace(seen, watts=None, watts_mono_s=None)
    if inputs.meters == "stale":
        return seen
    draws = closed and (awake or inputs.meters == "stuck on")
    return replace(seen, watts=3000.0 if draws else 40.0 if closed else 0.0, watts_mono_s=at)


def _fan(world: World, index: int, answers: bool) -> FanSeen:
    inputs, at, seen = world.inputs, world.mono_s, world.seen.fans[index]
    runs = at >= world.fan_back_mono_s[index]
    if answers:
        seen = replace(seen, relay=PowerState.ON if runs else PowerState.OFF, relay_mono_s=at)
    if inputs.fans == "unread":
        return replace(seen, watts=None)
    stuck = {"one stuck": (1,), "most stuck": (0, 1, 2)}.get(inputs.fans, ())
    return replace(seen, watts=1500.0 if runs and index not in stuck else 0.0, watts_mono_s=at)


def _settled(last: Ledger, seen: Snapshot, limits: Limits, now: Now) -> Ledger:
    """Every open order judged by what was read since."""
    loads = {load.name: one for load, one in zip(limits.loads, seen.loads, strict=True)}
    fans = {f"fan-{fan.number}": one for fan, one in zip(limits.fans, seen.fans, strict=True)}
    settled = dict(last)
    for (target, path), sent in last.items():
        if sent.done:
            continue
        is_fan = target in fans
        phase = judge_fan_order(sent, fans[target], now) if is_fan else judge_load_order(sent, loads[target], limits, now)
        if phase is not None:
            settled[target, path] = replace(sent, done=True, failed=phase is not CommandPhase.CONFIRMED)
    return settled


def _obeyed(world: World, orders: tuple) -> World:
    """Where devices answer, the plant does what the orders say; where none does, they fail."""
    answers = world.inputs.devices == "answer"
    awake, closed, back = list(world.awake), list(world.closed), list(world.fan_back_mono_s)
    names = [load.name for load in world.limits.loads]
    last = dict(world.last)
    for order in orders:
        renewal = order.act is Verb.FAN_OFF and answers
        last[order.target, path_of(order.act)] = Sent(order, world.mono_s, done=renewal or not answers, failed=not answers)
        if not answers:
            continue
        match order.act:
            case Verb.SLEEP | Verb.WAKE:
                awake[names.index(order.target)] = order.act is Verb.WAKE
            case Verb.OUTLET_OFF | Verb.OUTLET_ON:
                closed[names.index(order.target)] = order.act is Verb.OUTLET_ON
                awake[names.index(order.target)] |= order.act is Verb.OUTLET_ON
            case Verb.FAN_ON | Verb.FAN_OFF:
                index = int(order.target.removeprefix("fan-")) - 1
                back[index] = world.mono_s + order.lease_s if order.lease_s else world.mono_s
    return replace(world, awake=tuple(awake), closed=tuple(closed), fan_back_mono_s=tuple(back), last=last)


def _asked(state: State, person: str, seen: Snapshot, limits: Limits, now: Now) -> State:
    """The state after a person's request; one that is refused changes nothing."""
    try:
        return _ask(state, person, seen, limits, now)
    except holds.HoldRefused:
        return state


def _ask(state: State, person: str, seen: Snapshot, limits: Limits, now: Now) -> State:
    match person:
        case "":
            return state
        case "stop":
            return holds.stop(state, "op", "", now)
        case "reset":
            for trip in state.trips:
                state = holds.reset(state, trip.key, seen, limits, now)
            return state
        case "lock load" | "lock outlet" | "lock fan":
            target = {"lock load": "w-1", "lock outlet": "pdu-2/1", "lock fan": "fan-1"}[person]
            return holds.lock_out(state, target, "op", "", limits, now)
        case "unlock":
            for lock in state.lockouts:
                state = holds.unlock(state, lock.target)
            return state
        case "release":
            return replace(state, holds=())
        case "out of service" | "into service":
            until = replace(now, mono_s=now.mono_s + _LEASE_S) if person == "out of service" else None
            return holds.out_of_service(state, "utility", until, "op" if until else "", confirmed=True)
    return holds.grant(state, _lease(person, now), limits)


def _lease(person: str, now: Now) -> Hold:
    made = {
        "lease sleep": {"kind": LeaseKind.MINERS, "action": "sleep", "members": ("rack-w",)},
        "lease wake": {"kind": LeaseKind.MINERS, "action": "wake", "members": ("rack-w",)},
        "lease normal": {"kind": LeaseKind.POWER_SIGNAL, "level": Level.NORMAL},
        "lease control": {"kind": LeaseKind.POWER_SIGNAL, "level": Level.CONTROL, "target_kw": 3.0},
        "program wake": {"kind": LeaseKind.MINERS, "action": "wake", "members": ("rack-w",)},
        "program control": {"kind": LeaseKind.POWER_SIGNAL, "level": Level.CONTROL, "target_kw": 6.0},
        "lease cold": {"kind": LeaseKind.TEMPERATURE, "celsius": 20.0},
        "lease fans off": {"kind": LeaseKind.FANS, "fans": ((1, PowerState.OFF), (2, PowerState.OFF))},
    }[person]
    owner = "program" if person.startswith("program") else "op"
    return Hold(id=person, owner=owner, reason="proof", began=now, seconds=_LEASE_S, **made)
