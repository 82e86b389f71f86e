"""A sensor that no device can report is told, with the name that was meant."""

from pathlib import Path

import pytest

from services.shared.settings import load

BASE = "[APIS]\nroomalert_ip = 10.0.0.1\niotawatt_ip = 10.0.0.2\n[MQTT_SENSOR north]\ntopic = a/+\n[TEMPERATURE]\n"


def warnings(folder: Path, text: str) -> list[str]:
    (folder / "config.txt").write_text(BASE + text)
    return [text for text in load(folder / "config.txt", env={}).warnings if "cannot exist" in text]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("roles = roomalert-1/sensr-2 = intake", "did you mean roomalert-1/sensor-2?"),
        ("roles = roomalert-1/sensor2-humidity = other", "did you mean roomalert-1/sensor-2-humidity?"),
        ("zones = roomalert-1/sensor-0 = east", "did you mean roomalert-1/sensor-1?"),
        ("roles = roomalert-1/xyz = intake", "allowed: roomalert-1/internal-1, roomalert-1/sensor-1, "
            "roomalert-1/wireless-1 and so on"),
        ("switches = roomalert-1/swich-4 = smoke!", "did you mean roomalert-1/switch-4?"),
        ("switches = roomalert-1/sensor-4 = smoke", "allowed: roomalert-1/switch-1 and so on"),
        ("roles = roomalert-2/sensor-1 = intake", "no device roomalert-2 is configured; did you mean roomalert-1?"),
        ("zones = nort/hall = east", "no device nort is configured; did you mean north?"),
    ],
)  # fmt: skip
def test_a_sensor_that_cannot_exist_is_a_warning_with_the_nearest_name(tmp_path: Path, line: str, reason: str) -> None:
    key, sensor, _ = line.split(" = ")
    assert warnings(tmp_path, line + "\n") == [
        f"config.txt line 7: [TEMPERATURE] {key} names {sensor}, which cannot exist: {reason}"
    ]  # fmt: skip


def test_every_name_that_a_device_may_report_is_silent(tmp_path: Path) -> None:
    names = ("internal-1", "sensor-12", "Sensor-2-humidity", "wireless-3-humidity")
    roles = ", ".join(f"RoomAlert-1/{name} = other" for name in names)
    text = f"roles = {roles}, north/anything = intake, iotawatt-1/fan_1 = other\nswitches = roomalert-1/switch-8 = door\n"
    assert warnings(tmp_path, text) == []


def test_the_demo_names_only_sensors_that_can_be() -> None:
    assert load(Path("config/demo.txt"), env={}).warnings == ()
