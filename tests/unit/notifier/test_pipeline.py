"""From alarms to messages: how many, by which way, and why not."""

from fnmatch import fnmatchcase

import pytest

from services.notifier.message import Act
from services.notifier.record import Phase
from services.shared.catalogue import CATALOGUE
from services.shared.vocabulary import AlarmKind
from tests.unit.notifier.house import House
from tests.unit.notifier.words import EMERGENCY, WARNING, Owner


def test_one_emergency_is_one_message_by_every_way_at_once() -> None:
    house = House()
    house.hear(Owner().says("smoke", kind=EMERGENCY), 0)
    house.step(0)
    assert [name for name, _ in house.said] == ["telegram", "email", "sms"]
    house.steps(1, 120)
    assert len(house.said) == 3


def test_a_warning_goes_by_telegram_and_mail_and_never_by_sms() -> None:
    house = House()
    house.hear(Owner().says("hot"), 0)
    house.steps(0, 60)
    assert [name for name, _ in house.said] == ["telegram", "email"]


def test_what_is_published_again_makes_no_second_message_and_says_why() -> None:
    house, owner = House(), Owner()
    for second in range(60):
        house.hear(owner.says("smoke", kind=EMERGENCY), second)
        outcome = house.step(second)
    assert len(house.said) == 3
    assert outcome.reasons["smoke"].startswith("told as emergency at ")


def test_a_warning_that_becomes_an_emergency_is_told_again_by_all_ways() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("hot"), 0)
    house.steps(0, 30)
    house.hear(owner.says("hot", kind=EMERGENCY), 31)
    house.step(31)
    assert (len(house.on("telegram")), len(house.on("email")), len(house.on("sms"))) == (2, 2, 1)
    house.hear(owner.says("hot"), 32)
    house.steps(32, 100)
    assert len(house.said) == 5


def test_warnings_that_begin_together_are_one_message_and_a_later_one_is_another() -> None:
    house, owner = House(), Owner()
    for second, key in ((0, "fan-1"), (4, "fan-2"), (9, "fan-3"), (12, "fan-4")):
        house.hear(owner.says(key), second)
        house.step(second)
    house.steps(13, 60)
    assert house.on("telegram") == [
        "[mine] 3 warnings: fan-1 is bad; fan-2 is bad; fan-3 is bad",
        "[mine] Warning: fan-4 is bad",
    ]


def test_two_channels_whose_tests_fail_in_the_same_second_are_one_message_by_each_way() -> None:
    house, owner = House(ways={"telegram": ("chat",), "email": ("office@site.test",), "webhook": ("",)}), Owner("notifier")
    house.hear(owner.says("channel_test_telegram"), 0)
    house.hear(owner.says("channel_test_email"), 0.4)
    house.steps(0, 60)
    assert [name for name, _ in house.said] == ["telegram", "email", "webhook"]
    assert len({subject for _, subject in house.said}) == 1 and house.on("webhook")[0].startswith("[mine] 2 warnings: ")
    house.hear(owner.says("channel_test_telegram", active=False), 61)
    house.hear(owner.says("channel_test_email", active=False), 61)
    house.steps(61, 120)
    assert house.on("webhook")[1:] == ["[mine] 2 alarms ended: channel_test_telegram is bad; channel_test_email is bad"]


def test_a_channel_whose_test_fails_alone_is_told_by_the_others_alone() -> None:
    house, owner = House(), Owner("notifier")
    house.hear(owner.says("channel_test_telegram"), 0)
    house.hear(owner.says("hot"), 0)
    house.steps(0, 60)
    assert sorted(house.on("email")) == ["[mine] Warning: channel_test_telegram is bad", "[mine] Warning: hot is bad"]
    assert house.on("telegram") == ["[mine] Warning: hot is bad"]


@pytest.mark.parametrize("kind", [WARNING, EMERGENCY])
def test_a_contact_that_flaps_once_a_second_for_an_hour_is_two_messages(kind: AlarmKind) -> None:
    house, owner = House(), Owner()
    for second in range(3_600):
        house.hear(owner.says("door", active=second % 2 == 0, kind=kind), second)
        house.step(second)
    house.steps(3_600, 4_300)
    assert len(house.on("telegram")) == 2
    assert house.records["door"].phase is Phase.RETURNED


def test_a_contact_that_opens_for_two_minutes_every_five_is_told_as_coming_and_going() -> None:
    house, owner = House(), Owner()
    for minute in range(60):
        house.hear(owner.says("door", active=minute % 5 < 2), minute * 60.0)
        house.steps(minute * 60, minute * 60 + 59)
    assert len(house.on("telegram")) <= 6, "three times, then as one that has not ended"
    assert "comes and goes" in house.drafts[-1][1].text.body


def test_a_warning_that_bounced_once_is_none() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("door"), 0)
    house.step(0)
    house.hear(owner.says("door", active=False), 1)
    house.steps(1, 100)
    assert house.said == []


def test_the_end_is_told_once_with_the_duration_to_those_who_got_the_alarm() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("smoke", kind=EMERGENCY), 0)
    house.step(0)
    house.hear(owner.says("smoke", active=False, kind=EMERGENCY), 90)
    house.steps(90, 300)
    for way in ("telegram", "email", "sms"):
        assert house.on(way)[1:] == ["[mine] Ended after 1 min 30 s: smoke is bad"]
    assert len({draft.thread for _, draft in house.drafts}) == 1, "one incident is one thread"


def test_when_nothing_can_be_switched_no_single_device_is_told() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("device_lost_pdu-1"), 0)
    house.hear(owner.says("cannot_act", kind=EMERGENCY), 1)
    house.steps(1, 60)
    assert len(house.on("telegram")) == 1
    house.hear(owner.says("cannot_act", active=False), 61)
    house.steps(61, 120)
    assert house.on("telegram")[1:] == [
        "[mine] Ended after 1 min 1 s: cannot_act is bad",
        "[mine] Warning: device_lost_pdu-1 is bad",  # it is still lost and nothing explains it now
    ]


def test_the_end_of_what_follows_from_another_alarm_is_not_told() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("device_lost_pdu-1"), 0)
    house.steps(0, 20)
    house.hear(owner.says("cannot_act", kind=EMERGENCY), 21)
    house.hear(owner.says("device_lost_pdu-1", active=False), 21)
    house.steps(21, 100)
    assert len(house.on("telegram")) == 2
    assert house.records["device_lost_pdu-1"].phase is Phase.RETURNED


def test_a_lost_service_keeps_its_own_alarms_quiet_and_a_lost_broker_the_lost_services() -> None:
    house, own, owner = House(), Owner("notifier"), Owner("collector")
    house.hear(own.says("service_lost_collector"), 0)
    house.hear(owner.says("device_lost_utility"), 0)
    outcome = house.step(1)
    assert outcome.reasons["device_lost_utility"] == "follows from service_lost_collector"
    house.hear(own.says("broker_lost"), 2)
    assert house.step(3).reasons["service_lost_collector"] == "follows from broker_lost"
    house.steps(4, 60)
    assert house.on("telegram") == ["[mine] Warning: broker_lost is bad"]


def test_an_acknowledged_alarm_stays_quiet_until_it_is_worse() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("hot"), 0)
    house.steps(0, 20)
    house.acknowledge("hot", "anna", 30)
    house.hear(owner.says("hot", cause="still hot"), 30)
    assert house.step(30).reasons["hot"] == "acknowledged by anna"
    house.hear(owner.says("hot", kind=EMERGENCY), 31)
    house.step(31)
    assert len(house.on("sms")) == 1
    assert house.records["hot"].acknowledged_by == ""


def test_that_a_channel_is_lost_goes_by_the_others() -> None:
    house = House()
    house.hear(Owner("notifier").says("channel_lost_telegram"), 0)
    house.steps(0, 30)
    assert [name for name, _ in house.said] == ["email"]


def test_without_a_channel_the_alarm_is_open_and_nothing_is_queued() -> None:
    house = House(configured=())
    house.hear(Owner().says("smoke", kind=EMERGENCY), 0)
    house.step(0)
    assert house.said == []
    assert house.records["smoke"].shown


def test_an_alarm_that_an_earlier_process_told_is_not_told_again() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("smoke", kind=EMERGENCY), 0)
    house.step(0)
    house.restart(60)
    house.hear(owner.says("smoke", kind=EMERGENCY), 61)
    house.steps(61, 160)
    assert len(house.said) == 3 and house.edits == []


def test_five_hundred_faults_in_ten_seconds_are_the_emergency_at_once_and_one_digest() -> None:
    house, owner = House(), Owner()
    for number in range(500):
        second = number / 50
        kind = EMERGENCY if number == 250 else WARNING
        house.hear(owner.says("smoke" if number == 250 else f"fault-{number}", kind=kind), second)
        if number % 10 == 0:
            house.step(second)
        if number == 260:
            assert len(house.on("sms")) == 1
    house.steps(10, 60)
    for second in range(60, 300, 30):
        house.step(second)
    assert len(house.on("sms")) == 1
    assert house.on("telegram")[0] == "[mine] EMERGENCY: smoke is bad"
    assert [subject[:22] for subject in house.on("telegram")[1:]] == ["[mine] 499 warnings: f"]
    assert "... and 454 more" in house.drafts[-1][1].text.body


def test_a_lost_broker_is_one_alarm_and_not_forty() -> None:
    house, own, owner = House(), Owner("notifier"), Owner("collector")
    house.hear(own.says("broker_lost"), 0)
    for name in ("collector", "controller", "api"):
        house.hear(own.says(f"service_lost_{name}"), 1)
    for number in range(37):
        house.hear(owner.says(f"device_lost_unit-{number}"), 2)
    house.steps(2, 120)
    assert house.on("telegram") == ["[mine] Warning: broker_lost is bad"]
    house.hear(own.says("broker_lost", active=False), 121)
    for name in ("collector", "controller", "api"):
        house.hear(own.says(f"service_lost_{name}", active=False), 122)
    for number in range(37):
        house.hear(owner.says(f"device_lost_unit-{number}", active=False), 123)
    house.steps(123, 800)
    assert house.on("telegram")[1:] == ["[mine] Ended after 2 min 1 s: broker_lost is bad"]


def test_an_emergency_is_kept_quiet_by_no_warning_and_by_nothing_that_is_shelved() -> None:
    house, own, owner = House(), Owner("notifier"), Owner("collector")
    house.hear(own.says("service_lost_collector"), 0)
    house.hear(owner.says("smoke", kind=EMERGENCY), 1)
    house.step(1)
    assert house.on("sms") == ["[mine] EMERGENCY: smoke is bad"]


def test_a_message_stands_for_its_incident_until_all_of_it_has_ended() -> None:
    house, owner = House(), Owner()
    for key in ("fan-1", "fan-2"):
        house.hear(owner.says(key), 0)
    house.steps(0, 20)
    house.hear(owner.says("fan-1", active=False), 20)
    house.steps(21, 130)
    assert house.on("telegram") == ["[mine] 2 warnings: fan-1 is bad; fan-2 is bad"]
    assert house.edits_on("telegram") == ["[mine] 2 warnings (1 ended): fan-1 is bad; fan-2 is bad"]
    house.hear(owner.says("fan-2", active=False), 131)
    house.steps(131, 200)
    assert house.on("telegram")[1:] == ["[mine] 2 alarms ended: fan-1 is bad; fan-2 is bad"]
    assert house.edits_on("telegram")[-1] == "[mine] 2 warnings (all ended): fan-1 is bad; fan-2 is bad"
    assert {draft.act for _, draft in house.drafts} == set(Act)


def test_a_cause_whose_figures_change_edits_the_message_once_a_minute_at_most() -> None:
    house, owner = House(), Owner()
    for second in range(600):
        house.hear(owner.says("hot", cause=f"East is at {36 + second / 100:.2f} C"), second)
        house.step(second)
    assert len(house.on("telegram")) == 1
    assert 5 <= len(house.edits_on("telegram")) <= 10


def test_what_a_person_did_shows_at_once_in_the_message_and_sounds_nowhere() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("smoke", kind=EMERGENCY), 0)
    house.step(0)
    house.acknowledge("smoke", "anna", 5)
    house.step(5)
    assert house.edits_on("telegram") == ["[mine] EMERGENCY (acknowledged by anna): smoke is bad"]
    assert len(house.said) == 3
    assert house.drafts[-1][1].ask is False and house.drafts[0][1].ask is True


def test_a_warning_that_became_an_emergency_goes_on_in_a_new_message() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("hot"), 0)
    house.steps(0, 20)
    house.hear(owner.says("hot", kind=EMERGENCY), 21)
    house.step(21)
    assert house.edits_on("telegram") == ["[mine] Goes on in a new message: hot is bad"]
    house.hear(owner.says("hot", kind=EMERGENCY, active=False), 30)
    house.steps(30, 100)
    assert len(house.on("telegram")) == 3 and len(house.on("sms")) == 2


def test_the_operator_chooses_the_ways_of_a_warning_and_never_those_of_an_emergency() -> None:
    house, owner = House(choices={"door": {"channels": ("sms",)}}), Owner()
    house.hear(owner.says("door"), 0)
    house.hear(owner.says("hot"), 0)
    house.steps(0, 20)
    assert house.on("sms") == ["[mine] Warning: door is bad"]
    assert house.on("telegram") == ["[mine] Warning: hot is bad"]
    house.hear(owner.says("door", kind=EMERGENCY), 21)
    house.step(21)
    assert house.said[-3:] == [(way, "[mine] EMERGENCY: door is bad") for way in ("telegram", "email", "sms")]


def test_a_warning_whose_chosen_ways_are_not_set_up_goes_by_those_of_its_kind() -> None:
    house, owner = House(choices={"door": {"channels": ("webhook",)}}), Owner()
    house.hear(owner.says("door"), 0)
    house.steps(0, 20)
    assert [way for way, _ in house.said] == ["telegram", "email"]


def test_no_two_alarms_of_the_catalogue_explain_each_other() -> None:
    rows = {row.key: row for row in CATALOGUE}
    follows = {
        key: {other for other in rows for pattern in row.follows if fnmatchcase(other, pattern.replace("{}", "*"))}
        for key, row in rows.items()
    }
    for key in rows:
        reached: set[str] = set()
        ahead = set(follows[key])
        while ahead:
            reached |= ahead
            ahead = {one for found in ahead for one in follows[found]} - reached
        assert key not in reached, f"{key} would be explained by itself"


def test_a_flood_that_goes_on_a_little_longer_is_one_digest_all_the_same() -> None:
    house, owner = House(), Owner()
    for second in range(25):
        for number in range(20):
            house.hear(owner.says(f"fault-{second}-{number}"), second)
        house.step(second)
    house.steps(25, 90)
    assert [subject[:21] for subject in house.on("telegram")] == ["[mine] 500 warnings: "]


def test_what_ended_is_said_when_the_rest_of_its_incident_goes_on_as_an_emergency() -> None:
    house, owner = House(), Owner()
    for key in ("hot", "door"):
        house.hear(owner.says(key), 0)
    house.steps(0, 20)
    house.hear(owner.says("door", active=False), 21)
    house.steps(21, 60)
    house.hear(owner.says("hot", kind=EMERGENCY), 61)
    house.step(61)
    assert house.on("email")[1:] == ["[mine] EMERGENCY: hot is bad", "[mine] Ended after 21 s: door is bad"]


def test_a_utility_that_asks_for_more_is_told_again_although_somebody_acknowledged() -> None:
    house, owner = House(), Owner()
    asked = {"key": "signal_utility", "kind": EMERGENCY}
    house.hear(owner.says(**asked, cause="asks for control: at most 300 kW", rank=3), 0)
    house.steps(0, 5)
    house.acknowledge("signal_utility", "anna", 10)
    house.hear(owner.says(**asked, cause="asks for emergency: at most 0 kW", rank=4), 60)
    house.steps(60, 65)
    assert house.on("sms")[-1] == "[mine] EMERGENCY: asks for emergency: at most 0 kW"
    assert house.records["signal_utility"].acknowledged_by == ""
    told = len(house.on("sms"))
    house.hear(owner.says(**asked, cause="asks for control: at most 300 kW", rank=3), 90)
    house.hear(owner.says(**asked, cause="asks for emergency: at most 0 kW", rank=4), 120)
    house.steps(120, 125)
    assert len(house.on("sms")) == told, "once more at most for the same level"


def test_load_that_somebody_acknowledged_at_three_kw_is_told_again_when_it_has_grown_and_not_when_it_falls() -> None:
    house, owner = House(), Owner()
    still_on = {"key": "load_still_on", "kind": EMERGENCY}
    house.hear(owner.says(**still_on, cause="1 loads: 3 kW"), 0)
    house.steps(0, 5)
    house.acknowledge("load_still_on", "anna", 10)
    told = len(house.on("sms"))
    for at, kw, rank in ((60, 9, 0), (70, 352, 4), (80, 180, 3), (90, 340, 4)):
        house.hear(owner.says(**still_on, cause=f"more loads: {kw} kW", rank=rank), at)
        house.steps(at, at + 5)
    assert house.on("sms")[told:] == ["[mine] EMERGENCY: more loads: 352 kW"]
    assert house.records["load_still_on"].acknowledged_by == ""


def test_kw_that_no_listed_load_explains_are_told_beside_a_load_that_is_listed_as_on() -> None:
    house, owner = House(), Owner()
    for at, key in enumerate(("load_still_on", "held_still_on", "over_target")):
        house.hear(owner.says(key, kind=EMERGENCY if key != "held_still_on" else WARNING), at)
        house.steps(at, at + 1)
    assert "[mine] EMERGENCY: over_target is bad" in house.on("sms")


def test_an_unproven_curtailment_is_not_told_beside_that_nothing_can_be_switched() -> None:
    house, owner = House(), Owner()
    for key in ("cannot_act", "curtailment_unproven"):
        house.hear(owner.says(key, kind=EMERGENCY), 0)
    house.steps(0, 30)
    assert house.on("sms") == ["[mine] EMERGENCY: cannot_act is bad"]


def test_each_event_of_a_utility_that_calls_often_is_told() -> None:
    house, owner = House(), Owner()
    for begin in (0, 400, 800, 1_200):
        house.hear(owner.says("signal_utility", kind=EMERGENCY, rank=3), begin)
        house.steps(begin, begin + 5)
        house.hear(owner.says("signal_utility", active=False, kind=EMERGENCY), begin + 200)
        house.steps(begin + 200, begin + 240)
    assert sum("EMERGENCY" in one for one in house.on("sms")) == 4
