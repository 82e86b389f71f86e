"""What a fault does at its begin and at its end, where it is more than a reading or an order that goes wrong."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

from services.controller.core import holds
from services.controller.core.interlocks import STOP_TRIP
from services.controller.core.memory import Hold, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.shared.vocabulary import LeaseKind
from services.simulator.plant import Plant
from services.simulator.twin.clock import HostClock
from services.simulator.twin.controller import Controller
from services.simulator.twin.day import Placed
from services.simulator.twin.faults import Does
from services.simulator.twin.field import Field

_IN_THE_PLANT = {Does.STUCK: "stuck", Does.WELDED: "lie", Does.DEAD: "offline", Does.LATE: "late"}
_CONTACTS = {Does.SMOKE: "smoke", Does.FLOOD: "flood", Does.DOOR: "door"}
_BACK_AFTER_S = {Does.KILLED_BEFORE: (2.0, 12.0), Does.KILLED_AFTER: (2.0, 12.0), Does.HOST_CUT: (60.0, 180.0)}
_CLOCK_UNKNOWN_S = (120.0, 900.0)
_STOOD_STILL_S = 120.0  # a host without a battery goes on from the time that it wrote down last
_WHO = "rehearsal"


class Happenings:
    """The hands that break and mend. `clock` is the host's; `kill` is the kind of death that the controller's next cycle dies."""

    def __init__(
        self, plant: Plant, field: Field, limits: Limits, controller: Controller, clock: HostClock, chance: Random
    ) -> None:
        self.clock = clock
        self.kill: Does | None = None
        self.back_s = float("inf")
        self.trusted_s = float("inf")
        self._plant = plant
        self._field = field
        self._limits = limits
        self._controller = controller
        self._chance = chance

    def begin(self, placed: Placed, sim_s: float) -> None:
        """A fault begins."""
        does, value = placed.fault.does, placed.fault.value
        for part in placed.strikes:
            if does in _IN_THE_PLANT and ":" in part:
                self._plant.faults.set(part, _IN_THE_PLANT[does], value or 1.0)
            elif does in (Does.REBOOTS, Does.TRIPS, Does.WAKES):
                self._strike(part, does)
        if does in _CONTACTS:
            self._plant.set_switch(_CONTACTS[does], True)
        elif does is Does.HOT:
            self._plant.outside.mean_c += value
        elif does is Does.MAINS_CUT:
            self._cut_mains()
        elif does in (Does.CLOCK_STEPS, Does.CLOCK_1970):
            self._set_clock(does, value, sim_s)
        elif does in _BACK_AFTER_S:
            self.kill = does
            self.back_s = sim_s + self._chance.uniform(*_BACK_AFTER_S[does])
        elif request := self._request(placed):
            self._controller.ask(request)

    def end(self, placed: Placed) -> None:
        """A fault ends: what broke is mended, and persons take back what they asked for."""
        does, value = placed.fault.does, placed.fault.value
        for part in placed.strikes:
            self._mend(part, does)
        if does in _CONTACTS:
            self._plant.set_switch(_CONTACTS[does], False)
        elif does is Does.HOT:
            self._plant.outside.mean_c -= value
        elif does is Does.MAINS_CUT:
            self._plant.restore_mains()
        elif does in (Does.CLOCK_STEPS, Does.CLOCK_1970):
            self.clock = replace(self.clock, step_s=0.0, trusted=True)
        elif does is Does.STOPPED:
            self._controller.ask(self._reset_stop)
        elif does is Does.LOCKED:
            self._controller.ask(partial(_unlock, _targets(placed)))

    def host_back(self, sim_s: float) -> None:
        """The host boots anew; its calendar is trusted some minutes later."""
        self.clock = replace(self.clock.booted_anew(sim_s), trusted=False, step_s=-_STOOD_STILL_S)
        self.trusted_s = sim_s + self._chance.uniform(*_CLOCK_UNKNOWN_S)

    def trust_clock(self) -> None:
        """The calendar is synchronised again."""
        self.clock, self.trusted_s = replace(self.clock, trusted=True, step_s=0.0), float("inf")

    def _strike(self, part: str, does: Does) -> None:
        if does is Does.WAKES:
            self._plant.set_power_mode(part.partition(":")[2], "normal")
        elif does is Does.TRIPS:
            self._plant.trip_breaker(_pdu_of(part), int(part.rpartition("/")[2]))
        else:
            self._plant.reboot(part)
            self._field.board_fell(part)

    def _cut_mains(self) -> None:
        self._plant.cut_mains()
        for board in self._plant.wiring.boards():
            self._plant.wiring.drop(board)
            self._field.board_fell(board)

    def _set_clock(self, does: Does, value: float, sim_s: float) -> None:
        if does is Does.CLOCK_STEPS:
            self.clock = replace(self.clock, step_s=value)
        else:
            self.clock = replace(self.clock, step_s=-(self.clock.wall_s + sim_s), trusted=False)

    def _mend(self, part: str, does: Does) -> None:
        if does is Does.TRIPS:
            self._plant.reset_breakers(_pdu_of(part))
        elif does in _IN_THE_PLANT and ":" in part:
            self._plant.faults.clear(part, _IN_THE_PLANT[does])
            if part.startswith("outlet:"):  # a contact that conducted whatever it showed is what it shows
                self._plant.feed_anew(_pdu_of(part))

    def _reset_stop(self, state: State, snapshot: Snapshot, now: Now) -> State:
        return holds.reset(state, STOP_TRIP, snapshot, self._limits, now)

    def _request(self, placed: Placed) -> Callable[[State, Snapshot, Now], State] | None:
        does, seconds = placed.fault.does, placed.ends_s - placed.begins_s
        if does is Does.STOPPED:
            return lambda state, _, now: holds.stop(state, _WHO, placed.fault.name, now)
        if does is Does.LEASED:
            return partial(self._lease, placed.on, seconds)
        if does is Does.LOCKED:
            return partial(self._lock, _targets(placed))
        return None

    def _lease(self, group: str, seconds: float, state: State, _: Snapshot, now: Now) -> State:
        hold = Hold(f"lease-{group}", LeaseKind.MINERS, _WHO, "", now, seconds, action="sleep", members=(group,))
        return holds.grant(state, hold, self._limits)

    def _lock(self, targets: tuple[str, ...], state: State, _: Snapshot, now: Now) -> State:
        for target in targets:
            state = holds.lock_out(state, target, _WHO, "", self._limits, now)
        return state


def _unlock(targets: tuple[str, ...], state: State, _: Snapshot, __: Now) -> State:
    for target in targets:
        state = holds.unlock(state, target)
    return state


def _targets(placed: Placed) -> tuple[str, ...]:
    """As the controller names them: `fan-3`, a load by its name."""
    return tuple(part.replace("fan:", "fan-").removeprefix("miner:") for part in placed.strikes)


def _pdu_of(part: str) -> str:
    return part.removeprefix("outlet:").partition("/")[0]
