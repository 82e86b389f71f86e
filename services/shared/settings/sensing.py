"""What is only read: its devices, by the names under which the collector polls or hears them, and what they are there for."""

from services.shared.settings.tree import Settings

_TEMPERATURES = ("Cel", "F")


def sensing_devices(settings: Settings) -> tuple[str, ...]:
    """Signal sources and all that measures."""
    return (*settings.signals, *measuring_devices(settings))


def measuring_devices(settings: Settings) -> tuple[str, ...]:
    """Room Alerts, IoTaWatts and sensors on the broker."""
    numbered = {"roomalert": settings.apis.roomalert_ip, "iotawatt": settings.apis.iotawatt_ip}
    units = (f"{kind}-{n}" for kind, addresses in numbered.items() for n, _ in enumerate(addresses, 1))
    return (*units, *settings.mqtt_sensors)


def has_temperatures(settings: Settings) -> bool:
    """Whether a temperature is awaited of any device. A power meter on the broker tells none."""
    return bool(settings.apis.roomalert_ip) or any(one.unit in _TEMPERATURES for one in settings.mqtt_sensors.values())


def site_meter(settings: Settings) -> tuple[str, str]:
    """Device and quantity of the site's own meter, in lower case as all names of the settings are compared; empty without one."""
    device, _, quantity = settings.meter.site_meter.lower().partition("/")
    return (device, quantity) if quantity else ("", "")
