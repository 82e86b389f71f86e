"""Whose raw answers may be asked for: the names of the settings are those that the collector polls and hears."""

from services.collector.drivers import DRIVERS
from services.shared.clock import Clock
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
