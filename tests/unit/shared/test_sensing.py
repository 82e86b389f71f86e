"""Whose raw answers may be asked for: the names of the settings are those that the collector polls and hears."""

import pytest

from services.collector.drivers import DRIVERS
from services.shared.clock import Clock
from services.shared.settings import missing
from services.shared.settings import sections as s
from services.shared.settings.sensing import sensing_devices
from services.shared.settings.tree import Settings

SETTINGS = Settings(
    apis=s.Apis(roomalert_ip=("10.0.0.1", "10.0.0.2"), iotawatt_ip=("10.0.0.3",)),
    signals={"utility": s.SignalSource(url="http://x"), "grid": s.SignalSource(kind="mqtt", topic="grid")},
    mqtt_sensors={"barn": s.MqttSensor(topic="barn/+")},
)


class Silent:
    def on_topic(self, topic_filter, handler):
        pass


def test_each_device_that_the_collector_has_is_named_and_no_other():
    made = [sensor.device for make in DRIVERS.values() for sensor in make(SETTINGS, Silent(), Clock())]
    assert sorted(sensing_devices(SETTINGS)) == sorted(made)
    assert len(made) == 6


def test_a_site_without_sensors_has_none():
    assert sensing_devices(Settings()) == ()


@pytest.mark.parametrize(("unit", "is_temperature"), [("Cel", True), ("F", True), ("%RH", False), ("kW", False), ("V", False)])
def test_a_sensor_on_the_broker_that_measures_no_temperature_is_no_temperature_sensor(unit, is_temperature):
    told = missing(Settings(mqtt_sensors={"meter": s.MqttSensor(topic="meter/main", unit=unit)}))
    found = "No temperature sensors: roomalert_ip is empty and no [MQTT_SENSOR] has the unit Cel or F."
    assert (found in told) is not is_temperature
    assert any(line.startswith("No sensor has a role") for line in told) is is_temperature
