"""A Pi without a battery: its clock is behind, ahead or in 1970 when it starts, and is set while people are being called."""

from typing import Any

import pytest

from services.notifier import timeline
from services.notifier.reckoning import Reckoning
from tests.unit.notifier.house import House
from tests.unit.notifier.words import EMERGENCY, WALL_S, Owner, at

BOB, EVE = "+15005550002", "eve@site.test"
PERSONS: dict[str, dict[str, Any]] = {
    "bob": {"phone": BOB, "order": 1, "on_call": "never"},
    "eve": {"email": EVE, "order": 2, "on_call": "never"},
}
MINUTE_S, HOUR_S, YEAR_S = 60, 3_600, 366 * 86_400.0
OFF = pytest.mark.parametrize("off_s", [-50 * MINUTE_S, -10 * HOUR_S, 50 * MINUTE_S, YEAR_S, -WALL_S], ids=str)
"""By how much the clock is wrong; the last is 1970."""


def burning(house: House) -> Owner:
    owner = Owner()
    house.hear(owner.says("smoke", kind=EMERGENCY), 0)
    house.step(0)
    return owner


def restarted(house: House, mono_s: float, off_s: float) -> None:
    house.trusted, house.skew_s = False, off_s
    house.restart(mono_s)


def is_set(house: House) -> None:
    """NTP sets the clock."""
    house.trusted, house.skew_s = True, 0.0


@OFF
def test_an_escalation_goes_on_after_a_restart_and_nobody_is_called_early_or_twice(off_s: float) -> None:
    house = House(persons=PERSONS)
    owner = burning(house)
    house.steps(1, 100)
    restarted(house, 110, off_s)
    house.hear(owner.says("smoke", kind=EMERGENCY), 111)
    house.steps(111, 140)
    is_set(house)
    house.steps(141, 299)
    assert house.to(BOB) == house.to(EVE) == [] and len(house.on("telegram")) == 1
    house.steps(300, 599)
    assert len(house.to(BOB)) == 1 and house.to(EVE) == []
    house.steps(600, 899)
    assert len(house.to(EVE)) == 1


@OFF
def test_who_was_called_by_a_clock_that_is_set_then_is_not_called_again_nor_the_next_early(off_s: float) -> None:
    house = House(persons=PERSONS)
    owner = burning(house)
    restarted(house, 10, off_s)
    house.hear(owner.says("smoke", kind=EMERGENCY), 11)
    house.steps(11, 320)
    assert len(house.to(BOB)) == 1, "as long after it was told, by the monotonic clock"
    called_s = next(second for second, draft in house.drafts if BOB in draft.recipients)
    is_set(house)
    house.steps(321, int(called_s) + 299)
    assert len(house.to(BOB)) == 1 and house.to(EVE) == []
    house.step(called_s + 301)
    assert len(house.to(EVE)) == 1


@OFF
def test_an_escalation_without_a_restart_does_not_feel_that_the_clock_is_set(off_s: float) -> None:
    for was_trusted in (True, False):
        house = House(persons=PERSONS)
        house.trusted, house.skew_s = was_trusted, off_s
        house.restart(0)
        burning(house)
        house.steps(1, 200)
        is_set(house)
        house.steps(201, 299)
        assert house.to(BOB) == []
        house.steps(300, 599)
        assert len(house.to(BOB)) == 1 and house.to(EVE) == []


@OFF
def test_an_acknowledgement_stands_while_the_clock_is_wrong_and_ends_when_it_was_to(off_s: float) -> None:
    house = House(persons=PERSONS)
    owner = burning(house)
    house.acknowledge("smoke", "anna", 10)
    restarted(house, 1_000, off_s)
    house.hear(owner.says("smoke", kind=EMERGENCY), 1_001)
    house.steps(1_001, 1_400)
    is_set(house)
    for second in range(1_401, 10 + 4 * HOUR_S, 20):
        house.step(second)
    assert len(house.on("telegram")) == 1 and house.records["smoke"].acknowledged_by == "anna"
    house.steps(10 + 4 * HOUR_S, 20 + 4 * HOUR_S)
    assert [subject[:19] for subject in house.on("telegram")[1:]] == ["[mine] Still on it?"]


@OFF
def test_an_acknowledgement_given_by_a_wrong_clock_is_as_long_as_it_was_to_be(off_s: float) -> None:
    for was_trusted in (True, False):
        house = House()
        house.trusted, house.skew_s = was_trusted, off_s
        house.restart(0)
        burning(house)
        house.acknowledge("smoke", "anna", 10, hours=1)
        house.steps(11, 60)
        is_set(house)
        house.steps(61, 10 + HOUR_S - 1)
        assert len(house.on("telegram")) == 1
        house.steps(10 + HOUR_S, 20 + HOUR_S)
        assert len(house.on("telegram")) == 2


@OFF
def test_an_acknowledgement_lasts_no_longer_than_its_length_where_the_clock_is_never_set(off_s: float) -> None:
    house = House()
    owner = burning(house)
    house.acknowledge("smoke", "anna", 10, hours=1)
    restarted(house, 5_000, off_s)
    house.hear(owner.says("smoke", kind=EMERGENCY), 5_001)
    house.steps(5_001, 5_000 + HOUR_S + 20)
    assert len(house.on("telegram")) == 2


@OFF
def test_a_shelf_hides_while_the_clock_is_wrong_and_ends_when_it_was_to(off_s: float) -> None:
    house, owner = House(), Owner()
    house.shelve("door", 60, 0)
    house.hear(owner.says("door"), 1)
    house.steps(1, 100)
    restarted(house, 200, off_s)
    house.hear(owner.says("door"), 201)
    house.steps(201, 300)
    assert house.said == []
    is_set(house)
    house.steps(301, HOUR_S - 1)
    assert house.said == []
    house.steps(HOUR_S, HOUR_S + 30)
    assert len(house.on("telegram")) == 1


@OFF
def test_a_shelf_made_by_a_wrong_clock_is_as_long_as_it_was_to_be(off_s: float) -> None:
    house, owner = House(), Owner()
    restarted(house, 0, off_s)
    house.hear(owner.says("door"), 1)
    house.shelve("door", 10, 2)
    house.steps(2, 60)
    is_set(house)
    house.steps(61, 601)
    assert house.said == []
    house.steps(602, 640)
    assert len(house.on("telegram")) == 1


def test_a_shelf_whose_end_came_while_we_were_away_is_over_as_soon_as_the_time_is_known() -> None:
    house, owner = House(), Owner()
    house.shelve("door", 60, 0)
    restarted(house, 3 * HOUR_S, -2.5 * HOUR_S)
    house.hear(owner.says("door"), 3 * HOUR_S + 1)
    house.steps(3 * HOUR_S + 1, 3 * HOUR_S + 60)
    assert house.said == []
    is_set(house)
    house.steps(3 * HOUR_S + 61, 3 * HOUR_S + 100)
    assert len(house.on("telegram")) == 1


@OFF
def test_the_budget_is_neither_given_anew_nor_held_when_the_clock_is_set(off_s: float) -> None:
    for was_trusted in (True, False):
        house, owner = House(limit=2), Owner()
        house.trusted, house.skew_s = was_trusted, off_s
        house.restart(0)
        for number in range(4):
            house.hear(owner.says(f"fault-{number}"), number * 30)
            house.steps(number * 30, number * 30 + 29)
        assert len(house.on("telegram")) == 2
        is_set(house)
        house.steps(120, 599)
        assert len(house.on("telegram")) == 2
        house.steps(600, 720)
        assert len(house.on("telegram")) == 3


@OFF
def test_an_alarm_that_comes_and_goes_still_chatters_when_the_clock_is_set(off_s: float) -> None:
    house, owner = House(), Owner()
    house.trusted, house.skew_s = False, off_s
    house.restart(0)
    for second in range(0, 120, 40):
        house.hear(owner.says("door"), second)
        house.steps(second, second + 19)
        house.hear(owner.says("door", active=False), second + 20)
        house.steps(second + 20, second + 39)
    is_set(house)
    house.steps(120, 690)
    assert len(house.on("telegram")) == 1, "it ends only when it stayed away for ten minutes"
    house.steps(691, 720)
    assert len(house.on("telegram")) == 2


@OFF
def test_the_duration_that_is_told_does_not_hold_the_step(off_s: float) -> None:
    house, owner = House(), Owner()
    house.shelve("humidity_high", 60, 0)
    restarted(house, 100_000, off_s)
    house.hear(owner.says("door", since_at=house.raw(100_001).wall_s), 100_001)
    house.steps(100_001, 100_050)
    is_set(house)
    house.steps(100_051, 100_060)
    house.hear(owner.says("door", active=False), 100_061)
    house.steps(100_061, 100_120)
    assert house.on("telegram")[-1] == "[mine] Ended after 1 min 0 s: door is bad"


@OFF
def test_what_ended_while_the_broker_was_away_ended_when_its_owner_said_so_by_a_clock_that_is_never_set(off_s: float) -> None:
    house, owner = House(), Owner()
    restarted(house, 0, off_s)
    house.hear(owner.says("smoke", kind=EMERGENCY, since_at=house.raw(1).wall_s), 1)
    house.steps(1, 20)
    word = owner.says("smoke", active=False, kind=EMERGENCY, since_at=house.raw(600).wall_s)
    house.hear(word.model_copy(update={"sent_at": house.raw(600).wall_s, "clock_trusted": False}), 900)
    house.steps(900, 960)
    assert house.on("telegram")[-1] == "[mine] Ended after 9 min 59 s: smoke is bad"


def test_a_restart_at_any_second_with_any_clock_calls_each_person_once() -> None:
    for off_s in (-50 * MINUTE_S, YEAR_S, -WALL_S):
        for killed_s in (30, 299, 305):
            house = House(persons=PERSONS)
            owner = burning(house)
            house.steps(1, killed_s)
            restarted(house, killed_s + 5, off_s)
            house.hear(owner.says("smoke", kind=EMERGENCY), killed_s + 6)
            house.steps(killed_s + 6, killed_s + 20)
            house.restart(killed_s + 21)
            house.steps(killed_s + 21, killed_s + 40)
            is_set(house)
            house.steps(killed_s + 41, 590)
            assert len(house.to(BOB)) == 1 and house.to(EVE) == []


def test_a_clock_that_is_not_trusted_is_read_where_nothing_waits_for_an_end() -> None:
    reckoning = Reckoning(House().raw(0), (WALL_S - YEAR_S,))
    assert reckoning.moment(at(5)) == at(5)


@OFF
@pytest.mark.parametrize("again_s", [None, 50.0])
def test_what_an_earlier_process_stamped_by_a_wrong_clock_is_set_with_it(off_s: float, again_s: float | None) -> None:
    """By the one that was started next, or by one that finds the clock set."""
    house = House(persons=PERSONS)
    restarted(house, 0, off_s)
    owner = burning(house)
    house.acknowledge("smoke", "anna", 10, hours=1)
    restarted(house, 20, off_s)
    house.hear(owner.says("smoke", kind=EMERGENCY), 21)
    house.steps(21, 30)
    is_set(house)
    if again_s is not None:
        house.restart(again_s)
    house.steps(51, HOUR_S - 30)
    assert len(house.on("telegram")) == 1
    house.steps(HOUR_S - 29, HOUR_S + 60)
    assert len(house.on("telegram")) == 2


@pytest.mark.parametrize("garbage", ["", "x", "nan", "inf", "1e400"])
def test_garbage_as_the_stored_calendar_is_none(garbage: str) -> None:
    house = House()
    burning(house)
    of_boot = f"{at(0).host_boot} {garbage}"
    reckoning = timeline.reckoning(house.records, house.memory, at(500), {timeline.FACT: garbage, timeline.OF_BOOT: of_boot})
    assert reckoning.moment(at(500)) == at(500)
    assert timeline.facts_of(reckoning, at(500))[timeline.FACT] == ""


def test_a_trusted_clock_that_is_behind_what_was_stored_ends_nothing_and_calls_nobody() -> None:
    house = House(persons=PERSONS)
    owner = burning(house)
    house.acknowledge("smoke", "anna", 10, hours=1)
    house.skew_s = -50 * MINUTE_S
    house.restart(20)
    house.hear(owner.says("smoke", kind=EMERGENCY), 21)
    house.steps(21, HOUR_S)
    assert len(house.on("telegram")) == 1 and house.to(BOB) == []
    house.steps(HOUR_S + 1, HOUR_S + 30)
    assert len(house.on("telegram")) == 2, "an hour, by the time that passed"


def test_where_nobody_set_the_clock_a_restart_of_services_without_trust_in_it_moves_nothing_and_says_nothing() -> None:
    house = House(persons=PERSONS)
    burning(house)
    house.trusted = False
    house.restart(400, same_boot=True)
    assert house.at(401).wall_s == at(401).wall_s, "the same boot: what passed meanwhile is known"
    house.trusted = True
    house.restart(813, same_boot=True)
    step = house.reckoning.look(house.raw(814))
    assert step is None or abs(step.by_s) < 1.0
    assert house.at(815).wall_s == at(815).wall_s


def test_what_an_untrusted_clock_stamped_rightly_stays_where_a_later_process_of_the_boot_finds_it_trusted() -> None:
    house = House(persons=PERSONS)
    house.trusted = False
    house.restart(0)
    burning(house)
    told_at = house.records["smoke"].told_at
    house.trusted = True
    house.restart(413, same_boot=True)
    house.step(414)
    assert house.records["smoke"].told_at == told_at


def test_after_another_boot_a_good_clock_was_not_set_and_what_was_reckoned_without_one_goes_on() -> None:
    house = House(persons=PERSONS)
    house.trusted = False
    house.restart(0)
    burning(house)
    house.trusted = True
    house.restart(413)
    step = house.reckoning.look(house.raw(413))
    assert step is not None and step.by_s > 400 and not step.was_set


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("off_s", [HOUR_S, -HOUR_S, YEAR_S, -WALL_S], ids=str)
def test_a_stop_is_one_stop_however_the_clock_is_set_and_whoever_restarts(off_s: float, trusted: bool) -> None:
    """The owner's own time of it stays as it was; ours goes with the clock."""
    house = House()
    house.trusted, house.skew_s = trusted, off_s
    house.restart(0)
    stopped_at = house.raw(0).wall_s
    house.hear(Owner().says("trip_stop", kind=EMERGENCY, since_at=stopped_at), 0)
    house.step(0)
    house.acknowledge("trip_stop", "anna", 10, hours=12)
    is_set(house)
    house.step(60)
    for hour in (1, 2):
        mono_s = hour * HOUR_S + 30.0
        house.restart(mono_s)
        again = Owner(boot=f"boot-{hour + 1}")
        house.hear(again.says("trip_stop", kind=EMERGENCY, since_at=stopped_at), mono_s + 10)
        house.step(mono_s + 10)
        house.hear(again.says("trip_stop", kind=EMERGENCY, since_at=stopped_at, cause="stopped, with other words"), mono_s + 20)
        house.step(mono_s + 20)
    assert (len(house.on("sms")), house.records["trip_stop"].acknowledged_by) == (1, "anna")


@pytest.mark.parametrize("off_s", [HOUR_S, -HOUR_S], ids=str)
def test_a_stop_after_a_reset_that_nobody_heard_is_told_on_whichever_side_of_a_set_clock(off_s: float) -> None:
    house = House()
    house.skew_s = off_s
    house.restart(0)
    house.hear(Owner().says("trip_stop", kind=EMERGENCY, since_at=house.raw(0).wall_s), 0)
    house.step(0)
    house.acknowledge("trip_stop", "anna", 10)
    is_set(house)
    house.step(60)
    house.restart(100)
    house.hear(Owner(boot="boot-2").says("trip_stop", kind=EMERGENCY, since_at=house.raw(90).wall_s), 110)
    house.step(110)
    assert (len(house.on("sms")), house.records["trip_stop"].acknowledged_by) == (2, "")
    assert house.records["trip_stop"].since_at == house.raw(90).wall_s
