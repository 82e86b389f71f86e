"""A stop, as the controller's core says it and its ledger keeps it, while the clock is set and both services restart."""

from dataclasses import replace

import pytest

from services.controller.core.decide import decide
from services.controller.core.memory import Trip
from services.controller.core.moments import Now, Stamp
from services.controller.documents import read_state, state_document
from services.shared.messages import Alarm
from tests.plant import BOOT, Site, limits, seen
from tests.unit.notifier.house import House
from tests.unit.notifier.words import EMERGENCY, Owner

HOUR_S = 3_600.0
LIMITS = limits()


class Controller:
    """Decides on a plant that somebody stopped, and says so by the clock of the house."""

    def __init__(self, house: House, mono_s: float) -> None:
        self._house, self._owner, self.state = house, Owner(), Site(LIMITS).settle(30.0).state
        self.stop(mono_s)

    def stop(self, mono_s: float) -> None:
        now = self._house.raw(mono_s)
        stopped = Trip("stop", "a button", Stamp(now.mono_s, now.wall_s, now.wall_trusted, BOOT))
        self.state = replace(self.state, trips=(stopped,))

    def reset(self, mono_s: float) -> None:
        self.state = replace(self.state, trips=())
        self._decide(mono_s)

    def restart(self) -> None:
        self.state, lost = read_state(state_document(self.state))
        assert not lost
        self._owner = Owner(boot=f"{self._owner.boot}-and-on")

    def word(self, mono_s: float, cause: str = "") -> Alarm:
        self._decide(mono_s)
        return self._owner.says("trip_stop", True, EMERGENCY, cause, dict(self.state.alarmed)["trip_stop"])

    def _decide(self, mono_s: float) -> None:
        now = self._house.raw(mono_s)
        moment = Now(now.mono_s, now.wall_s, now.wall_trusted, BOOT)
        self.state = decide(self.state, seen(mono_s, LIMITS), LIMITS, moment).state


@pytest.mark.parametrize("off_s", [HOUR_S, -HOUR_S], ids=str)
def test_one_stop_is_one_call_though_the_clock_is_set_and_both_restart_and_the_next_is_another(off_s: float) -> None:
    house = House()
    house.skew_s = off_s
    house.restart(0)
    controller = Controller(house, 0)
    house.hear(controller.word(0), 0)
    house.step(0)
    house.acknowledge("trip_stop", "anna", 10, hours=12)
    house.skew_s = 0.0
    for mono_s in (60.0, HOUR_S + 60, 2 * HOUR_S):
        house.step(mono_s)
        house.restart(mono_s + 10)
        controller.restart()
        house.hear(controller.word(mono_s + 20, f"stopped, as told at {mono_s}"), mono_s + 20)
        house.step(mono_s + 20)
        assert (len(house.on("sms")), house.records["trip_stop"].acknowledged_by) == (1, "anna"), mono_s
    controller.reset(3 * HOUR_S)  # unheard: the broker is away
    controller.stop(3 * HOUR_S + 60)
    house.hear(controller.word(3 * HOUR_S + 60), 3 * HOUR_S + 60)
    house.step(3 * HOUR_S + 60)
    assert (len(house.on("sms")), house.records["trip_stop"].acknowledged_by) == (2, "")
