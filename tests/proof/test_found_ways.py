"""Ways through the machine that a long search once found, kept step by step."""

import pytest

from services.simulator.invariants import violations
from services.simulator.twin import run_day
from tests.proof.alphabet import Act
from tests.proof.model import new_world
from tests.proof.small_site import DAY_SITES, SITES
from tests.proof.walk import Node, judged


@pytest.mark.parametrize(("before_s", "process"), [(31.0, "killed"), (61.0, "rebooted")])
def test_a_device_that_was_silent_before_a_restart_is_silent_after_it_without_a_new_wait(before_s, process):
    node = Node(new_world(SITES["base"]()))
    for act in (
        Act({"devices": "silent"}),
        Act({"utility": "control"}, leap_s=before_s),
        Act(process=process),
        Act(leap_s=31.0),
    ):
        node = judged(node, act)
    assert {"w-1", "e-1", "e-2"} <= node.world.state.opened


def test_the_day_on_which_a_frozen_pdu_proved_a_load_off_that_drew():
    """Its outlet never showed the last "on"; 3.1 kW drew past the deadline and no alarm named it."""
    day = run_day(DAY_SITES["base"](), 728, check=violations)
    assert any("pdu frozen on pdu-2" in line for line in day.story)
    assert not day.violations
