"""Soft before hard: which outlet opens for which cause, counted from when, and when it is looked at again."""

from dataclasses import replace

import pytest

from services.controller.core.escalation import escalate, soft_wait_s
from services.controller.core.memory import Cause, CeilingMemory, Phase, State
from services.controller.core.plant import zone_scope
from services.controller.core.proof import measure
from services.controller.core.wanted import Ceiling, Says
from services.shared.vocabulary import RuleKind
from tests.plant import limits, load, miner, moment, seen

WAIT = 570.0
"""Ten minutes without the 15 s that four outlets and their reading take, and without the time until it shows."""
PLANT = limits(tuple(load(i, zone="east" if i < 2 else "west") for i in range(4)), response_deadline_s=WAIT + 15.0 + 12.0)
NAMES = frozenset(one.name for one in PLANT.loads)


def asks(kw, cause=Cause.UTILITY, rule="signal utility", scope="site"):
    return Ceiling(RuleKind.SIGNAL, rule, kw, "", cause, scope)


def state(since=(), lowered=(), opened=()):
    """What is remembered: since when ceilings stand, since when loads are asked off, which outlets are open."""
    memories = tuple(CeilingMemory(one.rule, one.scope, one.kw, moment(at)) for one, at in since)
    asked = tuple((moment(at), frozenset(names)) for at, names in lowered)
    return State(Phase.SHED, started=moment(-1000.0), ceilings=memories, lowered=asked, opened=frozenset(opened))


def look(remembered, *ceilings, at, kept=(), loads=None, plant=PLANT, lost=()):
    """Judge at a moment; every miner says that it sleeps and draws its 3 kW unless told otherwise."""
    read = [miner(at, asleep=True, watts=3000.0) for _ in plant.loads] if loads is None else loads
    snapshot, now = seen(at, plant, loads=read), moment(at)
    measured = measure(snapshot, plant, now)
    return escalate(remembered, frozenset(kept), Says(ceilings), measured, snapshot, frozenset(lost), plant, now)


def standing(*ceilings, at=0.0, opened=()):
    """All of this stands, and every load was asked off, since a moment."""
    return state([(one, at) for one in ceilings], [(at, NAMES)], opened)


def test_outlets_open_when_the_wait_of_the_cause_is_over_and_the_moment_is_named_before():
    before = look(standing(asks(0.0)), asks(0.0), at=WAIT - 0.1)
    assert (before.opened, before.stubborn, before.next_due) == (frozenset(), frozenset(), WAIT)
    after = look(standing(asks(0.0)), asks(0.0), at=WAIT)
    assert (after.opened, after.stubborn, after.next_due) == (NAMES, NAMES, float("inf"))


def test_an_ask_of_this_very_moment_has_waited_for_nothing_yet():
    for remembered in (state(), state(lowered=[(0.0, NAMES)]), state(since=[(asks(0.0), 0.0)])):
        new = look(remembered, asks(0.0), at=5000.0)
        assert (new.opened, new.stubborn, new.next_due) == (frozenset(), frozenset(), 5000.0 + WAIT)


def test_in_an_emergency_outlets_open_at_once_and_nobody_calls_a_load_stubborn_before_its_minute():
    smoke = asks(0.0, Cause.EMERGENCY, "trip")
    now, later = look(standing(smoke), smoke, at=1.0), look(standing(smoke), smoke, at=60.0)
    assert (now.opened, now.stubborn, now.next_due) == (NAMES, frozenset(), 60.0)
    assert later.stubborn == NAMES


def test_an_open_outlet_stays_open_while_its_load_is_to_be_down_and_closes_when_it_may_run():
    remembered = standing(asks(6.0), opened=NAMES)
    down = [miner(700.0, asleep=True, watts=0.0) for _ in PLANT.loads]
    assert look(remembered, asks(6.0), at=700.0, kept=(0, 1), loads=down).opened == {"m-2", "m-3"}
    both = replace(PLANT, pdu_on_curtail="always")
    mixed = [*down[:3], miner(700.0, watts=None)]
    assert look(remembered, asks(6.0), at=700.0, kept=(0, 1), loads=mixed, plant=both).opened == {"m-2", "m-3"}


@pytest.mark.parametrize(("cause", "opened"), [(Cause.UTILITY, frozenset()), (Cause.EMERGENCY, NAMES)])
def test_where_outlets_never_open_for_an_event_they_still_do_in_an_emergency(cause, opened):
    one = asks(0.0, cause)
    assert look(standing(one), one, at=WAIT, plant=replace(PLANT, pdu_on_curtail="never")).opened == opened


def test_what_a_later_ask_adds_waits_from_the_later_one_however_long_the_load_was_asked_off():
    early, late = asks(6.0), asks(0.0, rule="schedule peak")
    remembered = state([(early, 0.0), (late, 300.0)], [(0.0, NAMES)])
    for told in ((early, late), (late, early)):
        assert look(remembered, *told, at=WAIT).opened == {"m-2", "m-3"}
        assert look(remembered, *told, at=WAIT + 300.0).opened == NAMES


def test_a_load_that_was_asked_off_later_than_the_ask_began_gets_its_own_wait():
    remembered = state([(asks(0.0), 0.0)], [(0.0, {"m-0"}), (100.0, NAMES - {"m-0"})])
    first = look(remembered, asks(0.0), at=WAIT)
    assert (first.opened, first.next_due) == ({"m-0"}, WAIT + 100.0)


def test_heat_that_opens_no_outlet_hides_no_event_that_does():
    heat, event = asks(0.0, Cause.THERMAL, "temperature"), asks(0.0)
    remembered = state([(heat, -50.0), (event, 0.0)], [(-50.0, NAMES)])
    assert look(remembered, heat, event, at=WAIT).opened == NAMES
    assert look(remembered, heat, at=5000.0).opened == frozenset()


def test_a_trip_of_one_zone_in_an_event_cuts_that_zone_soon_and_the_other_with_the_event():
    event, trip = asks(0.0), asks(0.0, Cause.TRIP, "trip", zone_scope("east"))
    remembered = state([(event, 0.0), (trip, 10.0)], [(0.0, NAMES)])
    unmetered = [miner(0.0, asleep=True, watts=3000.0) for _ in PLANT.loads]
    for told in ((event, trip), (trip, event)):
        assert look(remembered, *told, at=70.0, loads=unmetered).opened == {"m-0", "m-1"}


def test_a_lost_path_of_sleep_is_waited_for_ten_seconds_and_no_longer():
    remembered = standing(asks(0.0))
    assert look(remembered, asks(0.0), at=9.9, lost=("foreman",)).next_due == 10.0
    cut = look(remembered, asks(0.0), at=10.0, lost=("foreman",))
    assert (cut.opened, cut.stubborn, cut.next_due) == (NAMES, frozenset(), WAIT)


def test_sleep_is_given_half_of_the_deadline_at_least_however_many_outlets_there_are():
    many = limits(tuple(load(i) for i in range(2000)))
    assert many.hard_path_s > many.response_deadline_s
    assert soft_wait_s(Cause.UTILITY, many) == many.response_deadline_s / 2
    assert soft_wait_s(Cause.UTILITY, limits((load(0, protected=True),))) == 600.0
