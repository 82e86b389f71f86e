"""A field of miners, outlets and fans in memory that obeys or does not, led by the decision core and its own book of orders.

Everything of the controller that decides is the real one: decide, reconcile, book, and the JSON of the ledger at a kill. Only
the wire is left out: calls take their time, devices settle, polls come each two seconds and are as old as they are.
"""

import copy
import heapq
import itertools
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.controller.core.book import Book, Step
from services.controller.core.decide import decide
from services.controller.core.memory import Phase, State
from services.controller.core.moments import Now
from services.controller.core.orders import Act, Order, Sent
from services.controller.core.plant import Limits, Pace
from services.controller.core.reconcile import reconcile
from services.controller.core.seen import DeviceSeen, FanSeen, LoadSeen, MeterSeen, SignalSeen, Snapshot
from services.controller.core.stamps import resume
from services.controller.core.wanted import Decision
from services.controller.documents import read_sent, read_state, sent_document, state_document
from services.shared.vocabulary import CommandPhase, Level, LoadState, PowerState
from tests.plant import BOOT, fan, intake, limits, load

WALL_0 = 1_790_000_000.0
T = TypeVar("T")
POLL_S, CALL_S, SLEEPS_S, SETTLES_S = 2.0, 0.2, 20.0, 3.0


@dataclass
class Field:
    """The field and its controller. `liars` are paths that acknowledge and do nothing; `away` devices do not answer at all."""

    limits: Limits
    now_s: float = 0.0
    jump_s: float = 0.0
    wall_0: float = WALL_0
    boot: str = BOOT
    levels: dict[str, Level] = field(default_factory=lambda: {"utility": Level.NORMAL})
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    liars: set[str] = field(default_factory=set)
    away: set[str] = field(default_factory=set)
    stuck_fans: set[int] = field(default_factory=set)
    sensing: bool = True
    settles_s: float = SETTLES_S
    asleep: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    fans_off: dict[int, float] = field(default_factory=dict)
    wire: list[tuple[float, Order]] = field(default_factory=list)
    steps: list[tuple[float, Step]] = field(default_factory=list)
    decision: Decision | None = None
    base_kw: float | None = None
    """What the site meter shows beside the miners; None: there is no site meter."""

    def __post_init__(self) -> None:
        self.state = State(Phase.STARTING, started=self.now())
        self.book = Book(map(str, itertools.count(1)))
        self.coming: list[tuple[float, int, str, Any]] = []
        self.order_of = itertools.count()
        self.polled_s = self.answered_s = float("-inf")
        self.loads = tuple(LoadSeen() for _ in self.limits.loads)
        self.relays = tuple(FanSeen() for _ in self.limits.fans)
        self.sensed: dict[str, Any] = {}
        self.answers: dict[str, float] = {}
        self._poll()

    def now(self) -> Now:
        """The moment as the clocks tell it."""
        return Now(self.now_s, self.wall_0 + self.now_s + self.jump_s, True, self.boot)

    def look(self) -> Snapshot:
        """What is known now, each fact as old as its poll."""
        devices = tuple(
            DeviceSeen(name, kind, self.answers.get(name))
            for name, kind in self.limits.device_kinds.items()
            if name in self.limits.paces
        )
        return Snapshot(loads=self.loads, devices=devices, **self.sensed)

    def step(self, send: bool = True) -> Decision:
        """One cycle of the controller, then time up to the next thing that happens. `send` False: it dies before sending."""
        snapshot, now = self.look(), self.now()
        self._told(self.book.settle(snapshot, self.limits, now, self.state.doubted))
        self.decision = decide(self.state, snapshot, self.limits, now)
        orders, due_s = reconcile(self.decision.targets, snapshot, self.book.view(), self.limits, now)
        self._told(self.book.intend(orders, now))
        self.state = self.decision.state
        for order in orders if send else ():
            self._send(self.book.written(order))
        coming_s = self.coming[0][0] if self.coming else float("inf")
        until_s = min(self.decision.next_due, due_s, coming_s, self.polled_s + POLL_S)
        self._live(max(until_s, self.now_s + 0.05))
        return self.decision

    def until(self, mono_s: float) -> Decision:
        """Decide up to a moment."""
        decision = self.step()
        while self.now_s < mono_s:
            decision = self.step()
        return decision

    def fork(self) -> "Field":
        """The same field, to be led on another way."""
        other = _parted(self)
        other.book = _parted(self.book)
        return other

    def kill(self, away_s: float = 6.0) -> None:
        """kill -9, and a new process that finds what the ledger holds as JSON; the field lives on meanwhile."""
        state, lost = read_state(state_document(self.state))
        assert not lost
        orders = {key: read_sent(sent_document(sent)) for key, sent in self.book.view().last.items()}
        self.coming = [one for one in self.coming if one[2] != "answer"]
        heapq.heapify(self.coming)
        self._live(self.now_s + away_s)
        self.book = Book(map(f"{self.now_s:.3f}-{{}}".format, itertools.count(1)))
        self.book.remember({key: sent for key, sent in orders.items() if sent is not None}, self.now())
        self.state = resume(state, self.now())
        self.loads = tuple(LoadSeen() for _ in self.limits.loads)
        self._poll()

    def kw(self) -> float:
        """What the miners draw now, kW."""
        return sum(one.kw for one in self.limits.loads if self._draws(one.name))

    def sent(self, *acts: Act) -> list[tuple[float, Order]]:
        """The orders of some acts that went out, with their moments."""
        return [(at, order) for at, order in self.wire if order.act in acts]

    def alarms(self) -> dict[str, str]:
        """The alarms that hold: key and cause."""
        assert self.decision is not None
        return {one.key: one.cause for one in self.decision.alarms}

    def _draws(self, name: str) -> bool:
        return name not in self.asleep and name not in self.opened

    def _send(self, sent: Sent) -> None:
        order = sent.order
        self.wire.append((self.now_s, order))
        self._later(CALL_S, "answer", sent)
        if order.device not in self.liars | self.away:
            takes_s = SLEEPS_S if order.act in (Act.SLEEP, Act.WAKE) else self.settles_s
            self._later(takes_s if order.device != "relay-1" else CALL_S, "move", order)

    def _later(self, seconds: float, kind: str, what: Any) -> None:
        heapq.heappush(self.coming, (self.now_s + seconds, next(self.order_of), kind, what))

    def _live(self, mono_s: float) -> None:
        while self.coming and self.coming[0][0] <= mono_s:
            self.now_s, _, kind, what = heapq.heappop(self.coming)
            self._answer(what) if kind == "answer" else self._move(what)
        self.now_s = mono_s
        self.fans_off = {number: until_s for number, until_s in self.fans_off.items() if until_s > mono_s}
        if mono_s >= self.polled_s + POLL_S:
            self._poll()

    def _answer(self, sent: Sent) -> None:
        phase = CommandPhase.FAILED if sent.order.device in self.away else CommandPhase.ACKNOWLEDGED
        self._told(self.book.answered(sent.id, phase, self.now()))

    def _told(self, steps: tuple[Step, ...]) -> None:
        self.steps += [(self.now_s, step) for step in steps]

    def _move(self, order: Order) -> None:
        name, act = order.target, order.act
        if act in (Act.SLEEP, Act.WAKE):
            (self.asleep.add if act is Act.SLEEP else self.asleep.discard)(name)
        elif act in (Act.OUTLET_OFF, Act.OUTLET_ON):
            (self.opened.add if act is Act.OUTLET_OFF else self.opened.discard)(name)
        elif act is Act.FAN_OFF:
            self.fans_off[int(name.removeprefix("fan-"))] = self.now_s + (order.lease_s or 0.0)
        else:
            self.fans_off.pop(int(name.removeprefix("fan-")), None)

    def _poll(self) -> None:
        self.polled_s = at = self.now_s
        self.answers |= {name: at for name in self.limits.paces if name not in self.away}
        self.loads = tuple(self._read(one, seen) for one, seen in zip(self.limits.loads, self.loads, strict=True))
        if self.sensing:
            self.sensed = self._sense(at)

    def _read(self, one: Any, seen: LoadSeen) -> LoadSeen:
        at, opened = self.now_s, one.name in self.opened
        state = LoadState.UNKNOWN if opened else LoadState.ASLEEP if one.name in self.asleep else LoadState.HASHING
        told, told_s = (seen.state, seen.state_mono_s) if one.soft_device in self.away else (state, at)
        if one.pdu in self.away:
            return LoadSeen(told, told_s, seen.outlet, seen.outlet_mono_s, seen.watts, seen.watts_mono_s)
        watts = 0.0 if opened else 40.0 if one.name in self.asleep else one.kw * 1000
        return LoadSeen(told, told_s, PowerState.OFF if opened else PowerState.ON, at, watts, at)

    def _sense(self, at: float) -> dict[str, Any]:
        signals = tuple(
            SignalSeen(name, level, at, self.now().wall_s, **self.said.get(name, {})) for name, level in self.levels.items()
        )
        fans = tuple(self._fan(one.number, at) for one in self.limits.fans)
        zones = sorted({one.zone for one in self.limits.loads})
        warm = tuple(intake(18.0, at, f"ra/{zone}{n}", zone) for zone in zones for n in (1, 2))
        meters = () if self.base_kw is None else (MeterSeen("site", "", self.base_kw + self.kw(), at),)
        return {"signals": signals, "temperatures": warm, "fans": fans, "meters": meters, "volts_good": True}

    def _fan(self, number: int, at: float) -> FanSeen:
        relay = PowerState.OFF if number in self.fans_off else PowerState.ON
        return fan(at, 1500.0 if relay is PowerState.ON and number not in self.stuck_fans else 0.0, relay)


def _parted(one: T) -> T:
    """A copy with containers of its own; what they hold never changes."""
    other = copy.copy(one)
    for name, value in vars(one).items():
        if isinstance(value, (list, dict, set)):
            setattr(other, name, copy.copy(value))
    return other


def thirty(**changes: Any) -> Limits:
    """Thirty miners of 3 kW behind Foreman, fifteen on each of two PDUs."""
    loads = tuple(load(i, pdu=f"pdu-{1 + i // 15}", outlet=i % 15 + 1) for i in range(30))
    paces = {"foreman": Pace(1.0, 40, 300.0, retry_s=10.0), "pdu-1": Pace(0.5, 1, 10.0), "pdu-2": Pace(0.5, 1, 10.0)}
    kinds = {"foreman": "foreman", "pdu-1": "snmp_pdu", "pdu-2": "snmp_pdu"}
    lost = {"foreman": 300.0, "pdu-1": 120.0, "pdu-2": 120.0}
    return limits(loads, **({"paces": paces, "device_kinds": kinds, "lost_after_s": lost} | changes))
