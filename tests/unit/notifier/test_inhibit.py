"""What hides behind a cause, and for how long."""

from tests.unit.notifier.house import House
from tests.unit.notifier.words import EMERGENCY, WALL_S, Owner


def told(house: House) -> list[str]:
    return [one.removeprefix("[mine] ") for one in house.on("telegram")]


def lost_controller(house: House) -> Owner:
    notifier = Owner("notifier")
    house.hear(notifier.says("service_lost_controller", True, EMERGENCY), 0)
    house.step(0)
    return notifier


def test_what_a_controller_says_that_speaks_again_is_told_at_once_though_its_loss_has_not_ended() -> None:
    house = House()
    notifier = lost_controller(house)
    controller = Owner()
    house.hear(controller.says("trip_stop", True, EMERGENCY, since_at=WALL_S + 90), 90)
    house.step(90)
    assert "EMERGENCY: trip_stop is bad" not in told(house), "what is retained of a lost service is its past"
    house.hear(notifier.says("service_lost_controller", False, EMERGENCY), 90.2)
    house.step(90.2)
    assert told(house)[-1] == "EMERGENCY: trip_stop is bad"
    house.hear(controller.says("signal_utility", True, EMERGENCY, since_at=WALL_S + 91), 91)
    house.step(91)
    assert told(house)[-1] == "EMERGENCY: signal_utility is bad"
    house.hear(controller.says("door", since_at=WALL_S + 92), 92)
    house.steps(92, 108)
    assert told(house)[-1] == "Warning: door is bad"


def test_a_warning_that_begins_after_its_causes_condition_ended_does_not_wait_for_the_causes_end() -> None:
    house, notifier, controller = House(), Owner("notifier"), Owner()
    house.hear(notifier.says("broker_lost"), 0)
    house.steps(0, 20)
    house.hear(controller.says("temperature_lost_hall", since_at=WALL_S + 5), 60)
    house.hear(notifier.says("broker_lost", False), 60)
    house.hear(controller.says("signal_lost_utility", since_at=WALL_S + 61), 61)
    house.steps(61, 80)
    assert told(house) == ["Warning: broker_lost is bad", "Warning: signal_lost_utility is bad"]
    house.hear(controller.says("temperature_lost_hall", False), 80)
    house.steps(81, 140)
    assert not any("temperature_lost" in one for one in told(house)), "what came and went with its cause is no news"
