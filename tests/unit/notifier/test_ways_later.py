"""Alarms that were raised while no way to people was set up, and the start with one."""

from tests.unit.notifier.house import WAYS, House
from tests.unit.notifier.words import EMERGENCY, Owner


def house_without_ways() -> House:
    house = House({})
    house.hear(Owner().says("trip_stop", kind=EMERGENCY), 0)
    house.steps(0, 5)
    assert house.said == []
    return house


def test_what_nobody_could_be_told_is_told_once_there_is_a_way() -> None:
    house = house_without_ways()
    house.set_up(WAYS)
    house.restart(10)
    house.steps(10, 30)
    house.restart(40)
    house.steps(40, 60)
    assert house.on("sms") == ["[mine] EMERGENCY: trip_stop is bad"]


def test_what_somebody_has_seen_meanwhile_is_not_told_again() -> None:
    house = house_without_ways()
    house.acknowledge("trip_stop", "anna", 6)
    house.set_up(WAYS)
    house.restart(10)
    house.steps(10, 30)
    assert house.on("sms") == []
