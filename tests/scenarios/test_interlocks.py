"""Trips and dry contacts: what latches, what a person may reset, and what a contact that nothing reads leads to."""

from dataclasses import replace
from itertools import pairwise

import pytest

from services.controller.core import holds
from services.controller.core.decide import decide
from services.controller.core.interlocks import cause_present, merge, switch_alarms, trip_alarms
from services.controller.core.memory import Cause, Hold, Trip
from services.controller.core.seen import SwitchSeen
from services.controller.core.stamps import resume
from services.shared.vocabulary import AlarmKind, Control, LeaseKind, Level, LoadTarget, Mode, PowerState, SensorRole, SwitchRole
from tests.plant import intake, limits, moment, seen
from tests.scenarios.hall import OFF, ON, Hall, two_zones, warm


def contact(active, at, role=SwitchRole.SMOKE, name="ceiling"):
    """A dry contact read at a moment."""
    return SwitchSeen(name, role, active, at)


def hall(**changes):
    """Nine fans and ten miners at 25 C, settled."""
    site = Hall(limits(fans=9, **changes), celsius=25.0)
    site.until(300.0)
    return site


def hot(at, *values):
    """Intakes of the zone main at these temperatures."""
    return tuple(intake(celsius, at, f"ra/s{i}") for i, celsius in enumerate(values, 1))


def trips_of(site, at, temperatures):
    """The keys of the trips that stand after a look at these temperatures."""
    return [trip.key for trip in site.at(at, temperatures=temperatures).state.trips]


@pytest.mark.parametrize(("role", "key", "word"), [(SwitchRole.SMOKE, "smoke", "Smoke"), (SwitchRole.FLOOD, "flood", "Water")])
def test_smoke_and_water_open_outlets_at_once_and_latch(role, key, word):
    site = hall()
    site.changes = {"switches": (contact(True, 305.0, role),)}
    decision = site.step()
    assert set(decision.targets.loads) == {LoadTarget.OFF}
    assert decision.state.mode is Mode.EMERGENCY
    assert {one.cause for one in decision.ceilings if one.rule == "trip"} == {Cause.EMERGENCY}
    site.changes = {"switches": (contact(False, 310.0, role),)}
    site.until(900.0)
    assert [trip.key for trip in site.state.trips] == [key]
    assert site.running() == 0
    assert site.alarms()[f"trip_{key}"] == f"Tripped: {word} at ceiling."


@pytest.mark.parametrize(("configured", "running"), [("on", {ON}), ("off", {OFF})])
def test_what_fans_do_on_smoke_is_as_configured(configured, running):
    for plant in (limits(fans=9, fans_on_smoke=configured), two_zones(fans_on_smoke=configured)):
        site = Hall(plant)
        site.until(900.0)
        hours = sum(one.hours for one in site.state.fans)
        site.changes = {"switches": (contact(True, 905.0),)}
        site.step()
        assert site.on() == set() or configured == "on"
        assert (sum(one.hours for one in site.state.fans) > hours) is (configured == "off"), "the hours until the stop count"
        decision = site.until(1000.0)
        assert set(decision.targets.fans) == running


def test_flood_leaves_the_fans_to_the_heat():
    site = hall(fans_on_smoke="off")
    site.changes = {"switches": (contact(True, 305.0, SwitchRole.FLOOD),)}
    assert ON in site.step().targets.fans


def test_an_open_door_is_one_warning_for_all_doors():
    site = hall()
    doors = tuple(contact(True, 301.0, SwitchRole.DOOR, name) for name in ("north", "south"))
    site.changes = {"switches": (*doors, contact(False, 301.0, SwitchRole.DOOR, "gate"))}
    site.step()
    assert site.alarms() == {"door": "Door north, south is open."}
    assert site.running() == 10


@pytest.mark.parametrize(
    ("role", "name", "words"),
    [
        (SwitchRole.SMOKE, "Smoke", "Tripped: Smoke."),
        (SwitchRole.FLOOD, "flood", "Tripped: Water."),
        (SwitchRole.FLOOD, "water", "Tripped: Water."),
        (SwitchRole.FLOOD, "sump", "Tripped: Water at sump."),
        (SwitchRole.DOOR, "door", "A door is open."),
    ],
)
def test_a_contact_named_after_its_role_is_not_told_as_a_place(role, name, words):
    site = hall()
    site.changes = {"switches": (contact(True, 301.0, role, name),)}
    site.step()
    assert words in site.alarms().values()


def test_a_utility_contact_is_a_power_signal_and_nothing_here():
    site = limits()
    switches = (contact(True, 0.0, SwitchRole.UTILITY), contact(None, 0.0, SwitchRole.UTILITY))
    assert switch_alarms(seen(0.0, site, switches=switches), site, moment(0.0)) == ()


@pytest.mark.parametrize(("age_s", "is_silent"), [(120.0, False), (120.1, True)])
def test_a_smoke_contact_that_nothing_reads_for_two_minutes_is_a_warning(age_s, is_silent):
    site = limits()
    alarms = switch_alarms(seen(500.0, site, switches=(contact(False, 500.0 - age_s),)), site, moment(500.0))
    assert [(one.key, one.kind, one.cause) for one in alarms] == (
        [("switch_lost_smoke", AlarmKind.WARNING, "Smoke contact ceiling is not read.")] if is_silent else []
    )


def test_silent_contacts_are_one_alarm_per_role():
    site = limits()
    switches = (
        contact(None, 0.0), contact(False, None, name="duct"), contact(None, 0.0, SwitchRole.FLOOD, "pit"),
        contact(None, 0.0, SwitchRole.DOOR, "gate"), contact(False, 0.0, SwitchRole.FLOOD, "drain"),
    )  # fmt: skip
    alarms = switch_alarms(seen(0.0, site, switches=switches), site, moment(0.0))
    assert [(one.key, one.cause) for one in alarms] == [
        ("switch_lost_smoke", "Smoke contacts ceiling, duct are not read."),
        ("switch_lost_flood", "Flood contact pit is not read."),
    ]
    assert alarms[0].consequence != alarms[1].consequence


@pytest.mark.parametrize(
    ("switches", "refusal"),
    [
        ((contact(True, 400.0),), "the cause of smoke persists"),
        ((contact(True, 100.0),), "the cause of smoke persists"),
        ((contact(None, 400.0),), "the cause of smoke may persist: smoke contact ceiling is not read"),
        ((contact(False, 279.9),), "the cause of smoke may persist: smoke contact ceiling is not read"),
        ((contact(False, 400.0, SwitchRole.FLOOD),), "the cause of smoke may persist: no smoke contact is read"),
        ((), "the cause of smoke may persist: no smoke contact is read"),
        ((contact(False, 280.0),), None),
    ],
)
def test_only_a_contact_that_freshly_reads_quiet_lets_smoke_be_reset(switches, refusal):
    site = limits()
    assert cause_present("smoke", seen(400.0, site, switches=switches), site, moment(400.0)) == refusal


def test_the_stop_button_is_reset_by_a_person_alone():
    site = limits()
    assert cause_present("stop", seen(400.0, site), site, moment(400.0)) is None


@pytest.mark.parametrize(
    ("temperatures", "refusal"),
    [
        (hot(400.0, 34.9, 20.0), None),
        (hot(400.0, 35.0, 20.0), "the cause of over-temperature in zone main persists: it has 35.0 °C"),
        (hot(279.9, 20.0), "the cause of over-temperature in zone main may persist: no temperature there is fresh"),
        (hot(400.0, None), "the cause of over-temperature in zone main may persist: no temperature there is fresh"),
        ((), "the cause of over-temperature in zone main may persist: no temperature there is fresh"),
        ((*hot(400.0, 20.0), replace(intake(50.0, 400.0, "ra/x"), role=SensorRole.EXHAUST)), None),
    ],
)
def test_an_over_temperature_is_reset_only_when_fresh_intakes_are_below_the_alarm(temperatures, refusal):
    site = limits()
    snapshot = seen(400.0, site, temperatures=temperatures)
    assert cause_present("over_temperature_main", snapshot, site, moment(400.0)) == refusal


def test_a_refused_reset_says_why_and_a_granted_one_ends_the_trip():
    site = hall()
    site.celsius["main"] = 41.0
    site.step()
    with pytest.raises(holds.HoldRefused, match=r"zone main persists: it has 41\.0 °C"):
        holds.reset(site.state, "over_temperature_main", site.look(), site.limits, moment(site.now_s))
    site.celsius["main"] = 20.0
    site.until(2000.0)
    assert site.running() == 0, "latched"
    site.state = holds.reset(site.state, "over_temperature_main", site.look(), site.limits, moment(site.now_s))
    site.step()
    assert not site.state.trips


def test_40_degrees_trip_on_two_sensors_at_once_and_39_9_do_not():
    assert trips_of(hall(), 305.0, hot(305.0, 39.9, 39.9, 20.0)) == []
    assert trips_of(hall(), 305.0, hot(305.0, 40.0, 40.0, 20.0)) == ["over_temperature_main"]
    assert trips_of(hall(), 305.0, hot(305.0, 40.0, 39.9, 20.0)) == []


def test_one_sensor_trips_on_its_second_hot_poll_and_not_on_the_same_poll_seen_twice():
    site = hall()
    assert not trips_of(site, 305.0, hot(305.0, 41.0, 25.0, 25.0))
    assert not trips_of(site, 306.0, hot(305.0, 41.0, 25.0, 25.0))
    assert trips_of(site, 310.0, hot(310.0, 41.0, 25.0, 25.0)) == ["over_temperature_main"]


def test_a_cooler_poll_in_between_begins_anew_but_one_that_read_nothing_does_not():
    for between, tripped in ((25.0, []), (None, ["over_temperature_main"])):
        site = hall()
        for at, celsius in ((305.0, 41.0), (310.0, between)):
            assert not trips_of(site, at, hot(at, celsius, 25.0, 25.0))
        assert trips_of(site, 315.0, hot(315.0, 41.0, 25.0, 25.0)) == tripped


def test_an_old_hot_reading_trips_nothing():
    assert not trips_of(hall(), 430.1, hot(305.0, 41.0, 41.0))


def test_exhausts_and_other_sensors_never_trip():
    exhausts = tuple(replace(one, role=SensorRole.EXHAUST) for one in hot(305.0, 55.0, 55.0))
    assert not trips_of(hall(), 305.0, (*exhausts, *warm(25.0)(305.0)))


@pytest.mark.parametrize(("celsius", "trips"), [(39.9, []), (40.0, ["over_temperature_main"])])
def test_a_temperature_that_a_person_forces_trips_as_one_that_is_measured(celsius, trips):
    site = hall()
    hold = Hold("t", LeaseKind.TEMPERATURE, "op", "", moment(300.0), 600.0, celsius=celsius)
    site.state = holds.grant(site.state, hold, site.limits)
    assert trips_of(site, 305.0, warm(25.0)(305.0)) == trips


def test_the_first_trip_of_a_key_stands():
    first, later, other = Trip("smoke", "a", moment(1.0)), Trip("smoke", "b", moment(2.0)), Trip("flood", "c", moment(2.0))
    assert merge((first,), (later, other)) == (first, other)
    assert merge((), (first, later)) == (first,)


def test_mains_back_after_a_cut_in_the_middle_of_an_event_fans_first_and_the_event_still_holds():
    site = hall()
    site.level = Level.CONTROL
    site.until(1200.0)
    assert site.running() == 0
    boot = "after-the-cut"
    site.state = resume(site.state, moment(20.0, boot=boot))
    at, counts = 20.0, []
    while at < 600.0:
        nothing_yet = replace(site.look(), signals=(), temperatures=())
        fresh = replace(
            nothing_yet,
            loads=tuple(replace(one, state_mono_s=at, outlet_mono_s=at, watts_mono_s=at) for one in nothing_yet.loads),
            fans=tuple(replace(one, watts_mono_s=at, relay_mono_s=at) for one in nothing_yet.fans),
        )
        site.decision = decide(site.state, fresh, site.limits, moment(at, boot=boot))
        site.state = site.decision.state
        counts.append((at, len(site.on()), site.running()))
        at += 2.0
    assert {running for _, _, running in counts} == {0}, "the level before the cut holds, whatever is not heard yet"
    assert ("start", 9) in {(one.rule, one.stage) for one in decide_floors(site, boot)}
    assert dict((at, fans) for at, fans, _ in counts)[100.0] == 9
    assert max(after - before for (_, before, _), (_, after, _) in pairwise(counts)) == 1


def decide_floors(site, boot):
    """The floors of the first decision after a resume."""
    state = resume(site.state, moment(20.0, boot=f"{boot}-again"))
    return decide(state, seen(20.0, site.limits, level=None), site.limits, moment(20.0, boot=f"{boot}-again")).floors


def test_a_trip_floor_is_all_fans_of_the_zone():
    site = hall()
    site.celsius["main"] = 41.0
    decision = site.step()
    assert ("trip", 9) in {(one.rule, one.stage) for one in decision.floors}
    assert PowerState.ON in decision.targets.fans


def test_in_the_second_of_a_trip_nobody_has_measured_that_the_load_is_off():
    (told,) = trip_alarms((Trip("stop", "emergency stop by ann", moment(0.0)),), Control.ARMED)
    assert told.consequence == "Its load goes off and stays off."


def test_a_stop_on_a_site_that_observes_says_that_nothing_is_switched():
    (told,) = trip_alarms((Trip("stop", "emergency stop by ann", moment(0.0)),), Control.OBSERVE)
    assert told.consequence == "Observing: nothing is switched."
    assert told.action == "Take the load off by hand. Find the cause, then reset the trip."


def test_in_smoke_the_fire_brigade_comes_first_on_a_site_that_observes_too():
    (told,) = trip_alarms((Trip("smoke", "Smoke.", moment(0.0)),), Control.OBSERVE)
    assert told.action == "Call the fire brigade; reset after it was looked at. Take the load off by hand."
