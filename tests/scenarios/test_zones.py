"""Fans and heat by zone: each bank carries the load of its own zone, and its fault stays there."""

from dataclasses import replace
from itertools import pairwise

import pytest

from services.controller.core import holds
from services.controller.core.banks import banks_of, stages_of
from services.controller.core.memory import Cause, Hold
from services.controller.core.plant import SITE
from services.controller.core.wanted import Floor
from services.shared.vocabulary import LeaseKind, Level, LoadTarget, Mode
from tests.plant import limits, load, moment
from tests.scenarios.hall import Hall, two_zones

EAST, WEST = {1, 2, 3}, {4, 5}


def hall(**changes):
    """Two zones that have settled at 20 C with all load on."""
    site = Hall(two_zones(**changes))
    site.until(900.0)
    return site


def test_fans_without_a_zone_are_one_bank_of_the_whole_site_with_one_spare():
    (bank,) = banks_of(limits(fans=9))
    assert (bank.scope, bank.nominal_kw) == (SITE, 30.0)
    assert (bank.carries_kw(7), bank.carries_kw(8), bank.carries_kw(9)) == (26.25, 30.0, 30.0)
    assert [bank.needs(kw) for kw in (0.0, 0.1, 3.75, 3.8, 26.3, 30.0, 99.0)] == [0, 1, 1, 2, 8, 8, 9]


def test_a_zone_bank_carries_its_own_load_and_has_a_spare_only_of_three():
    east, west = banks_of(two_zones())
    assert (east.scope, east.members, east.nominal_kw) == ("zone east", (0, 1, 2), 15.0)
    assert [east.carries_kw(n) for n in (0, 1, 2, 3)] == [0.0, 7.5, 15.0, 15.0]
    assert [west.carries_kw(n) for n in (0, 1, 2)] == [0.0, 7.5, 15.0]
    assert (west.needs(7.5), west.needs(7.6)) == (1, 2)


def test_a_zone_with_one_fan_is_carried_by_it():
    bank = banks_of(two_zones(west=1))[1]
    assert (bank.carries_kw(1), bank.carries_kw(0), bank.needs(15.0)) == (15.0, 0.0, 1)


def test_shared_fans_beside_zoned_ones_are_the_bank_of_the_site():
    assert [(bank.scope, bank.members) for bank in banks_of(two_zones(shared=2))] == [
        ("zone east", (0, 1, 2)), ("zone west", (3, 4)), (SITE, (5, 6))
    ]  # fmt: skip


def test_a_bank_without_load_needs_no_fan():
    site = two_zones()
    east, _ = banks_of(replace(site, loads=site.loads[5:]))
    assert (east.nominal_kw, east.needs(3.0)) == (0.0, 0)


@pytest.mark.parametrize(
    ("shared", "stages"), [(0, {"zone east": 2, "zone west": 1}), (2, {"zone east": 0, "zone west": 0, SITE: 2})]
)
def test_a_floor_of_the_site_is_the_shared_fans_or_where_there_are_none_every_banks_in_part(shared, stages):
    assert stages_of([Floor("any", 2, "")], two_zones(shared=shared)) == stages


def test_in_a_cool_hall_one_fan_runs_in_each_zone_with_load():
    site = hall()
    assert (len(site.on() & EAST), len(site.on() & WEST)) == (1, 1)
    assert site.state.fan_stage == 2
    assert dict(site.state.fan_stages) == {"zone east": 1, "zone west": 1}


def test_a_warm_zone_calls_its_own_fans_and_leaves_the_others_at_rest():
    site = hall()
    site.celsius["east"] = 35.0
    decision = site.until(1100.0)
    assert site.on() >= EAST
    assert len(site.on() & WEST) == 1
    assert {(one.scope, one.stage) for one in decision.floors if one.rule == "temperature"} == {
        ("zone east", 3),
        ("zone west", 0),
    }


def test_a_zone_without_fans_of_its_own_calls_the_shared_ones_or_all_there_are():
    for shared, called in ((2, {6, 7}), (0, {1, 2, 3, 4, 5})):
        site = Hall(two_zones(shared=shared))
        site.limits = replace(site.limits, loads=(*site.limits.loads[:9], load(9, zone="attic")))
        site.celsius["attic"] = 20.0
        site.until(900.0)
        site.celsius["attic"] = 35.0
        site.until(1100.0)
        assert called <= site.on()


def test_starts_are_spaced_over_the_whole_site_and_the_bank_that_lacks_most_goes_first():
    site = hall()
    site.celsius = {"east": 36.0, "west": 36.0}
    before, starts = site.on(), []
    for _ in range(60):
        site.step()
        starts += [(site.now_s, number) for number in site.on() - before]
        before = site.on()
    assert [later - earlier for (earlier, _), (later, _) in pairwise(starts)] == [8.0, 8.0]
    assert starts[0][1] in EAST, "two are missing east, one west"
    assert before == EAST | WEST


def test_on_restore_the_fans_of_a_zone_lead_the_load_that_returns_to_it():
    site = hall()
    site.level = Level.CONTROL
    site.until(1600.0)
    assert site.running() == 0
    assert not site.on(), "no load, cool, and the lag is over"
    site.level = Level.NORMAL
    decision = site.until(1640.0)
    assert site.running() == 0
    assert {(one.scope, one.stage, one.reason) for one in decision.floors if one.rule == "restore"} == {
        ("zone east", 3, "fans lead the heat"), ("zone west", 2, "fans lead the heat")
    }  # fmt: skip
    site.until(3000.0)
    assert site.running() == 10


def test_a_zone_that_stands_still_returns_on_all_its_fans_although_one_is_a_spare_while_it_runs():
    site = hall()
    site.level = Level.CONTROL
    site.until(1600.0)
    site.dead, site.level = {2}, Level.NORMAL
    keys = set()
    for at in range(1600, 3600, 10):
        keys |= {one.key for one in site.until(float(at)).alarms}
    decision = site.until(3600.0)
    zones = {one.zone for one, target in zip(site.limits.loads, decision.targets.loads, strict=True) if target is LoadTarget.RUN}
    assert (zones, keys - {"signal_utility"}) == ({"west"}, {"fans_disproved"})


def test_a_fan_that_is_stuck_during_a_restore_keeps_its_zone_off_and_the_other_returns_with_one_alarm():
    site = hall()
    site.level = Level.CONTROL
    site.until(1600.0)
    site.dead, site.level = {4, 5}, Level.NORMAL
    site.step()
    keys = set()
    while site.now_s < 3000.0:
        site.step(5.0)
        keys |= site.alarms().keys()
    assert (site.running("east"), site.running("west")) == (5, 0)
    assert keys - {"signal_utility"} == {"fans_disproved"}
    assert site.alarms()["fans_disproved"] == "Ordered to run, but not running: fan 4 of zone west, fan 5 of zone west."


def test_nothing_is_raised_in_a_zone_while_one_of_its_fans_does_not_run_though_the_others_could_carry_it():
    site = hall()
    site.level = Level.CONTROL
    site.until(1600.0)
    site.dead, site.level = {1}, Level.NORMAL
    worn = tuple(replace(one, hours=50.0) for one in site.state.fans[1:])
    site.state = replace(site.state, fans=(site.state.fans[0], *worn))  # the dead one is the first choice
    decision = site.until(3000.0)
    assert (site.running("east"), site.running("west")) == (0, 5)
    holding = [one for one in decision.ceilings if one.rule == "airflow unproven"]
    assert [(one.scope, one.kw, one.reason) for one in holding] == [
        ("zone east", 0.0, "fan 1 of zone east does not run: nothing is raised there")
    ]
    site.state = holds.lock_out(site.state, "fan-1", "electrician", "contactor", site.limits, moment(site.now_s))
    site.until(4500.0)
    assert site.running() == 10, "a person accepts to run on the two that are left"


def test_a_locked_out_fan_of_two_leaves_half_of_the_zone_to_return():
    site = hall()
    site.level = Level.CONTROL
    site.until(1600.0)
    site.state = holds.lock_out(site.state, "fan-4", "electrician", "belt", site.limits, moment(site.now_s))
    site.level = Level.NORMAL
    decision = site.until(3500.0)
    assert (site.running("east"), site.running("west")) == (5, 2)
    holding = [one.reason for one in decision.ceilings if one.scope == "zone west"]
    assert holding == ["1 of 2 fans of zone west proven, enough for 8 kW"]


def test_a_fan_that_is_not_proven_yet_holds_its_zone():
    site = hall()
    site.level = Level.CONTROL
    site.until(1600.0)
    site.level = Level.NORMAL
    site.changes = {"volts_good": None}
    decision = site.until(2500.0)
    assert site.running() == 0
    holding = [one.reason for one in decision.ceilings if one.rule == "airflow unproven"]
    assert len(holding) == 2
    assert all(reason.endswith("is not proven yet: nothing is raised there") for reason in holding)


def test_one_of_two_fans_disproved_under_load_leaves_half_of_its_zone_and_is_no_emergency():
    site = hall()
    site.celsius["west"] = 34.9
    site.until(1200.0)
    site.dead = {4}
    decision = site.until(1300.0)
    (ceiling,) = [one for one in decision.ceilings if one.rule == "airflow"]
    assert (ceiling.scope, ceiling.kw, ceiling.cause) == ("zone west", 7.0, Cause.THERMAL)
    assert ceiling.reason == "1 of 2 fans of zone west do not run"
    assert (site.running("east"), site.running("west")) == (5, 2)


def test_most_fans_of_a_zone_disproved_take_all_of_its_load_off_at_once_and_nothing_of_the_other():
    site = hall()
    site.celsius["east"] = 34.9
    site.until(1200.0)
    site.dead = {1, 2}
    decision = site.until(1300.0)
    (ceiling,) = [one for one in decision.ceilings if one.rule == "airflow"]
    assert (ceiling.scope, ceiling.kw, ceiling.cause) == ("zone east", 0.0, Cause.EMERGENCY)
    assert (site.running("east"), site.running("west")) == (0, 5)
    assert site.state.mode is Mode.EMERGENCY


def test_of_the_fans_that_a_person_left_in_service_most_disproved_is_most():
    site = hall(east=5)
    site.celsius["east"] = 34.9
    site.until(1200.0)
    for number in (1, 2, 3):
        site.state = holds.lock_out(site.state, f"fan-{number}", "op", "", site.limits, moment(site.now_s))
    site.until(1250.0)
    assert site.running("east") == 5, "locking out sheds nothing"
    site.dead = {4, 5}
    decision = site.until(1350.0)
    (ceiling,) = [one for one in decision.ceilings if one.rule == "airflow"]
    assert (ceiling.kw, ceiling.cause) == (0.0, Cause.EMERGENCY)


def test_a_disproved_fan_is_replaced_within_its_own_bank():
    site = hall()
    (east,) = site.on() & EAST
    site.dead = {east}
    site.until(1000.0)
    assert len(site.on() & EAST) == 2
    assert len(site.on() & WEST) == 1


def test_too_hot_in_one_zone_sheds_trips_and_cools_there_alone():
    site = hall()
    site.celsius["west"] = 38.0
    decision = site.until(960.0)
    assert decision.temperature_max_c == 38.0
    (ceiling,) = [one for one in decision.ceilings if one.rule == "temperature"]
    assert (ceiling.scope, ceiling.kw) == ("zone west", 11.25)
    site.celsius["west"] = 40.0
    decision = site.step()
    (ceiling,) = [one for one in decision.ceilings if one.rule == "trip"]
    assert (ceiling.scope, ceiling.kw, ceiling.cause) == ("zone west", 0.0, Cause.TRIP)
    assert [(one.scope, one.stage) for one in decision.floors if one.rule == "trip"] == [("zone west", 2)]
    assert (site.running("east"), site.running("west")) == (5, 0)


def test_a_blind_zone_runs_all_its_own_fans_and_is_shed_alone():
    site = hall()
    del site.celsius["west"]
    decision = site.until(1100.0)
    assert site.on() >= WEST
    assert len(site.on() & EAST) == 1
    assert site.running() == 10
    assert "zone west" in {one.scope for one in decision.floors if one.stage == 2}
    site.until(1700.0)
    assert (site.running("east"), site.running("west")) == (5, 0)


def test_a_lease_of_a_stage_is_shared_by_the_banks_in_part_rounded_up():
    site = hall()
    hold = Hold("a", LeaseKind.FANS, "op", "", moment(site.now_s), 600.0, fan_stage=3)
    site.state = holds.grant(site.state, hold, site.limits)
    decision = site.until(1000.0)
    assert {(one.scope, one.stage) for one in decision.floors if one.rule == "lease"} == {("zone east", 2), ("zone west", 2)}
    assert (len(site.on() & EAST), len(site.on() & WEST)) == (2, 2)


def test_a_zone_whose_load_nothing_measures_keeps_a_fan():
    site = hall()
    site.level = Level.CONTROL
    site.until(1600.0)
    assert not site.on()
    snapshot = site.look()
    dark = tuple(replace(one, watts=None) if i >= 5 else one for i, one in enumerate(snapshot.loads))
    decision = site.at(site.now_s, replace(snapshot, loads=dark, meters=()))
    assert {one.scope for one in decision.floors if one.rule == "load"} == {"zone west"}
    nothing = tuple(replace(one, watts=None) for one in snapshot.loads)
    decision = site.at(site.now_s, replace(snapshot, loads=nothing, meters=()))
    assert {one.scope for one in decision.floors if one.rule == "load"} == {"zone east", "zone west"}


def test_after_a_shed_the_fans_of_each_zone_lag_behind_the_heat():
    site = hall()
    site.celsius["east"] = 35.0
    site.until(1100.0)
    site.celsius["east"] = 20.0
    site.level = Level.CONTROL
    site.step()
    shed_s = site.now_s
    site.until(shed_s + 295.0)
    assert site.on() >= EAST
    site.until(shed_s + 500.0)
    assert not site.on()
