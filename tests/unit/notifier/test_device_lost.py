"""A device that dies is one alarm: what it alone reads is not told beside it, and never lost with it."""

import pytest

from tests.unit.notifier.house import House
from tests.unit.notifier.words import EMERGENCY, Owner

ZONE, CONTACT, DEVICE = "temperature_lost_east", "switch_lost_smoke", "device_lost_ra-1"


def dead(house: House, device: str = "ra-1") -> tuple[Owner, Owner]:
    """The device falls silent, and what it reads ages."""
    collector, controller = Owner("collector"), Owner()
    house.hear(collector.says(DEVICE), 0)
    house.steps(0, 60)
    house.hear(controller.says(ZONE, device=device), 61)
    house.hear(controller.says(CONTACT, device=device), 61)
    house.steps(61, 200)
    return collector, controller


def test_a_room_alert_that_dies_is_one_message_and_one_end() -> None:
    house = House()
    collector, controller = dead(house)
    assert house.on("telegram") == ["[mine] Warning: device_lost_ra-1 is bad"]
    assert house.step(201).reasons[ZONE] == "follows from device_lost_ra-1"
    house.hear(collector.says(DEVICE, active=False), 202)
    house.hear(controller.says(ZONE, active=False), 205)
    house.hear(controller.says(CONTACT, active=False), 205)
    house.steps(205, 400)
    assert [subject[:12] for subject in house.on("telegram")] == ["[mine] Warni", "[mine] Ended"]


def test_what_stands_when_the_device_is_back_is_told() -> None:
    house = House()
    collector, _ = dead(house)
    house.hear(collector.says(DEVICE, active=False), 202)
    house.steps(202, 300)
    assert house.on("telegram")[1:] == [
        "[mine] Ended after 3 min 22 s: device_lost_ra-1 is bad",
        "[mine] 2 warnings: temperature_lost_east is bad; switch_lost_smoke is bad",
    ]


@pytest.mark.parametrize("device", ["", "ra-2", "*", "ra-*"])
def test_what_another_device_reads_or_several_do_is_told(device: str) -> None:
    house = House()
    dead(house, device)
    assert len(house.on("telegram")) == 2


def test_what_follows_is_told_when_a_person_shelves_or_acknowledges_the_device() -> None:
    house = House()
    dead(house)
    house.acknowledge(DEVICE, "anna", 201)
    house.steps(201, 240)
    assert house.on("telegram")[1:] == ["[mine] 2 warnings: temperature_lost_east is bad; switch_lost_smoke is bad"]
    house = House()
    dead(house)
    house.shelve(DEVICE, 60, 201)
    house.steps(201, 240)
    assert house.on("telegram")[1:] == ["[mine] 2 warnings: temperature_lost_east is bad; switch_lost_smoke is bad"]


def test_an_emergency_is_never_kept_back_by_a_device() -> None:
    house = House()
    dead(house)
    house.hear(Owner("api").says("hot", kind=EMERGENCY, device="ra-1"), 201)
    house.step(201)
    assert house.on("telegram")[1:] == ["[mine] EMERGENCY: hot is bad"]
