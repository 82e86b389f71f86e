"""Whether the control decides at all is told by its last decision, and not by the loop that it runs in."""

from dataclasses import dataclass

from services.controller.metrics import stands_still
from services.shared.clock import Clock


@dataclass
class Deciding:
    decided_mono_s: float


def test_a_control_that_hangs_is_unwell_and_so_is_one_that_has_not_decided_since_it_started() -> None:
    clock = Clock("yes")
    now_s = clock.now().mono_s
    assert stands_still(Deciding(now_s - 1.0), clock) is None
    assert stands_still(Deciding(now_s - 20.0), clock) == "the last decision is 20 s old"
    assert stands_still(Deciding(float("-inf")), clock) == "no decision yet"
