"""The kinds of sensor, in full: each makes its sensors from the operator's settings."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from services.collector.drivers.base import Sensor
from services.collector.drivers.iotawatt import IotaWatt
from services.collector.drivers.listening import Topics
from services.collector.drivers.mqtt_sensor import MqttSensor
from services.collector.drivers.room_alert import RoomAlert
from services.collector.drivers.signal_http import SignalHttp
from services.collector.drivers.signal_mqtt import SignalMqtt
from services.shared.clock import Clock
from services.shared.settings.tree import Settings

Factory = Callable[[Settings, Topics, Clock], list[Sensor]]


def _signal_pages(settings: Settings, topics: Topics, clock: Clock) -> list[Sensor]:
    zone = ZoneInfo(settings.general.timezone)
    pages = [(name, source) for name, source in settings.signals.items() if source.kind == "http"]
    return [SignalHttp(name, source, clock=clock, zone=zone) for name, source in pages]


def _signal_topics(settings: Settings, topics: Topics, clock: Clock) -> list[Sensor]:
    zone = ZoneInfo(settings.general.timezone)
    sources = [(name, source) for name, source in settings.signals.items() if source.kind == "mqtt"]
    return [SignalMqtt(name, source, topics=topics, clock=clock, zone=zone) for name, source in sources]


def _mqtt_sensors(settings: Settings, topics: Topics, clock: Clock) -> list[Sensor]:
    heat = settings.temperature
    return [MqttSensor(n, s, temperature=heat, topics=topics, clock=clock) for n, s in settings.mqtt_sensors.items()]


def _room_alerts(settings: Settings, topics: Topics, clock: Clock) -> list[Sensor]:
    units, heat = enumerate(settings.apis.roomalert_ip, start=1), settings.temperature
    return [RoomAlert(address, device=f"roomalert-{n}", temperature=heat, clock=clock) for n, address in units]


def _iotawatts(settings: Settings, topics: Topics, clock: Clock) -> list[Sensor]:
    monitors = enumerate(settings.apis.iotawatt_ip, start=1)
    return [IotaWatt(address, device=f"iotawatt-{n}", iotawatt=settings.iotawatt, clock=clock) for n, address in monitors]


DRIVERS: dict[str, Factory] = {
    SignalHttp.kind: _signal_pages,
    SignalMqtt.kind: _signal_topics,
    MqttSensor.kind: _mqtt_sensors,
    RoomAlert.kind: _room_alerts,
    IotaWatt.kind: _iotawatts,
}
