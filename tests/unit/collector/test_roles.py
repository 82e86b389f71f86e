"""What a sensor means: by its name, and the careful answer where the operator said nothing."""

from services.collector.roles import role_and_zone, switch_role
from services.shared.settings.sections import Temperature
from services.shared.vocabulary import SensorRole, SwitchRole

SITE = Temperature(
    roles=(("roomalert-1/sensor-2", "exhaust"), ("barn/x", "chimney")),
    zones=(("roomalert-1/sensor-2", "north"),),
    switches=(("roomalert-1/switch-1", "utility"), ("roomalert-1/switch-2", "Door !"), ("roomalert-1/switch-3", "bell!")),
)


def test_a_sensor_has_the_role_and_zone_it_was_given_whatever_the_case_of_its_name() -> None:
    assert role_and_zone(SITE, "RoomAlert-1/Sensor-2") == (SensorRole.EXHAUST, "north")


def test_a_sensor_without_a_role_counts_as_intake_in_the_zone_main() -> None:
    assert role_and_zone(SITE, "roomalert-1/sensor-1") == (SensorRole.INTAKE, "main")


def test_a_role_that_does_not_exist_counts_as_intake_and_not_as_nothing() -> None:
    assert role_and_zone(SITE, "barn/x")[0] is SensorRole.INTAKE


def test_a_switch_has_the_meaning_it_was_given_and_a_mark_reverses_it() -> None:
    assert switch_role(SITE, "roomalert-1/switch-1") == (SwitchRole.UTILITY, False)
    assert switch_role(SITE, "roomalert-1/switch-2") == (SwitchRole.DOOR, True)


def test_a_switch_without_a_meaning_is_other() -> None:
    assert switch_role(SITE, "roomalert-1/switch-9") == (SwitchRole.OTHER, False)
    assert switch_role(SITE, "roomalert-1/switch-3") == (SwitchRole.OTHER, True)
