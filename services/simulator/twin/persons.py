"""What persons do at a site while something is wrong: reset trips and breakers once they have looked, and no sooner."""

from functools import partial

from services.controller.core import holds
from services.controller.core.interlocks import STOP_TRIP
from services.controller.core.memory import State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.simulator.plant import Plant
from services.simulator.twin.controller import Controller
from services.simulator.twin.faults import Does
from services.simulator.twin.trouble import Trouble

_LOOK_EACH_S = 600.0


class Persons:
    """They come by every ten minutes. A stop is reset by who pressed it; a reset that is refused is tried at the next visit."""

    def __init__(self, plant: Plant, limits: Limits, controller: Controller, trouble: Trouble, begins_s: float) -> None:
        self._plant = plant
        self._limits = limits
        self._controller = controller
        self._trouble = trouble
        self.due_s = begins_s + _LOOK_EACH_S

    def come_by(self, sim_s: float) -> None:
        """Look, and reset what may be reset."""
        self.due_s = sim_s + _LOOK_EACH_S
        state = self._controller.state
        stopping = any(one.fault.does is Does.STOPPED for one in self._trouble.active)
        for trip in state.trips if state else ():
            if trip.key != STOP_TRIP or not stopping:
                self._controller.ask(partial(self._reset, trip.key))
        for name, pdu in self._plant.pdus.items():
            if pdu.tripped and not any(one.fault.does is Does.TRIPS for one in self._trouble.active):
                self._plant.reset_breakers(name)

    def _reset(self, key: str, state: State, snapshot: Snapshot, now: Now) -> State:
        return holds.reset(state, key, snapshot, self._limits, now)
