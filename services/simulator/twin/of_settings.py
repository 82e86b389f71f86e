"""The premises that the operator's settings describe: their own sensors, contacts, meters and poll periods."""

from dataclasses import replace

from services.controller.core.plant import Limits
from services.shared.settings.tree import Settings
from services.shared.vocabulary import SensorRole, SwitchRole
from services.simulator.twin.premises import Contact, Premises, Sensor, acting_kinds, usual_premises

_DEFAULT_ZONE = "main"


def premises_of(settings: Settings, limits: Limits, *, outlet_watts: bool) -> Premises:
    """`outlet_watts`: whether this make of PDU meters its outlets. Sensors that the settings do not name are two in each zone."""
    heat = settings.temperature
    zones = dict(heat.zones)
    named = tuple(
        Sensor(name, zones.get(name, _DEFAULT_ZONE), SensorRole(role.lower()))
        for name, role in heat.roles
        if role.lower() in set(SensorRole)
    )
    contacts = tuple(
        Contact(name, SwitchRole(word))
        for name, role in heat.switches
        if (word := role.rstrip("! ").lower()) in set(SwitchRole) and word != SwitchRole.OTHER
    )
    usual = usual_premises(limits)
    return replace(
        usual,
        sensors=named or usual.sensors,
        contacts=contacts,
        site_meter=settings.meter.site_meter if "/" in settings.meter.site_meter else "",
        outlet_watts=outlet_watts,
        http_watts=frozenset(f"http-{name}" for name, section in settings.http_loads.items() if section.watts_path),
        monitor=bool(settings.apis.iotawatt_ip and limits.fans),
        periods_s=_periods(settings),
        kinds=acting_kinds(limits),
    )


def _periods(settings: Settings) -> dict[str, float]:
    signals = [one.poll_seconds for one in settings.signals.values()]
    sections = [one.poll_seconds for one in settings.http_loads.values()]
    periods = {
        "signal": max(signals, default=60.0),
        "sensor": settings.temperature.poll_seconds,
        "monitor": settings.iotawatt.poll_seconds,
        "foreman": settings.foreman.poll_seconds,
        "snmp_pdu": settings.pdu.poll_seconds,
        "modbus_fans": settings.fans.poll_seconds,
    }
    return periods | ({"http_load": max(sections)} if sections else {})
