"""From every state that is reached, whatever is lost and whoever presses STOP, the site is safe within a bounded time."""

import pytest

from services.shared.vocabulary import PowerState
from tests.proof.alphabet import ALPHABET, Act
from tests.proof.extent import IS_LONG, extent
from tests.proof.model import settled_world
from tests.proof.small_site import SITES, tiny
from tests.proof.walk import Node, explore, judged, trace_of

BLACKOUT = Act(
    {
        "utility": "silent",
        "contact": "silent",
        "west": "stale",
        "east": "stale",
        "fans": "unread",
        "meters": "none",
        "devices": "silent",
    },
    leap_s=31.0,
)
SAFE_AFTER_STEPS = 26
"""Half-minutes: the heartbeat of the signal and the limit of a lost temperature (600 s each), then four stages of 30 s."""
DOWN_AFTER_STEPS = 6
"""Half-minutes after STOP until every load that can be taken off truly is, where the devices answer."""

MACHINES = {
    "air": ({"fans": ("follow", "one stuck", "most stuck", "unread"), "west": ("cool", "warm")}, (), ()),
    "stop": ({"switches": ("clear", "smoke")}, ("stop", "reset"), ("rebooted",)),
    "heat": ({"west": ("cool", "shed", "trip", "stale")}, ("reset",), ()),
    "contact": ({"contact": ("open", "closed", "silent"), "meters": ("follow", "stuck on", "none")}, (), ()),
    "persons": ({"utility": ("normal", "control")}, ("lock load", "unlock", "lease sleep", "lease wake"), ()),
    "service": ({"utility": ("normal", "control", "silent")}, ("out of service", "into service"), ("killed",)),
    "signal": ({"utility": ("normal", "control", "silent"), "devices": ("answer", "silent")}, (), ()),
}
"""Some inputs each, in steps of half a minute and ten minutes: the walk comes to an end, and then every state is known."""
CLOSED = set(MACHINES) - {"signal"} if IS_LONG else {"air", "stop"}
"""The machines that are walked to their end (692 to 10,611 states): two in the short form, all but one in the long form."""


def _letters(machine):
    changes, persons, processes = MACHINES[machine]
    return (
        *(Act({name: value}, leap_s=31.0) for name, values in changes.items() for value in values),
        *(Act(person=person, leap_s=31.0) for person in persons),
        *(Act(process=process, leap_s=31.0) for process in processes),
        Act(leap_s=31.0),
        Act(leap_s=601.0),
    )


@pytest.mark.timeout(extent(120, 3600))
@pytest.mark.parametrize("machine", MACHINES)
def test_no_invariant_breaks_on_any_way_of_some_inputs_and_every_state_reaches_safe(machine, record_property):
    most = extent(4000, 100_000) if machine in CLOSED else extent(400, 40_000)
    nodes = list(explore([settled_world(tiny())], _letters(machine), most))
    assert machine not in CLOSED or len(nodes) < most, "the walk did not come to an end"
    record_property("states", len(nodes))
    record_property("half_minutes_to_safe", max(_half_minutes_to_safe(node) for node in nodes[:: extent(20, 10)]))


@pytest.mark.timeout(extent(120, 3600))
@pytest.mark.parametrize("shard", range(extent(4, 8)))
@pytest.mark.parametrize("site", SITES)
def test_every_state_reaches_safe_whatever_is_lost(site, shard, record_property):
    letters = ALPHABET[shard :: extent(4, 8)]
    starts = [judged(Node(settled_world(SITES[site]())), letter).world for letter in letters]
    nodes = explore(starts, ALPHABET, extent(30, 1000))
    record_property("half_minutes_to_safe", max(_half_minutes_to_safe(node) for node in nodes))


def _half_minutes_to_safe(node):
    """The longer way of two: all is lost, and STOP."""
    return max(_is_safe_after_a_blackout(node), _is_safe_after_stop(node))


def _is_safe_after_a_blackout(node):
    """Everything lost: no load shall run, and a fan that may run is wanted."""
    before = node
    for steps in range(SAFE_AFTER_STEPS):
        node = judged(node, BLACKOUT)
        if not _wants_any(node.world) and _has_air(node.world):
            return steps + 1
    raise AssertionError(f"not safe {SAFE_AFTER_STEPS} half-minutes after all was lost:\n{trace_of(before)}")


def _is_safe_after_stop(node):
    """STOP: nothing shall run at once, and where the devices answer nothing does within some half-minutes."""
    before = node
    node = judged(node, Act({"devices": "answer"}, person="stop"))
    assert not _wants_any(node.world), f"loads shall run under STOP:\n{trace_of(before)}"
    for steps in range(DOWN_AFTER_STEPS):
        if not _runs_truly(node.world):
            return steps + 1
        node = judged(node, Act(leap_s=31.0))
    raise AssertionError(f"loads run {DOWN_AFTER_STEPS} half-minutes after STOP:\n{trace_of(before)}")


def _wants_any(world):
    return bool(world.state.running)


def _has_air(world):
    locked = {lock.target for lock in world.state.lockouts}
    smoke = world.limits.fans_on_smoke == "off" and any(trip.key == "smoke" for trip in world.state.trips)
    may = [m for fan, m in zip(world.limits.fans, world.state.fans, strict=True) if f"fan-{fan.number}" not in locked]
    return smoke or not may or any(memory.wanted is PowerState.ON for memory in may)


def _runs_truly(world):
    """Loads that draw although their outlet, or Foreman, could take them off."""
    stuck = world.inputs.meters == "stuck on"
    return [
        load.name
        for load, awake, closed in zip(world.limits.loads, world.awake, world.closed, strict=True)
        if closed and (awake or (stuck and load.has_outlet))
    ]
