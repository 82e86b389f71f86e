"""From alarms to messages: how many, by which way, and why not."""

from services.notifier import alarms
from services.notifier.alarms import Phase, Receipt
from tests.unit.notifier.words import EMERGENCY, House, Owner, at


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


def test_a_contact_that_flaps_once_a_second_is_at_most_two_messages() -> None:
    for kind in (None, EMERGENCY):
        house, owner = House(), Owner()
        for second in range(300):
            kinds = {} if kind is None else {"kind": kind}
            house.hear(owner.says("door", active=second % 2 == 0, **kinds), second)
            house.step(second)
        house.steps(300, 400)
        assert len(house.on("telegram")) == 2
        assert house.records["door"].phase is Phase.RETURNED


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
    assert house.on("telegram")[1:] == house.on("email")[1:] == ["[mine] Ended after 1 min 30 s: smoke is bad"]
    assert len(house.on("sms")) == 1, "no SMS of it was delivered"


def test_the_end_goes_by_sms_when_an_sms_of_the_alarm_was_delivered() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("smoke", kind=EMERGENCY), 0)
    house.step(0)
    house.records["smoke"] = alarms.with_receipt(house.records["smoke"], Receipt("sms", "sms accepted"))
    house.hear(owner.says("smoke", active=False, kind=EMERGENCY), 60)
    house.steps(60, 120)
    assert len(house.on("sms")) == 2


def test_when_nothing_can_be_switched_no_single_device_is_told() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("device_lost_pdu-1"), 0)
    house.hear(owner.says("cannot_act", kind=EMERGENCY), 1)
    house.steps(1, 60)
    assert len(house.on("telegram")) == 1
    house.hear(owner.says("cannot_act", active=False), 61)
    house.steps(61, 120)
    assert house.on("telegram")[-1] == "[mine] Ended after 1 min 1 s: cannot_act is bad"
    assert "[mine] Warning: device_lost_pdu-1 is bad" in house.on("telegram"), "it is still lost and nothing explains it now"


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
    house.records["hot"] = alarms.acknowledged(house.records["hot"], "anna")
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
    later = House()
    later.records = {key: alarms.resumed(record, at(1_000)) for key, record in house.records.items()}
    later.hear(owner.says("smoke", kind=EMERGENCY), 1_001)
    later.steps(1_001, 1_100)
    assert later.said == []
