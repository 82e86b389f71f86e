"""What a person may ask, and what is refused: a request tightens, or undoes what a person did; what else is asked is refused."""

from dataclasses import replace

import pytest

from services.controller.core import holds
from services.controller.core.holds import HoldRefused
from services.controller.core.memory import Hold, Phase, SourceMemory, State, Trip
from services.controller.core.seen import SwitchSeen
from services.shared.vocabulary import LeaseKind, Level, PowerState, SwitchRole
from tests.plant import intake, limits, moment, seen

NOW = moment(100.0)
SITE = limits(fans=3)
NEW = State(Phase.FREE, started=moment(0.0))
ON, OFF = PowerState.ON, PowerState.OFF


def hold(kind, id_="h-1", **more):
    return Hold(id_, kind, "op", "test", NOW, 600.0, **more)


def granted(*wishes, state=NEW):
    for wish in wishes:
        state = holds.grant(state, wish, SITE)
    return state


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (hold(LeaseKind.POWER_SIGNAL, level=Level.NORMAL), "stricter"),
        (hold(LeaseKind.POWER_SIGNAL), "stricter"),
        (hold(LeaseKind.TEMPERATURE), "celsius"),
        (hold(LeaseKind.MINERS, action="sleep"), "none given"),
        (hold(LeaseKind.MINERS, action="sleep", members=("nobody",)), "nobody"),
        (hold(LeaseKind.MINERS, action="reboot", members=("m-0",)), "sleep or wake"),
        (hold(LeaseKind.FANS, fans=((9, ON),)), "no fan 9"),
        (hold(LeaseKind.FANS, fan_stage=4), "stage 4"),
    ],
)
def test_a_wish_that_is_milder_or_means_nothing_is_refused(wish, why):
    with pytest.raises(HoldRefused, match=why):
        granted(wish)


def test_a_new_lease_takes_the_place_of_the_old_one_of_its_kind_and_members():
    first = hold(LeaseKind.MINERS, "a", action="sleep", members=("m-0",))
    other = hold(LeaseKind.MINERS, "b", action="sleep", members=("m-1",))
    again = hold(LeaseKind.MINERS, "c", action="wake", members=("m-0",))
    assert [one.id for one in granted(first, other, again).holds] == ["b", "c"]
    another = replace(again, owner="program")
    assert [one.id for one in granted(first, other, another).holds] == ["a", "b", "c"], "another's lease stands"


def test_a_lease_of_one_fan_leaves_the_other_fans_of_an_older_lease_held():
    state = granted(hold(LeaseKind.FANS, "a", fans=((1, ON), (2, ON))), hold(LeaseKind.FANS, "b", fans=((2, OFF),)))
    assert [(one.id, one.fans) for one in state.holds] == [("a", ((1, ON),)), ("b", ((2, OFF),))]


def test_fans_are_given_back_one_by_one_and_the_stage_stays():
    state = granted(hold(LeaseKind.FANS, "s", fan_stage=2), hold(LeaseKind.FANS, "a", fans=((1, ON),)))
    state = granted(hold(LeaseKind.MINERS, "m", action="sleep", members=("m-0",)), state=state)
    assert [one.id for one in holds.release_fans(state, frozenset({1})).holds] == ["s", "m"]
    assert holds.fan_wishes({1: "on", 2: "auto", 3: "off"}) == (((1, ON), (3, OFF)), frozenset({2}))


def test_a_lease_ends_by_its_id_by_its_members_or_by_its_sensor():
    state = granted(
        hold(LeaseKind.MINERS, "a", action="sleep", members=("m-0",)),
        hold(LeaseKind.MINERS, "b", action="sleep", members=("m-1",)),
        hold(LeaseKind.TEMPERATURE, "t", celsius=41.0, sensor="s1"),
    )
    assert [one.id for one in holds.release(state, lease_id="a", kind=None).holds] == ["b", "t"]
    assert [one.id for one in holds.release(state, lease_id=None, kind=LeaseKind.MINERS, members=("m-1",)).holds] == ["a", "t"]
    assert [one.id for one in holds.release(state, lease_id=None, kind=LeaseKind.MINERS, members=("all",)).holds] == ["t"]
    assert [one.id for one in holds.release(state, lease_id=None, kind=LeaseKind.TEMPERATURE, sensor="s1").holds] == ["a", "b"]
    with pytest.raises(HoldRefused, match="no such lease"):
        holds.release(state, lease_id=None, kind=LeaseKind.TEMPERATURE, sensor="s2")


def test_a_forced_temperature_must_mean_a_sensor_that_there_is():
    snapshot = seen(100.0, SITE, temperatures=(intake(25.0, 100.0),))
    holds.check_sensor(hold(LeaseKind.TEMPERATURE, celsius=41.0, sensor="s1"), snapshot)
    holds.check_sensor(hold(LeaseKind.MINERS, action="sleep", members=("m-0",)), snapshot)
    with pytest.raises(HoldRefused, match="there are: ra/s1"):
        holds.check_sensor(hold(LeaseKind.TEMPERATURE, celsius=41.0, sensor="roof"), snapshot)


def test_a_lock_out_means_something_that_there_is_and_is_removed_by_name():
    state = NEW
    for target in ("fan-1", "m-0", "pdu-1/1", "rack-1", "m-0"):
        state = holds.lock_out(state, target, "op", "", SITE, NOW)
    assert [lock.target for lock in state.lockouts] == ["fan-1", "pdu-1/1", "rack-1", "m-0"]
    assert len(holds.unlock(state, "fan-1").lockouts) == 3
    with pytest.raises(HoldRefused, match="fan-9"):
        holds.lock_out(state, "fan-9", "op", "", SITE, NOW)
    with pytest.raises(HoldRefused, match="not locked out"):
        holds.unlock(state, "fan-2")


def test_stop_is_always_granted_and_pressed_twice_is_one_stop():
    state = holds.stop(holds.stop(NEW, "op", "smell", NOW), "op", "", NOW)
    assert [trip.key for trip in state.trips] == ["stop"] and "smell" in state.trips[0].reason


def test_a_reset_is_refused_while_the_cause_stands_and_when_there_is_nothing_to_reset():
    smoke = replace(NEW, trips=(Trip("smoke", "smoke at hall", NOW),))
    there = seen(100.0, SITE, switches=(SwitchSeen("hall", SwitchRole.SMOKE, True, 100.0),))
    gone = seen(100.0, SITE, switches=(SwitchSeen("hall", SwitchRole.SMOKE, False, 100.0),))
    with pytest.raises(HoldRefused, match="persists"):
        holds.reset(smoke, "smoke", there, SITE, NOW)
    with pytest.raises(HoldRefused, match="standing: none"):
        holds.reset(NEW, "smoke", gone, SITE, NOW)
    assert not holds.reset(smoke, "smoke", gone, SITE, NOW).trips
    assert not holds.change_phase(smoke, "free", gone, SITE, NOW).trips
    with pytest.raises(HoldRefused, match="allowed: free"):
        holds.change_phase(smoke, "restoring", gone, SITE, NOW)


def test_the_last_source_goes_out_of_service_only_when_confirmed():
    state = replace(NEW, sources=(SourceMemory("utility", Level.NORMAL, None, None, NOW),))
    with pytest.raises(HoldRefused, match="no signal source"):
        holds.out_of_service(state, "radio", NOW, "op", confirmed=True)
    with pytest.raises(HoldRefused, match="last source"):
        holds.out_of_service(state, "utility", NOW, "op", confirmed=False)
    out = holds.out_of_service(state, "utility", NOW, "op", confirmed=True)
    assert out.sources[0].out_by == "op"
    assert holds.out_of_service(out, "utility", None, "op", confirmed=False).sources[0].out_until is None
