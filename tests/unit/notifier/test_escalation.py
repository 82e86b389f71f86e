"""When nobody answers."""

from typing import Any

import pytest

from services.notifier.message import Act
from tests.unit.notifier.house import House
from tests.unit.notifier.words import EMERGENCY, Owner

BOB, EVE = "+15005550002", "eve@site.test"
PERSONS: dict[str, dict[str, Any]] = {
    "bob": {"phone": BOB, "order": 1, "on_call": "never"},
    "eve": {"email": EVE, "order": 2, "on_call": "never"},
}


def burning(house: House) -> Owner:
    owner = Owner()
    house.hear(owner.says("smoke", kind=EMERGENCY), 0)
    house.step(0)
    return owner


def test_an_emergency_that_nobody_acknowledged_goes_to_the_next_person_and_to_the_one_after() -> None:
    house = House(persons=PERSONS)
    burning(house)
    house.steps(1, 299)
    assert house.to(BOB) == house.to(EVE) == [] and len(house.said) == 3
    house.step(300)
    assert house.to(BOB) == ["[mine] NOT ACKNOWLEDGED for 5 min 0 s: smoke is bad"]
    assert house.to("chat", Act.REPLY) == house.to(BOB), "who was told before hears it too"
    assert house.to(EVE) == []
    house.steps(301, 600)
    assert len(house.to(BOB)) == 2 and len(house.to(EVE)) == 1
    assert [step.who for step in house.steps_taken if step.what == "escalated"] == ["bob", "eve"]
    assert house.records["smoke"].escalated == 2


def test_when_everybody_was_told_all_are_told_again_each_half_hour_until_somebody_answers() -> None:
    house = House(persons=PERSONS)
    burning(house)
    house.steps(1, 600 + 3_600)
    assert len(house.to("chat")) == 1 + 2 + 2
    house.acknowledge("smoke", "anna", 4_300)
    house.steps(4_300, 9_000)
    assert len(house.to("chat")) == 5


@pytest.mark.parametrize("persons", [None, {"bob": {"phone": BOB}}])
def test_with_nobody_to_go_to_it_is_told_again_as_soon_and_then_each_half_hour(persons: dict[str, Any] | None) -> None:
    house = House(persons=persons)
    burning(house)
    house.steps(1, 299)
    told = len(house.on("sms"))
    house.step(300)
    assert house.on("sms")[told:] == ["[mine] NOT ACKNOWLEDGED for 5 min 0 s: smoke is bad"]
    house.steps(301, 300 + 1_799)
    assert len(house.on("sms")) == told + 1
    house.step(300 + 1_800)
    assert house.on("sms")[told + 1 :] == ["[mine] NOT ACKNOWLEDGED for 35 min: smoke is bad"]


def test_an_acknowledged_emergency_and_one_that_ended_go_to_nobody_else() -> None:
    house = House(persons=PERSONS)
    burning(house)
    house.acknowledge("smoke", "anna", 100)
    house.steps(100, 1_000)
    assert house.to(BOB) == []
    house = House(persons=PERSONS)
    owner = burning(house)
    house.hear(owner.says("smoke", active=False, kind=EMERGENCY), 250)
    house.steps(251, 1_000)
    assert house.to(BOB) == []


def test_the_person_who_was_called_hears_that_it_ended() -> None:
    house = House(persons=PERSONS)
    owner = burning(house)
    house.steps(1, 310)
    house.hear(owner.says("smoke", active=False, kind=EMERGENCY), 320)
    house.steps(320, 400)
    assert house.to(BOB)[-1] == "[mine] Ended after 5 min 20 s: smoke is bad"


def test_a_warning_never_escalates() -> None:
    house = House(persons=PERSONS)
    house.hear(Owner().says("hot"), 0)
    house.steps(0, 2_000)
    assert house.to(BOB) == [] and len(house.on("telegram")) == 1


def test_a_restart_in_the_middle_calls_nobody_twice_and_nobody_later() -> None:
    house = House(persons=PERSONS)
    owner = burning(house)
    house.steps(1, 310)
    house.restart(320)
    house.hear(owner.says("smoke", kind=EMERGENCY), 321)
    house.steps(321, 599)
    assert len(house.to(BOB)) == 1
    house.step(600)
    assert len(house.to(EVE)) == 1


def test_a_calendar_that_was_set_back_stops_no_escalation() -> None:
    house = House(persons=PERSONS)
    burning(house)
    house.steps(-900, -899)
    assert len(house.to(BOB)) == 1


def test_an_acknowledged_emergency_that_still_stands_is_asked_about_and_then_escalates() -> None:
    house = House(persons=PERSONS)
    burning(house)
    house.acknowledge("smoke", "anna", 10)
    for second in range(10, 14_400, 60):
        house.step(second)
    assert len(house.on("telegram")) == 1
    house.step(14_410)
    assert house.on("telegram")[1:] == ["[mine] Still on it? anna acknowledged, and it still stands: smoke is bad"]
    assert house.records["smoke"].acknowledged_by == ""
    house.steps(14_411, 14_709)
    assert house.to(BOB) == []
    house.step(14_710)
    assert len(house.to(BOB)) == 1
    assert [step.what for step in house.steps_taken] == ["raised", "unacknowledged", "escalated"]


def test_an_acknowledgement_that_ends_while_we_were_away_is_asked_about_at_the_start() -> None:
    house = House()
    owner = burning(house)
    house.acknowledge("smoke", "anna", 10)
    house.restart(20_000)
    house.hear(owner.says("smoke", kind=EMERGENCY), 20_001)
    house.steps(20_001, 20_010)
    assert len(house.on("telegram")) == 2


def test_who_is_on_call_by_now_is_told_with_the_next_call() -> None:
    persons = {"bob": {"phone": BOB, "on_call": "02:04-10:00", "order": 2}, "eve": {"email": EVE, "on_call": "never", "order": 1}}
    house = House(persons=persons)
    burning(house)  # at 02:00 on the site
    assert house.to(BOB) == house.to(EVE) == []
    house.steps(1, 300)
    assert len(house.to(BOB)) == len(house.to(EVE)) == 1


def test_nobody_is_called_for_what_is_going_away() -> None:
    house = House(persons=PERSONS, choices={"smoke": {"off_delay_seconds": 900}})
    owner = burning(house)
    house.hear(owner.says("smoke", active=False, kind=EMERGENCY), 250)
    house.steps(250, 1_100)
    assert house.to(BOB) == []
    house.steps(1_101, 1_200)
    assert house.on("telegram")[1:] == ["[mine] Ended after 4 min 10 s: smoke is bad"]
