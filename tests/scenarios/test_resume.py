"""What a new process makes of what an earlier one stored: no moment of another boot is left to be compared with this one's."""

import dataclasses
from dataclasses import replace

from services.controller.core.decide import decide
from services.controller.core.memory import CeilingMemory, FanMemory, Hold, Lockout, Phase, Silence, SourceMemory, State, Trip
from services.controller.core.moments import Stamp
from services.controller.core.stamps import resume
from services.shared.vocabulary import LeaseKind, Level, LoadKind, LoadTarget, Mode, PowerState
from tests.plant import Site, limits, load, miner, moment, seen, signal

OWN_RECKONING = {"calendar", "interval", "cooler", "sources.clear_since"}
"""These reckon their moments of another boot themselves."""


def stamps_of(thing, path=""):
    """Every stamp in a state, with the way to it."""
    if isinstance(thing, Stamp):
        yield path, thing
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield from stamps_of(getattr(thing, field.name), f"{path}.{field.name}".lstrip("."))
    elif isinstance(thing, tuple):
        for one in thing:
            yield from stamps_of(one, path)


def test_after_a_new_boot_no_stamp_of_an_earlier_one_is_left():
    old = moment(9000.0, boot="earlier")
    state = State(
        Phase.SHED, started=old, mode_since=old, ceilings=(CeilingMemory("r", "site", 1.0, old, old, old),), clear_since=old,
        stepped=old, unshown=((old, frozenset({"m-0"})),), lowered=((old, frozenset({"m-0"})),),
        proven_off=((old, frozenset({"m-0"})),), cooler=(("main", old),), zones=(("main", old),),
        sources=(SourceMemory("u", Level.CONTROL, None, None, old, old, "ann", out_since=old, clear_since=old),),
        fans=(FanMemory(PowerState.ON, old, low_since=old),), last_fan_start=old, load_off_since=old, returned=(old,),
        trips=(Trip("stop", "x", old),), lockouts=(Lockout("m-0", "ann", "x", old),),
        silent=(Silence("pdu-1", old, True),),
    )  # fmt: skip
    given = {path.partition(".")[0] for path, _ in stamps_of(state)}
    may = {field.name for field in dataclasses.fields(State) if "Stamp" in str(field.type)} | given
    assert given >= may - OWN_RECKONING, f"the test knows nothing of {may - OWN_RECKONING - given}"
    left = {path for path, stamp in stamps_of(resume(state, moment(5.0))) if stamp.host_boot == "earlier"}
    assert left <= OWN_RECKONING


def test_what_sleep_was_given_before_the_power_failed_counts_although_the_clock_is_unknown():
    site = Site(limits(interval_s=0.0)).settle()
    for at in range(200, 700, 20):
        site.at(float(at), seen(float(at), site.limits, level=Level.CONTROL))
    site.state = resume(site.state, moment(5.0, boot="later", trusted=False))
    waited = [one for one in site.state.ceilings if one.rule == "signal utility"]
    assert -490.0 <= waited[0].since.mono_s <= -400.0


def test_a_milder_ask_of_an_earlier_boot_still_becomes_the_next_waits_beginning():
    site = Site(limits(interval_s=0.0)).settle()

    def ask(at, kw):
        return site.at(at, seen(at, site.limits, signals=(signal(Level.CONTROL, at, target_kw=kw),)))

    ask(9000.0, 9.0)
    ask(9010.0, 24.0)
    earlier = moment(9000.0, boot="earlier")
    old = [replace(one, since=earlier, milder_since=earlier) for one in site.state.ceilings]
    site.state = resume(replace(site.state, started=moment(0.0, boot="earlier"), ceilings=tuple(old), sources=()), moment(5.0))
    for at in range(10, 200, 10):
        ask(float(at), 24.0)
    decision = ask(200.0, 9.0)
    assert LoadTarget.OFF not in decision.targets.loads
    assert next(one for one in decision.state.ceilings if one.rule == "signal utility").since.mono_s == 200.0


def test_a_load_is_cut_only_after_it_was_asked_to_sleep_itself():
    """A deeper target within the meter's tolerance keeps the old wait of its ceiling, and gives each load its own."""
    site = Site(limits(interval_s=0.0, meter_tolerance_kw=3.0)).settle()
    for at in range(200, 1500, 20):
        site.at(float(at), seen(float(at), site.limits, signals=(signal(Level.CONTROL, float(at), target_kw=15.0),),
                                loads=[miner(float(at), asleep=i >= 5) for i in range(10)]))  # fmt: skip
    deeper = (signal(Level.CONTROL, 1500.0, target_kw=13.0),)
    decision = site.at(1500.0, seen(1500.0, site.limits, signals=deeper, loads=[miner(1500.0, asleep=i >= 5) for i in range(10)]))
    assert LoadTarget.OFF not in decision.targets.loads
    assert not [one for one in decision.alarms if one.key == "load_still_on"]


def test_a_lease_that_lowers_outlives_a_reboot_until_a_trusted_clock_ends_it():
    site = Site().settle()
    began = moment(9000.0, boot="earlier")
    site.state = replace(site.state, started=began, holds=(Hold("a", LeaseKind.MINERS, "ann", "", began, 600.0, action="sleep",
                                                                members=("m-3",)),))  # fmt: skip
    site.state = resume(site.state, moment(5.0, trusted=False))
    unknown = decide(site.state, seen(5000.0, site.limits), site.limits, moment(5000.0, trusted=False))
    assert unknown.targets.loads[3] is LoadTarget.SLEEP
    known = decide(unknown.state, seen(9700.0, site.limits), site.limits, moment(9700.0))
    assert known.state.holds == ()


def test_loads_that_a_person_holds_down_and_that_draw_are_named():
    site = Site().settle()
    site.state = replace(site.state, holds=(Hold("a", LeaseKind.MINERS, "ann", "", moment(200.0), 9000.0, action="sleep",
                                                 members=("m-3",)),))  # fmt: skip
    site.at(200.0)
    assert not [one for one in site.at(799.0).alarms if one.key == "held_still_on"]
    alarm = next(one for one in site.at(800.0).alarms if one.key == "held_still_on")
    assert alarm.cause == "1 load held down by a person and still drawing: m-3."


def test_an_outlet_that_is_a_loads_only_path_is_no_failure_while_it_has_its_time():
    loads = tuple(load(i, kind=LoadKind.OUTLET, soft_device="") for i in range(4))
    site = Site(limits(loads, interval_s=0.0)).settle()
    for at in (200.0, 211.0):
        decision = site.at(at, seen(at, site.limits, level=Level.CONTROL))
    assert set(decision.targets.loads) == {LoadTarget.OFF}
    assert not [one for one in decision.alarms if one.key == "load_still_on"]
    late = site.at(900.0, seen(900.0, site.limits, level=Level.CONTROL))
    assert [one for one in late.alarms if one.key == "load_still_on"]


def test_a_load_that_nothing_meters_and_that_says_it_works_is_not_curtailed():
    site = Site(limits(interval_s=0.0)).settle()
    for at in range(200, 1200, 50):
        unmetered = [replace(miner(float(at)), watts=None) for _ in range(10)]
        decision = site.at(float(at), seen(float(at), site.limits, level=Level.CONTROL, loads=unmetered))
    assert decision.state.mode is Mode.CURTAILING
    assert [one for one in decision.alarms if one.key == "load_still_on"]
    assert LoadTarget.OFF not in decision.targets.loads, "its word alone cuts nothing"


def test_a_target_that_jitters_by_less_than_the_meter_can_tell_does_not_hold_up_the_return():
    site = Site(limits(interval_s=0.0, restore_step_kw=3.0)).settle()
    site.at(200.0, level=Level.CONTROL)
    at = 210.0
    while at < 900.0:
        target = 20.9 if int(at / 10) % 2 else 21.1
        decision = site.at(at, seen(at, site.limits, signals=(signal(Level.CONTROL, at, target_kw=target),)))
        at += 10.0
    assert decision.targets.loads.count(LoadTarget.RUN) >= 6
