"""What stands until a person ends it, and is told as new each time that it comes."""

import json

import pytest
from pydantic import TypeAdapter

from services.notifier.record import Record
from services.shared.catalogue import CATALOGUE
from tests.unit.notifier.house import House
from tests.unit.notifier.words import EMERGENCY, WALL_S, Owner

_RECORD = TypeAdapter(Record)
EVERYBODY = ("telegram", "email", "sms")


def stopped(house: House, owner: Owner, mono_s: float, *, tripped: bool = True) -> None:
    house.hear(owner.says("trip_stop", tripped, EMERGENCY, since_at=WALL_S + mono_s), mono_s)
    house.step(mono_s)


def test_the_fourth_stop_within_an_hour_rings_everybody_as_the_first_did() -> None:
    house, owner = House(), Owner()
    for begin in (0, 600, 1_200, 1_800):
        before = {channel: len(house.on(channel)) for channel in EVERYBODY}
        stopped(house, owner, begin)
        for channel in EVERYBODY:
            assert house.on(channel)[before[channel] :] == ["[mine] EMERGENCY: trip_stop is bad"], (begin, channel)
        house.step(begin + 60)
        stopped(house, owner, begin + 120, tripped=False)
        assert house.on("telegram")[-1] == "[mine] Ended after 2 min 0 s: trip_stop is bad"
    assert not any(step.what == "chattering" for step in house.steps_taken)
    assert not any("comes and goes" in draft.text.body for _, draft in house.drafts)


def test_a_stop_within_seconds_of_the_reset_is_a_new_one_with_its_own_time() -> None:
    house, owner = House(), Owner()
    stopped(house, owner, 0)
    house.acknowledge("trip_stop", "anna", 10)
    stopped(house, owner, 60, tripped=False)
    stopped(house, owner, 62)
    assert house.on("sms").count("[mine] EMERGENCY: trip_stop is bad") == 2
    assert house.records["trip_stop"].since_at == WALL_S + 62
    assert house.records["trip_stop"].acknowledged_by == ""


def test_a_stop_right_behind_its_reset_between_two_looks_is_a_new_one() -> None:
    house, owner = House(), Owner()
    stopped(house, owner, 0)
    house.hear(owner.says("trip_stop", False, EMERGENCY), 60)
    stopped(house, owner, 60.1)
    assert house.on("sms") == ["[mine] EMERGENCY: trip_stop is bad"] * 2
    assert house.records["trip_stop"].since_at == WALL_S + 60.1


def test_a_stop_whose_reset_was_never_heard_is_known_by_its_own_time() -> None:
    house, owner = House(), Owner()
    stopped(house, owner, 0)
    house.hear(owner.says("trip_stop", True, EMERGENCY, since_at=WALL_S), 50)
    house.step(50)
    assert len(house.on("sms")) == 1, "said again, as after a lost broker"
    stopped(house, owner, 300)
    assert house.on("sms") == ["[mine] EMERGENCY: trip_stop is bad"] * 2
    assert house.records["trip_stop"].since_at == WALL_S + 300


def test_who_is_called_for_the_fourth_stop_is_called_again_until_somebody_answers() -> None:
    house, owner = House(), Owner()
    for begin in (0, 600, 1_200):
        stopped(house, owner, begin)
        stopped(house, owner, begin + 60, tripped=False)
    stopped(house, owner, 1_800)
    house.step(1_800 + 1_800)
    assert "NOT ACKNOWLEDGED" in house.on("sms")[-1]


@pytest.mark.parametrize("row", [row for row in CATALOGUE if row.key.startswith("trip_")], ids=lambda row: row.key)
def test_every_trip_is_latched_and_over_when_it_is_reset(row) -> None:  # type: ignore[no-untyped-def]
    assert row.latched and row.off_delay_s == 0


@pytest.mark.parametrize("key", ["trip_flood", "signal_out_of_service_utility", "drill_failed_pdu-1", "channel_test_sms"])
def test_what_a_person_does_is_an_event_each_time_and_no_series(key: str) -> None:
    house, owner = House(), Owner()
    for begin in (0, 400, 800, 1_200):
        house.hear(owner.says(key, since_at=WALL_S + begin), begin)
        house.steps(begin, begin + 20)
        house.hear(owner.says(key, False), begin + 30)
        house.steps(begin + 30, begin + 62)
    assert len([one for one in house.on("telegram") if "is bad" in one and "Ended" not in one]) == 4


@pytest.mark.parametrize("reset_heard", [True, False])
@pytest.mark.parametrize("restarted", [True, False])
def test_who_shelved_one_stop_did_not_shelve_the_next(reset_heard: bool, restarted: bool) -> None:
    house, owner = House(), Owner()
    stopped(house, owner, 0)
    house.shelve("trip_stop", 60, 10)
    house.steps(10, 20)
    if restarted:
        house.restart(30)
    house.hear(owner.says("trip_stop", True, EMERGENCY, cause="the same in other words"), 40)
    house.steps(40, 50)
    assert (len(house.on("sms")), house.records["trip_stop"].standing) == (1, "shelved")
    if reset_heard:
        stopped(house, owner, 60, tripped=False)
    stopped(house, owner, 120)
    assert len(house.on("sms")) == 2
    assert (house.records["trip_stop"].standing, house.records["trip_stop"].shelved_by) == ("unacknowledged", "")


def test_a_shelf_made_before_any_stop_is_of_those_that_come_until_its_end() -> None:
    house, owner = House(), Owner()
    house.shelve("trip_stop", 60, 0)
    for begin in (60, 180):
        stopped(house, owner, begin)
        stopped(house, owner, begin + 60, tripped=False)
    assert house.said == []


def test_a_shelf_of_what_a_person_does_not_reset_stays_though_it_comes_and_goes() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("smoke", True, EMERGENCY), 0)
    house.step(0)
    house.shelve("smoke", 60, 10)
    house.steps(10, 20)
    house.hear(owner.says("smoke", False, EMERGENCY), 30)
    house.steps(30, 90)
    house.hear(owner.says("smoke", True, EMERGENCY, since_at=WALL_S + 100), 100)
    house.steps(100, 110)
    assert len(house.on("sms")) == 1


def test_a_stop_as_an_older_version_kept_it_is_not_told_again_by_the_next_word_and_the_next_stop_is() -> None:
    house, owner = House(), Owner()
    stopped(house, owner, 0)
    house.acknowledge("trip_stop", "anna", 10)
    document = json.loads(_RECORD.dump_json(house.records["trip_stop"]))
    del document["own_since_at"]
    house.records["trip_stop"] = _RECORD.validate_python(document)
    house.restart(30)
    for second in (40, 50):
        house.hear(owner.says("trip_stop", True, EMERGENCY, cause=f"after {second} s"), second)
        house.step(second)
    assert (len(house.on("sms")), house.records["trip_stop"].acknowledged_by) == (1, "anna")
    stopped(house, owner, 300)
    assert len(house.on("sms")) == 2
