"""The devices that a configuration names, each with its kind and where it is."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from services.shared.settings.tree import Settings

WORDS = {
    "signal_http": "signal page",
    "signal_mqtt": "signal topic",
    "room_alert": "Room Alert",
    "iotawatt": "IoTaWatt",
    "mqtt_sensor": "MQTT sensor",
    "foreman": "Foreman",
    "snmp_pdu": "PDU",
    "modbus_fans": "fan relays",
    "http_load": "HTTP loads",
}
LISTENS = frozenset({"signal_mqtt", "mqtt_sensor"})
"""Kinds that nobody asks: they speak when they like."""


@dataclass(frozen=True, slots=True)
class Place:
    """`address` has no user and no path, which may hold a secret."""

    name: str
    kind: str
    address: str


def places(settings: Settings) -> tuple[Place, ...]:
    """In the order in which people ask: what is sensed, then what acts."""
    apis = settings.apis
    found = [
        Place(name, f"signal_{one.kind}", _host(one.url) if one.kind == "http" else one.topic)
        for name, one in settings.signals.items()
    ]
    found += _numbered("roomalert", "room_alert", apis.roomalert_ip)
    found += _numbered("iotawatt", "iotawatt", apis.iotawatt_ip)
    found += [Place(name, "mqtt_sensor", one.topic) for name, one in settings.mqtt_sensors.items()]
    found += [Place("foreman", "foreman", _host(apis.foreman_api))] if apis.foreman_api else []
    found += _numbered("pdu", "snmp_pdu", apis.pdu_ip)
    found += _numbered("relay", "modbus_fans", apis.fan_relay_ip)
    found += [Place(f"http-{name}", "http_load", _host(one.url)) for name, one in settings.http_loads.items()]
    return tuple(found)


def _numbered(name: str, kind: str, addresses: tuple[str, ...]) -> list[Place]:
    return [Place(f"{name}-{number}", kind, address) for number, address in enumerate(addresses, 1)]


def _host(url: str) -> str:
    """Host and port; a template's {address} stays as it is."""
    return urlsplit(url).netloc.rpartition("@")[2] or url.partition("/")[0]
