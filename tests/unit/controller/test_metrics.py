"""Whether the control decides at all is told by its last decision, and not by the loop that it runs in."""

from dataclasses import dataclass

from services.controller.metrics import stands_still
from services.shared.clock import Clock


@dataclass
class Deciding:
    decided_mono_s: float


def test_a_control_that_hangs_is_unwell_and_one_that_just_started_gets_its_time() -> None:
    clock = Clock("yes")
    now_s = clock.now().mono_s
    assert stands_still(Deciding(now_s - 1.0), clock, since_mono_s=now_s - 100.0) is None
    assert stands_still(Deciding(float("-inf")), clock, since_mono_s=now_s - 1.0) is None
    assert stands_still(Deciding(now_s - 20.0), clock, since_mono_s=now_s - 100.0) == "the last decision is 20 s old"
    assert stands_still(Deciding(float("-inf")), clock, since_mono_s=now_s - 20.0) == "the last decision is 20 s old"
