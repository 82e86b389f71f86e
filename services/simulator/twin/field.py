"""The devices that carry orders out: the answer first, the effect after the device's own time, as the faults let them.

An order that nobody answers fails when its driver's patience ends. A fan's "off" is a lease: it lapses here, without any order.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from random import Random

from services.controller.core.orders import Act, Order
from services.controller.core.plant import Limits
from services.shared.vocabulary import CommandPhase, LoadState
from services.simulator.plant import Plant
from services.simulator.twin.faults import Does
from services.simulator.twin.kinds import KINDS, Kind
from services.simulator.twin.premises import Premises
from services.simulator.twin.trouble import Trouble

_LOST_S = 5.0  # an order to a device that is not there
_CLAIMS = {Act.SLEEP: LoadState.ASLEEP, Act.WAKE: LoadState.HASHING}

_Coming = list[tuple[float, int, Callable[[], None]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device answered to an order, by the order's id. `again_s`: it named the time for another try."""

    order_id: str
    phase: CommandPhase
    detail: str = ""
    again_s: float | None = None


class Field:
    """Orders in, answers out; effects come to the plant as `advance` passes their moments."""

    def __init__(self, plant: Plant, limits: Limits, premises: Premises, trouble: Trouble, chance: Random) -> None:
        self._plant = plant
        self._kinds = premises.kinds
        self._trouble = trouble
        self._chance = chance
        self._loads = {load.name: load for load in limits.loads}
        self._channels = _channels(plant, limits)
        self._coming: _Coming = []
        self._unnoticed: _Coming = []  # renewals: nobody need wait for them
        self._number = count()
        self._answers: list[Answer] = []
        self._leases: dict[str, float] = {}
        self.claims: dict[str, LoadState] = {}

    def send(self, order: Order, order_id: str, sim_s: float, patience_s: float) -> None:
        """An order goes out. `patience_s`: until it expires."""
        kind = KINDS.get(self._kinds.get(order.device, ""))
        if kind is None or self._trouble.is_silent(order.device):
            wait_s = min(patience_s, kind.patience_s if kind else _LOST_S)
            self._at(sim_s + wait_s, self._answering(Answer(order_id, CommandPhase.FAILED, "no answer")))
            return
        at = sim_s + kind.answer_s
        coming = self._unnoticed if order.act is Act.FAN_OFF and order.target in self._leases else self._coming
        refusal = self._trouble.of(order.device, Does.REFUSES)
        if refusal is not None:
            answer = Answer(order_id, CommandPhase.REFUSED, "over its rate limit", refusal.fault.value)
            self._at(at, self._answering(answer))
            return
        self._at(at, self._answering(Answer(order_id, CommandPhase.ACKNOWLEDGED)), coming)
        self._effect(order, kind, at, coming)

    def due_s(self) -> float:
        """When the next answer or effect comes."""
        lapse = min(self._leases.values(), default=float("inf"))
        return min(self._coming[0][0], lapse) if self._coming else lapse

    def advance(self, sim_s: float) -> None:
        """Let come what is due by now; the plant must have been moved to this moment."""
        for coming in (self._coming, self._unnoticed):
            while coming and coming[0][0] <= sim_s:
                heapq.heappop(coming)[2]()
        for target in [target for target, until in self._leases.items() if until <= sim_s]:
            del self._leases[target]
            self._plant.set_coil(*self._channels[target], False)

    def take_answers(self) -> tuple[Answer, ...]:
        """The answers since the last call."""
        answers, self._answers = tuple(self._answers), []
        return answers

    def board_fell(self, board: str) -> None:
        """A relay board restarted: it knows no lease."""
        for target in [target for target, (name, _) in self._channels.items() if name == board]:
            self._leases.pop(target, None)

    def _effect(self, order: Order, kind: Kind, at: float, coming: _Coming) -> None:
        trouble = self._trouble
        if trouble.has(order.device, Does.SHOWS) and order.act in _CLAIMS:
            self.claims[order.target] = _CLAIMS[order.act]
        if trouble.has(order.device, Does.LIES) or trouble.has(order.device, Does.SHOWS):
            return
        late = trouble.of(order.device, Does.LATE)
        after_s = self._chance.uniform(*kind.set_out_s) + (late.fault.value if late else 0.0)
        self._at(at + after_s, lambda: self._carry_out(order, at + after_s), coming)

    def _carry_out(self, order: Order, at: float) -> None:
        match order.act:
            case Act.SLEEP:
                self._plant.set_power_mode(order.target, "sleeping")
            case Act.WAKE:
                self._plant.set_power_mode(order.target, "normal")
            case Act.OUTLET_OFF | Act.OUTLET_ON:
                load = self._loads[order.target]
                self._plant.set_outlet(load.pdu, load.outlet or 0, order.act is Act.OUTLET_ON)
            case Act.FAN_ON:
                self._leases.pop(order.target, None)
                self._plant.set_coil(*self._channels[order.target], False)
            case Act.FAN_OFF:
                self._lease(order, at)

    def _lease(self, order: Order, at: float) -> None:
        self._leases[order.target] = at + (order.lease_s or 0.0)
        self._plant.set_coil(*self._channels[order.target], True)

    def _at(self, at: float, act: Callable[[], None], coming: _Coming | None = None) -> None:
        heapq.heappush(self._coming if coming is None else coming, (at, next(self._number), act))

    def _answering(self, answer: Answer) -> Callable[[], None]:
        return lambda: self._answers.append(answer)


def _channels(plant: Plant, limits: Limits) -> dict[str, tuple[str, int]]:
    """Board and channel from 0 of each fan, by its name as a target. All of them are wired nc: a fallen coil lets a fan run."""
    places = (text.rpartition("/") for text in plant.wiring.channels)
    pairs = zip(limits.fans, places, strict=True)
    return {f"fan-{fan.number}": (board, int(channel) - 1) for fan, (board, _, channel) in pairs}
