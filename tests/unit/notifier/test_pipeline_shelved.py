"""What people put aside."""

from tests.unit.notifier.house import House
from tests.unit.notifier.words import EMERGENCY, Owner


def test_a_shelved_alarm_is_told_at_the_end_of_its_shelf_when_it_still_stands() -> None:
    house, owner = House(), Owner()
    house.shelve("door", 10, 0)
    house.hear(owner.says("door"), 1)
    house.steps(1, 599)
    assert house.said == []
    assert house.records["door"].standing == "shelved" and house.records["door"].shown
    house.steps(600, 700)
    assert house.on("telegram") == ["[mine] Warning: door is bad"]
    assert [(step.what, step.who) for step in house.steps_taken] == [("shelved", "anna"), ("unshelved", ""), ("raised", "")]


def test_a_shelved_alarm_that_ended_on_its_shelf_is_not_told_at_all() -> None:
    house, owner = House(), Owner()
    house.shelve("door", 10, 0)
    house.hear(owner.says("door"), 1)
    house.steps(1, 300)
    house.hear(owner.says("door", active=False), 301)
    house.steps(301, 800)
    assert house.said == []
    assert not house.records["door"].is_shelved


def test_an_alarm_that_was_told_and_then_shelved_ends_without_a_sound() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("door"), 0)
    house.steps(0, 20)
    house.shelve("door", 30, 21)
    house.steps(21, 60)
    house.hear(owner.says("door", active=False), 61)
    house.steps(61, 120)
    assert len(house.on("telegram")) == 1
    assert house.edits_on("telegram")[0].startswith("[mine] Warning (shelved by anna until ")
    assert house.edits_on("telegram")[-1] == "[mine] Warning (ended after 1 min 1 s): door is bad"


def test_an_alarm_that_was_told_and_outlives_its_shelf_is_told_again() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("door"), 0)
    house.steps(0, 20)
    house.shelve("door", 5, 21)
    house.steps(21, 400)
    assert house.on("telegram") == ["[mine] Warning: door is bad"] * 2
    assert house.edits_on("telegram")[-1] == "[mine] Goes on in a new message: door is bad"


def test_a_shelf_outlives_a_restart_and_ends_as_it_would_have() -> None:
    house, owner = House(), Owner()
    house.shelve("door", 10, 0)
    house.hear(owner.says("door"), 1)
    house.steps(1, 200)
    house.restart(200)
    house.hear(owner.says("door"), 201)
    house.steps(201, 599)
    assert house.said == []
    house.steps(600, 700)
    assert len(house.on("telegram")) == 1


def test_a_pattern_of_warnings_hides_no_emergency() -> None:
    house, owner = House(), Owner()
    house.shelve("*", 600, 0)
    house.hear(owner.says("door"), 1)
    house.hear(owner.says("hot"), 1)
    house.steps(1, 60)
    house.hear(owner.says("hot", kind=EMERGENCY), 61)
    house.step(61)
    assert house.said == [(way, "[mine] EMERGENCY: hot is bad") for way in ("telegram", "email", "sms")]


def test_a_shelved_emergency_neither_escalates_nor_hushes_another() -> None:
    house, owner = House(persons={"bob": {"phone": "+15005550002", "on_call": "never"}}), Owner()
    house.hear(owner.says("smoke", kind=EMERGENCY), 0)
    house.step(0)
    house.shelve("smoke", 30, 10)
    house.steps(10, 1_700)
    assert house.to("+15005550002") == []
    assert len(house.on("telegram")) == 1


def test_twenty_alarms_that_come_back_from_one_shelf_are_one_message() -> None:
    house, owner = House(), Owner()
    for number in range(20):
        house.hear(owner.says(f"fault-{number}"), 0)
    house.steps(0, 40)
    house.shelve("fault-*", 5, 41)
    house.steps(41, 500)
    assert [subject[:20] for subject in house.on("telegram")] == ["[mine] 20 warnings: "] * 2


def test_what_flaps_on_a_shelf_for_an_hour_and_never_ripens_leaves_nothing_in_the_diary() -> None:
    house, owner = House(), Owner()
    house.shelve("door", 600, 0)
    for second in range(3_600):
        house.hear(owner.says("door", active=second % 20 < 2), second)
        house.step(second)
    assert house.said == [] and house.steps_taken == []
    house.hear(owner.says("door"), 3_600)
    house.steps(3_600, 3_610)
    assert [(step.what, step.who) for step in house.steps_taken] == [("shelved", "anna")], "this one stood"


def test_three_hundred_levels_that_come_and_go_at_once_as_a_frozen_owner_wakes_are_nobodys_alarm() -> None:
    house, owner = House(), Owner()
    house.shelve("device_lost_shelf-*", 600, 0)
    keys = [f"device_lost_{place}-{number}" for place in ("hall", "shelf") for number in range(150)]
    for active, second in ((True, 0), (False, 2)):
        for key in keys:
            house.hear(owner.says(key, active=active), second)
        house.step(second)
    house.steps(3, 120)
    assert house.said == [] and house.steps_taken == []
