"""How many messages a channel may have."""

from dataclasses import replace

from services.notifier.budget import Budget
from tests.unit.notifier.house import House
from tests.unit.notifier.words import EMERGENCY, WALL_S, Owner


def a_warning_every(seconds: int, house: House, until_s: int) -> None:
    owner = Owner()
    for second in range(until_s):
        if second % seconds == 0:
            house.hear(owner.says(f"fault-{second}"), second)
        house.step(second)


def test_warnings_without_end_are_at_most_six_messages_in_any_ten_minutes() -> None:
    house = House()
    a_warning_every(20, house, 2_000)
    sent = [second for second, draft in house.drafts if draft.channel == "email"]
    assert 6 <= max(len([at for at in sent if first <= at < first + 600]) for first in sent) <= 6
    told = {key for _, draft in house.drafts if draft.channel == "email" for key in draft.keys}
    assert len(told) >= 60, "what waited came with the digest"


def test_what_is_more_comes_as_one_digest_with_what_stands() -> None:
    house, owner = House(limit=2), Owner()
    for number, second in enumerate((0, 30, 60, 90, 120)):
        house.hear(owner.says(f"fault-{number}"), second)
        house.steps(second, second + 29)
    house.hear(owner.says("fault-3", active=False), 150)
    house.steps(150, 800)
    assert house.on("telegram") == [
        "[mine] Warning: fault-0 is bad",
        "[mine] Warning: fault-1 is bad",
        "[mine] 2 warnings (1 more came and are settled): fault-2 is bad; fault-4 is bad",
    ]


def test_each_channel_has_its_own_budget() -> None:
    house, owner = House(limit=2, choices={"mail_*": {"channels": ("email",)}}), Owner()
    for number, second in enumerate((0, 30)):
        house.hear(owner.says(f"mail_{number}"), second)
        house.steps(second, second + 29)
    house.hear(owner.says("hot"), 60)
    house.steps(60, 90)
    assert house.on("telegram") == ["[mine] Warning: hot is bad"]
    assert len(house.on("email")) == 2
    house.hear(owner.says("hot", active=False), 91)
    house.steps(91, 150)
    assert house.on("telegram")[-1] == "[mine] Ended after 1 min 31 s: hot is bad"
    house.steps(151, 800)
    assert len(house.on("email")) == 2, "it came and went before the digest"


def test_the_first_emergencies_leave_at_once_and_more_of_them_as_one_within_seconds() -> None:
    house, owner = House(), Owner()
    for number in range(40):
        house.hear(owner.says(f"trip-{number}", kind=EMERGENCY), 0)
    house.step(0)
    assert len(house.on("sms")) == 10
    house.steps(1, 2)
    assert len(house.on("sms")) == 10
    house.step(3)
    assert len(house.on("sms")) == len(house.on("telegram")) == 11
    assert house.on("sms")[-1].startswith("[mine] 30 EMERGENCIES: ")
    assert len(house.drafts[-1][1].keys) == 30


def test_a_storm_of_emergencies_that_goes_on_is_a_digest_each_half_minute() -> None:
    house, owner = House(), Owner()
    for second in range(300):
        house.hear(owner.says(f"trip-{second}", kind=EMERGENCY), second)
        house.step(second)
    assert len(house.on("sms")) <= 10 + 3 + 10
    house.steps(300, 340)
    assert {key for _, draft in house.drafts if draft.channel == "sms" for key in draft.keys} == set(house.records)


def test_an_emergency_that_ended_before_its_digest_is_told_all_the_same() -> None:
    house, owner = House(choices={"trip-*": {"off_delay_seconds": 0}}), Owner()
    for number in range(11):
        house.hear(owner.says(f"trip-{number}", kind=EMERGENCY), 0)
    house.step(0)
    house.hear(owner.says("trip-10", kind=EMERGENCY, active=False), 2)
    house.steps(2, 60)
    assert any("trip-10" in draft.keys for _, draft in house.drafts)
    assert house.on("sms")[-1] == "[mine] Ended after 2 s: trip-10 is bad"


def test_no_restart_makes_the_budget_larger_or_loses_what_waits() -> None:
    house, owner = House(limit=2), Owner()
    for number, second in enumerate((0, 30, 60, 90)):
        house.hear(owner.says(f"fault-{number}"), second)
        house.steps(second, second + 29)
        house.restart(second + 29)
    assert len(house.on("telegram")) == 2
    house.steps(120, 800)
    assert house.on("telegram")[2:] == ["[mine] 2 warnings: fault-2 is bad; fault-3 is bad"]


def test_emergencies_that_wait_for_their_digest_outlive_a_kill() -> None:
    house, owner = House(), Owner()
    for number in range(20):
        house.hear(owner.says(f"trip-{number}", kind=EMERGENCY), 0)
    house.step(0)
    house.restart(1)
    house.steps(1, 40)
    assert {key for _, draft in house.drafts if draft.channel == "sms" for key in draft.keys} == set(house.records)
    assert len(house.on("sms")) == 11


def test_warnings_use_up_nothing_of_the_emergencies_budget() -> None:
    house = House(limit=1)
    a_warning_every(15, house, 120)
    house.hear(Owner().says("smoke", kind=EMERGENCY), 121)
    house.step(121)
    assert house.said[-3:] == [(way, "[mine] EMERGENCY: smoke is bad") for way in ("telegram", "email", "sms")]


def test_what_cannot_be_read_counts_as_nothing_sent() -> None:
    assert Budget.load(6, "{").may_post("telegram", WALL_S)


def test_a_calendar_that_was_set_back_holds_no_digest() -> None:
    full = Budget(1).posted("telegram", WALL_S).waits("telegram", ("hot",), WALL_S)
    assert full.due(WALL_S + 1) == []
    assert full.due(WALL_S - 1) == full.due(WALL_S + 600) == ["telegram"]


def test_a_hundred_warnings_that_end_together_are_a_few_messages() -> None:
    house, owner = House(limit=100), Owner()
    for number in range(30):
        house.hear(owner.says(f"fault-{number}"), number * 20)
        house.steps(number * 20, number * 20 + 19)
    assert len(house.on("telegram")) == 30
    house.memory = replace(house.memory, budget=replace(house.memory.budget, limit=6))
    for number in range(30):
        house.hear(owner.says(f"fault-{number}", active=False), 700)
    house.steps(700, 1_400)
    assert len(house.on("telegram")) == 30 + 6 + 1
    assert house.on("telegram")[-1].startswith("[mine] 24 alarms ended: fault-6 is bad; ")
    told_in = {told.thread for told in house.records["fault-6"].told_to}
    assert house.drafts[-1][1].thread in told_in, "by it the receipt finds the alarm"


def test_what_somebody_acknowledged_meanwhile_is_not_in_the_digest() -> None:
    house, owner = House(limit=1), Owner()
    for number, second in enumerate((0, 30, 60)):
        house.hear(owner.says(f"fault-{number}"), second)
        house.steps(second, second + 29)
    house.acknowledge("fault-1", "anna", 90)
    house.steps(90, 800)
    assert house.on("telegram")[1:] == ["[mine] Warning (1 more came and are settled): fault-2 is bad"]


def test_who_was_told_at_once_and_who_by_digest_both_hear_the_end() -> None:
    house, owner = House(limit=1, choices={"mail": {"channels": ("email",)}}), Owner()
    house.hear(owner.says("mail"), 0)
    house.steps(0, 29)
    house.hear(owner.says("hot"), 30)
    house.steps(30, 700)
    assert house.on("telegram") == ["[mine] Warning: hot is bad"] and house.on("email")[1:] == house.on("telegram")
    house.hear(owner.says("hot", active=False), 701)
    house.steps(701, 800)
    assert house.on("telegram")[1:] == house.on("email")[2:] == ["[mine] Ended after 11 min: hot is bad"]


def test_the_end_of_an_emergency_waits_for_nothing() -> None:
    house, owner = House(limit=1), Owner()
    for number in range(4):
        house.hear(owner.says(f"trip-{number}", kind=EMERGENCY), 0)
    house.step(0)
    for number in range(4):
        house.hear(owner.says(f"trip-{number}", kind=EMERGENCY, active=False), 60)
    house.steps(60, 95)
    assert len(house.on("sms")) == 8
