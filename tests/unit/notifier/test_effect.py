"""What came of a curtailment: its message says when the load was proven off, and when it was back."""

from typing import Any

from services.notifier.stages.effect import Plant
from tests.unit.notifier.house import House
from tests.unit.notifier.words import EMERGENCY, WALL_S, Owner, at

KEY = "signal_utility"


def asked(house: House, owner: Owner, mono_s: float, *, active: bool = True, rank: int = 0) -> None:
    house.hear(owner.says(KEY, active, EMERGENCY, since_at=WALL_S + mono_s, rank=rank), mono_s)
    house.step(mono_s)


def seen(house: House, mono_s: float, kw: float, **plant: Any) -> None:
    house.plant = Plant(kw, mono_s, **plant)
    house.step(mono_s)


def bodies(house: House) -> list[str]:
    return [draft.text.body for _, draft in house.drafts if draft.channel == "telegram" and draft.act == "edit"]


def test_the_message_says_when_the_load_was_proven_off_and_when_it_came_back_without_a_sound() -> None:
    house, owner = House(), Owner()
    seen(house, -5, 1_014, is_normal=True)
    asked(house, owner, 0)
    assert house.edits == []
    seen(house, 20, 600)
    assert house.edits == []
    seen(house, 30, 3.4, is_off=True)
    off = f"Load was proven off at {house.plan.site.moment(at(30).wall_s)}: 3 kW."
    assert off in bodies(house)[-1]
    assert "comes off now" not in bodies(house)[-1]
    seen(house, 60, 3.6, is_off=True)
    assert len(bodies(house)) == 1, "a figure that plays is no news"
    asked(house, owner, 90, active=False)
    house.steps(91, 121)
    assert house.on("telegram")[-1].startswith("[mine] Ended after 1 min 30 s")
    rang, edits = len(house.said), len(bodies(house))
    house.restart(130)
    seen(house, 140, 500)
    seen(house, 300, 1_012, is_normal=True)
    assert f"{off} It was back at {house.plan.site.moment(at(300).wall_s)}: 1012 kW." in bodies(house)[-1]
    seen(house, 400, 1_014, is_normal=True)
    assert (len(house.said), len(bodies(house))) == (rang, edits + 1)


def test_what_was_proven_before_the_utility_asked_or_asked_for_more_proves_nothing() -> None:
    house, owner = House(), Owner()
    house.plant = Plant(300, 5, is_off=True)
    asked(house, owner, 10)
    assert house.records[KEY].effect == ""
    seen(house, 20, 300, is_off=True)
    assert "300 kW" in house.records[KEY].effect
    house.plant = Plant(300, 25, is_off=True)
    asked(house, owner, 30, rank=1)
    assert house.records[KEY].effect == ""
    seen(house, 40, 2, is_off=True)
    assert "2 kW" in house.records[KEY].effect


def test_what_the_next_event_asks_begins_without_what_came_of_the_last() -> None:
    house, owner = House(), Owner()
    asked(house, owner, 0)
    seen(house, 10, 3, is_off=True)
    asked(house, owner, 60, active=False)
    asked(house, owner, 70)
    assert house.records[KEY].effect == ""


def test_other_alarms_say_nothing_of_it() -> None:
    house, owner = House(), Owner()
    house.hear(owner.says("trip_stop", True, EMERGENCY), 0)
    house.hear(owner.says("signal_lost_utility"), 0)
    house.steps(0, 20)
    seen(house, 30, 3, is_off=True)
    assert all(one.effect == "" for one in house.records.values())
