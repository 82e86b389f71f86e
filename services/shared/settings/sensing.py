"""The devices that are only read, by the names under which the collector polls or hears them."""

from services.shared.settings.tree import Settings


def sensing_devices(settings: Settings) -> tuple[str, ...]:
    """Signal sources and all that measures."""
    return (*settings.signals, *measuring_devices(settings))


def measuring_devices(settings: Settings) -> tuple[str, ...]:
    """Room Alerts, IoTaWatts and sensors on the broker."""
    numbered = {"roomalert": settings.apis.roomalert_ip, "iotawatt": settings.apis.iotawatt_ip}
    units = (f"{kind}-{n}" for kind, addresses in numbered.items() for n, _ in enumerate(addresses, 1))
    return (*units, *settings.mqtt_sensors)
