"""What the controller believes of the notifier's word on the annunciator, and for how long."""

from services.controller.annunciator import Annunciator
from services.shared import messages
from services.shared.bus import Arrival
from services.shared.settings import sections
from tests.unit.controller.parts import KeptBus, LeapingClock

START_S = 1000.0


class NoBoard:
    async def read_relay(self, relay: int) -> bool:
        raise AssertionError

    async def write_relay(self, relay: int, *, energised: bool) -> None:
        raise AssertionError


class Site:
    def __init__(self, *emergencies: str) -> None:
        self.clock = LeapingClock(START_S)
        choice = sections.Annunciator(board="relay-1")
        self.annunciator = Annunciator(choice, NoBoard(), KeptBus(), self.clock, lambda: emergencies)  # type: ignore[arg-type]

    def hear(self, sound: bool, *, kept: bool = False) -> None:
        level = messages.Annunciator(sound=sound, reason="why" if sound else "", since_at=None)
        self.annunciator.take(level, Arrival(self.clock.mono_s, kept, False))

    def wanted(self, mono_s: float) -> bool | None:
        self.clock.mono_s = mono_s
        return self.annunciator.wanted(self.clock.now())  # type: ignore[arg-type]


def test_nothing_is_wanted_until_something_was_heard_and_then_what_was_heard() -> None:
    site = Site("trip_smoke")
    assert site.wanted(START_S + 100) is None
    site.hear(False)
    assert site.wanted(START_S + 270) is False
    site.hear(True)
    assert site.wanted(START_S + 290) is True


def test_after_three_minutes_of_silence_its_own_emergencies_decide() -> None:
    assert Site("trip_smoke").wanted(START_S + 181) is True
    assert Site().wanted(START_S + 181) is False
    site = Site()
    site.hear(True)
    assert site.wanted(START_S + 181) is False


def test_a_word_that_somebody_left_in_the_broker_moves_no_relay() -> None:
    site = Site()
    site.hear(True, kept=True)
    assert site.wanted(START_S + 5) is None
    site.hear(False)
    site.hear(True, kept=True)
    assert site.wanted(START_S + 10) is False
