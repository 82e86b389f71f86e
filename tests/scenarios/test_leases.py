"""Leases, lock-outs and what ends them: each ends what it names and nothing beside it."""

from dataclasses import replace

import pytest

from services.controller.core import holds
from services.controller.core.holds import HoldRefused
from services.controller.core.memory import Hold, Lockout, Phase, SourceMemory, State, Trip
from services.controller.core.merged import MOST_OF_A_KIND
from services.controller.core.seen import SwitchSeen
from services.controller.core.signals import lease_ceilings
from services.controller.core.zones import is_meant
from services.shared.vocabulary import LeaseKind, Level, PowerState, SwitchRole
from tests.plant import intake, limits, moment, seen

NOW = moment(100.0)
SITE = limits(fans=3)
NEW = State(Phase.FREE, started=moment(0.0))
ON, OFF = PowerState.ON, PowerState.OFF
MINERS, FANS, HEAT, SIGNAL = LeaseKind.MINERS, LeaseKind.FANS, LeaseKind.TEMPERATURE, LeaseKind.POWER_SIGNAL


def hold(kind, id_, **more):
    return Hold(id_, kind, "op", "test", NOW, 600.0, **more)


HELD = replace(
    NEW,
    holds=(
        hold(MINERS, "a", action="sleep", members=("m-0", "m-1")),
        hold(MINERS, "b", action="sleep", members=("m-2",)),
        hold(HEAT, "c", celsius=41.0, sensor="s1"),
        hold(HEAT, "d", celsius=41.0, sensor=""),
        hold(FANS, "e", fans=((1, ON), (2, ON))),
        hold(FANS, "f", fan_stage=2),
        hold(SIGNAL, "g", level=Level.CONTROL),
    ),
)


def left(state):
    return "".join(one.id for one in state.holds)


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"lease_id": "a", "kind": None}, "bcdefg"),
        ({"lease_id": "a", "kind": FANS}, "bcdefg"),
        ({"lease_id": None, "kind": MINERS}, "cdefg"),
        ({"lease_id": None, "kind": MINERS, "members": ("m-1",)}, "bcdefg"),
        ({"lease_id": None, "kind": MINERS, "members": ("m-1", "m-2")}, "cdefg"),
        ({"lease_id": None, "kind": MINERS, "members": ("all",)}, "cdefg"),
        ({"lease_id": None, "kind": HEAT}, "abefg"),
        ({"lease_id": None, "kind": HEAT, "sensor": "s1"}, "abdefg"),
        ({"lease_id": None, "kind": HEAT, "sensor": ""}, "abcefg"),
        ({"lease_id": None, "kind": FANS}, "abcdg"),
        ({"lease_id": None, "kind": SIGNAL}, "abcdef"),
    ],
)
def test_a_release_ends_the_leases_that_it_names_and_no_other(asked, ids):
    assert left(holds.release(HELD, **asked)) == ids
    assert left(HELD) == "abcdefg"


@pytest.mark.parametrize(
    "asked",
    [
        {"lease_id": "z", "kind": MINERS}, {"lease_id": None, "kind": MINERS, "members": ("m-7",)},
        {"lease_id": None, "kind": HEAT, "sensor": "s2"}, {"lease_id": None, "kind": None}, {"lease_id": "", "kind": None},
    ],
)  # fmt: skip
def test_a_release_that_names_nothing_that_there_is_says_so(asked):
    with pytest.raises(HoldRefused, match=r"^there is no such lease$"):
        holds.release(HELD, **asked)


def test_a_fan_given_back_leaves_the_other_fans_the_stage_and_every_other_lease():
    after = holds.release_fans(HELD, frozenset({1}))
    assert left(after) == "abcdefg"
    assert {one.id: one.fans for one in after.holds if one.fans} == {"e": ((2, ON),)}
    assert [one for one in after.holds if one.id != "e"] == [one for one in HELD.holds if one.id != "e"]
    assert left(holds.release_fans(HELD, frozenset({1, 2, 3}))) == "abcdfg"
    both = replace(NEW, holds=(hold(FANS, "s", fan_stage=1, fans=((1, ON),)),))
    assert [(one.fans, one.fan_stage) for one in holds.release_fans(both, frozenset({1})).holds] == [((), 1)]


def test_a_fan_that_there_is_not_is_refused_with_those_that_there_are():
    for number, why in ((0, "there is no fan 0; allowed: 1 to 3"), (4, "there is no fan 4; allowed: 1 to 3")):
        with pytest.raises(HoldRefused, match=f"^{why}$"):
            holds.grant(NEW, hold(FANS, "x", fans=((1, ON), (number, ON), (9, ON))), SITE)
    with pytest.raises(HoldRefused, match=r"^there is no fan 1; allowed: 0 to 0$"):
        holds.grant(NEW, hold(FANS, "x", fans=((1, ON),)), limits())


def test_a_stage_may_be_all_fans_and_not_one_more():
    assert holds.grant(NEW, hold(FANS, "x", fan_stage=3), SITE).holds[0].fan_stage == 3
    with pytest.raises(HoldRefused, match=r"^there are 3 fans, stage 4 is not possible$"):
        holds.grant(NEW, hold(FANS, "x", fan_stage=4), SITE)


@pytest.mark.parametrize(
    ("name", "is_known"),
    [("", True), ("ra/s1", True), ("s1", True), ("Row 3", True), ("1", False), ("a/s1", False), ("s2", False)],
)
def test_a_sensor_is_meant_by_its_name_its_end_its_label_or_by_nothing_for_all(name, is_known):
    sensor = replace(intake(20.0, 0.0, "ra/s1"), label="Row 3")
    assert is_meant(name, sensor) is is_known


def test_a_forced_temperature_names_the_sensors_that_there_are_when_it_means_none():
    snapshot = seen(100.0, SITE, temperatures=(intake(25.0, 100.0, "ra/s1"), intake(25.0, 100.0, "ra/s2")))
    with pytest.raises(HoldRefused, match=r"^no temperature sensor is named roof; there are: ra/s1, ra/s2$"):
        holds.check_sensor(hold(HEAT, "x", celsius=41.0, sensor="roof"), snapshot)
    with pytest.raises(HoldRefused, match=r"^no temperature sensor is named \(any\); there are: none$"):
        holds.check_sensor(hold(HEAT, "x", celsius=41.0), seen(100.0, SITE))
    holds.check_sensor(hold(HEAT, "x", celsius=41.0), snapshot)


def test_a_lock_out_is_removed_by_its_name_and_the_others_stay():
    locks = tuple(Lockout(target, "op", "belt", NOW) for target in ("fan-1", "m-0"))
    state = replace(NEW, lockouts=locks)
    assert holds.unlock(state, "fan-1") == replace(NEW, lockouts=locks[1:])
    with pytest.raises(HoldRefused, match=r"^m-1 is not locked out$"):
        holds.unlock(state, "m-1")


def test_wishes_for_fans_are_held_in_order_and_auto_is_released():
    assert holds.fan_wishes({3: "off", 1: "on", 2: "auto", 4: "auto"}) == (((1, ON), (3, OFF)), frozenset({2, 4}))
    assert holds.fan_wishes({}) == ((), frozenset())


def test_freeing_the_phase_resets_every_trip_whose_cause_is_gone_and_ends_all_leases():
    tripped = replace(HELD, trips=(Trip("smoke", "Smoke at hall.", NOW), Trip("stop", "emergency stop by op", NOW)))

    def freed(active):
        switches = (SwitchSeen("hall", SwitchRole.SMOKE, active, 100.0),)
        return holds.change_phase(tripped, "free", seen(100.0, SITE, switches=switches), SITE, NOW)

    assert (freed(False).trips, freed(False).holds) == ((), ())
    with pytest.raises(HoldRefused, match="the cause of smoke persists"):
        freed(True)


def test_one_of_two_sources_goes_out_of_service_unasked_and_its_fellow_then_needs_a_word():
    sources = tuple(SourceMemory(name, Level.NORMAL, None, None, NOW) for name in ("utility", "iso"))
    state = replace(NEW, sources=sources)
    out = holds.out_of_service(state, "utility", moment(700.0), "kim", confirmed=False)
    assert out.sources == (replace(sources[0], out_until=moment(700.0), out_by="kim"), sources[1])
    with pytest.raises(HoldRefused, match=r"^iso is the last source in service: confirm to take it out$"):
        holds.out_of_service(out, "iso", NOW, "kim", confirmed=False)
    assert holds.out_of_service(out, "utility", None, "kim", confirmed=False) == state


def test_a_forced_signal_without_a_reason_ends_with_whose_it_is():
    holding = [replace(NEW, holds=(replace(hold(SIGNAL, "a", level=Level.CONTROL), reason=why),)) for why in ("", "dust")]
    told = [lease_ceilings(state, limits())[0].reason for state in holding]
    assert told == ["forced signal control by op", "forced signal control by op: dust"]


def test_a_trip_that_a_person_forces_is_not_reset_while_they_force_it_and_freeing_all_ends_both():
    key, site = "over_temperature_main", limits(fans=3)
    tripped = replace(NEW, trips=(Trip(key, "forced to 41.0 °C", NOW),))
    snapshot = seen(100.0, site, temperatures=(intake(20.0, 100.0, "ra/s1"), intake(20.0, 100.0, "ra/s2", zone="east")))
    warm = replace(tripped, holds=(hold(HEAT, "a", celsius=site.max_temp_c - 0.1, sensor="s1"),))
    elsewhere = replace(tripped, holds=(hold(HEAT, "a", celsius=41.0, sensor="s2"), hold(SIGNAL, "b", level=Level.CONTROL)))
    for state in (tripped, warm, elsewhere):
        assert not holds.reset(state, key, snapshot, site, NOW).trips
    for sensor, celsius in (("s1", 41.0), ("", site.max_temp_c)):
        forced = replace(warm, holds=(*warm.holds, hold(HEAT, "c", celsius=celsius, sensor=sensor)))
        with pytest.raises(HoldRefused, match=rf"zone main persists: {celsius:.1f} °C is forced; release that lease first$"):
            holds.reset(forced, key, snapshot, site, NOW)
        freed = holds.change_phase(forced, "free", snapshot, site, NOW)
        assert (freed.trips, freed.holds) == ((), ())


def test_a_program_that_holds_other_miners_each_minute_fills_no_memory_and_hinders_no_other_lease():
    state = NEW
    for number in range(MOST_OF_A_KIND):
        state = replace(state, holds=(*state.holds, hold(MINERS, str(number), action="sleep", members=(f"m-{number}",))))
    assert len(holds.grant(state, hold(MINERS, "more", action="sleep", members=("m-0", "m-1")), SITE).holds) == MOST_OF_A_KIND
    again = holds.grant(state, hold(MINERS, "again", action="sleep", members=("m-0",)), SITE)
    assert len(again.holds) == MOST_OF_A_KIND
    assert holds.grant(state, hold(SIGNAL, "g", level=Level.CONTROL), SITE).holds[-1].id == "g"


@pytest.mark.parametrize("kw", [None, 0.0, 5.0, 29.9, 2000.0])
def test_a_forced_signal_may_ask_for_what_a_utility_may(kw):
    assert left(holds.grant(NEW, hold(SIGNAL, "x", level=Level.CONTROL, target_kw=kw), SITE)) == "x"
