"""What the keys must be to each other. Each check is a generator of problems; the places come from the settings' origins."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.shared.settings.backup_checks import backup_problems
from services.shared.settings.door_checks import door_warnings
from services.shared.settings.fan_checks import fan_problems, fan_warnings
from services.shared.settings.feeder_checks import feeder_problems, feeder_warnings, member_problems
from services.shared.settings.places import wrong
from services.shared.settings.port_checks import port_problems
from services.shared.settings.problems import Problem, doubtful
from services.shared.settings.schedule_checks import schedule_problems
from services.shared.settings.secret_checks import secret_problems
from services.shared.settings.sensor_checks import sensor_warnings
from services.shared.settings.signal_checks import signal_problems
from services.shared.settings.telling_checks import annunciator_problems, person_problems, telling_warnings
from services.shared.settings.tree import Settings
from services.shared.settings.webhook_checks import webhook_problems, webhook_warnings
from services.shared.vocabulary import Control, SensorRole, SwitchRole

_READING = re.compile(r"^[a-z0-9_-]+/[a-z0-9_-]+$")


def problems(settings: Settings, told: Sequence[Problem] = (), *, loads_are_sure: bool = True) -> list[Problem]:
    """Every mistake between keys. A check that reads a section in doubt, by what was `told` already, is left out."""
    checks: tuple[tuple[Callable[[Settings], Iterable[Problem]], tuple[str, ...]], ...] = (
        (_general, ("GENERAL",)),
        (_temperatures, ("GENERAL", "TEMPERATURE", "FANS")),
        (_roles, ("TEMPERATURE",)),
        (_paces, ("TEMPERATURE", "IOTAWATT", "FANS", "PDU", "POWER", "FOREMAN", "METER")),
        (_meter, ("METER", "APIS] iotawatt_ip")),
        (_http_loads, ("HTTP_LOADS",)),
        (_sensors, ("MQTT_SENSOR",)),
        (_networks, ("API]",)),
        (port_problems, ("API]", "OPS", "BROKER]", "SIMULATOR", "GENERAL] demo", "APIS] pdu_ip", "APIS] fan_relay_ip")),
        (fan_problems, ("FANS", "APIS] fan_relay_ip")),
        (signal_problems, ("SIGNAL", "APIS] cornbelt_url")),
        (feeder_problems, ("FEEDER",)),
        (schedule_problems, ("SCHEDULE",)),
        (secret_problems, ("BROKER", "OPS")),
        (person_problems, ("PERSON",)),
        (webhook_problems, ("NOTIFICATIONS",)),
        (backup_problems, ("BACKUP",)),
        (annunciator_problems, ("ANNUNCIATOR", "FANS", "APIS] fan_relay_ip")),
    )
    if loads_are_sure:
        checks += ((member_problems, ("FEEDER", "APIS] pdu_ip", "HTTP_LOADS")),)
    return [problem for check, parts in checks if not doubtful(told, *parts) for problem in check(settings)]


def warnings(settings: Settings) -> tuple[str, ...]:
    """What stops nothing but is hardly meant."""
    checks = (sensor_warnings, fan_warnings, feeder_warnings, door_warnings, telling_warnings, webhook_warnings)
    found = [warning for check in checks for warning in check(settings)]
    if settings.general.control is Control.ARMED and not settings.loads:
        found.append("control = armed, but there are no loads to switch")
    return tuple(found)


def _general(settings: Settings) -> Iterator[Problem]:
    try:
        ZoneInfo(settings.general.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        allowed = "a name of the IANA list, such as America/Chicago"
        yield wrong(settings, "GENERAL", "timezone", settings.general.timezone, allowed)


def _temperatures(settings: Settings) -> Iterator[Problem]:
    general, temperature, fans = settings.general, settings.temperature, settings.fans
    top = general.max_temp_celsius
    if general.min_temp_celsius >= top:
        yield wrong(settings, "GENERAL", "min_temp_celsius", f"{general.min_temp_celsius:g}", f"below max_temp_celsius ({top:g})")
    if temperature.shed_celsius <= top:
        allowed = f"above [GENERAL] max_temp_celsius ({top:g})"
        yield wrong(settings, "TEMPERATURE", "shed_celsius", f"{temperature.shed_celsius:g}", allowed)
    if temperature.emergency_celsius <= temperature.shed_celsius:
        allowed = f"above shed_celsius ({temperature.shed_celsius:g})"
        yield wrong(settings, "TEMPERATURE", "emergency_celsius", f"{temperature.emergency_celsius:g}", allowed)
    if fans.stage_start_celsius >= top:
        allowed = f"below [GENERAL] max_temp_celsius ({top:g})"
        yield wrong(settings, "FANS", "stage_start_celsius", f"{fans.stage_start_celsius:g}", allowed)


def _roles(settings: Settings) -> Iterator[Problem]:
    temperature = settings.temperature
    for name, pairs in (("roles", temperature.roles), ("zones", temperature.zones), ("switches", temperature.switches)):
        seen = set()
        for sensor, _ in pairs:
            if not _READING.match(sensor.lower()) or sensor.lower() in seen:
                yield wrong(settings, "TEMPERATURE", name, sensor, "each sensor once, as device/quantity: roomalert-1/sensor-1")
            seen.add(sensor.lower())
    for sensor, role in temperature.roles:
        if role.lower() not in list(SensorRole):
            yield wrong(settings, "TEMPERATURE", "roles", f"{sensor} = {role}", ", ".join(SensorRole))
    for switch, role in temperature.switches:
        if role.lower().removesuffix("!").strip() not in list(SwitchRole):
            yield wrong(settings, "TEMPERATURE", "switches", f"{switch} = {role}", f"{', '.join(SwitchRole)}, with ! to reverse")
    for sensor, zone in temperature.zones:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", zone):
            yield wrong(settings, "TEMPERATURE", "zones", f"{sensor} = {zone}", "a zone of letters, digits, . _ -")


def _paces(settings: Settings) -> Iterator[Problem]:
    """A value must not be stale before two polls have had their chance."""
    paces = [
        ("TEMPERATURE", settings.temperature.poll_seconds, "stale_seconds", settings.temperature.stale_seconds),
        ("IOTAWATT", settings.iotawatt.poll_seconds, "[FANS] watts_max_age_seconds", settings.fans.watts_max_age_seconds),
        ("PDU", settings.pdu.poll_seconds, "[POWER] meter_max_age_seconds", settings.power.meter_max_age_seconds),
        ("PDU", settings.pdu.poll_seconds, "lost_minutes", settings.pdu.lost_minutes * 60),
        ("FOREMAN", settings.foreman.poll_seconds, "lost_minutes", settings.foreman.lost_minutes * 60),
        ("FANS", settings.fans.poll_seconds, "lease_seconds", settings.fans.lease_seconds),
    ]
    if settings.meter.site_meter.lower().startswith("iotawatt"):
        paces.append(("IOTAWATT", settings.iotawatt.poll_seconds, "[POWER] meter_max_age_seconds", paces[2][3]))
    for section, poll, limit, seconds in paces:
        if poll * 2 > seconds:
            yield wrong(settings, section, "poll_seconds", f"{poll:g}", f"at most half of {limit} ({seconds:g} s)")


def _meter(settings: Settings) -> Iterator[Problem]:
    meter = settings.meter.site_meter
    if meter in ("", "pdu"):
        return
    if not _READING.match(meter.lower()):
        yield wrong(settings, "METER", "site_meter", meter, "pdu, or device/quantity such as iotawatt-1/site_total")
    unit = re.match(r"iotawatt-(\d+)/", meter.lower())
    if unit and not 1 <= int(unit.group(1)) <= len(settings.apis.iotawatt_ip):
        yield wrong(settings, "METER", "site_meter", meter, "an IoTaWatt that [APIS] iotawatt_ip names")


def _http_loads(settings: Settings) -> Iterator[Problem]:
    for name, section in settings.http_loads.items():
        label = f"HTTP_LOADS {name}"
        if not section.url:
            yield wrong(settings, label, "url", "nothing", "an address that begins with http:// or https://")
        elif section.range and "{address}" not in section.url:
            yield wrong(settings, label, "url", section.url, "an address with {address}, which the range fills")
        if section.range and section.kw == 0:
            yield wrong(settings, label, "kw", "0", "a number above 0 (kW)")
        if section.header and ":" not in section.header:
            yield Problem(settings.origins[f"{label}.header"], f"[{label}] header", "no colon", "Name: value")


def _sensors(settings: Settings) -> Iterator[Problem]:
    for name, sensor in settings.mqtt_sensors.items():
        if not sensor.topic:
            yield wrong(settings, f"MQTT_SENSOR {name}", "topic", "nothing", "a topic such as site/+/temperature")
        if sensor.unit not in ("Cel", "F", "%RH", "W", "kW", "V"):
            yield wrong(settings, f"MQTT_SENSOR {name}", "unit", sensor.unit, "Cel, F, %RH, W, kW or V")


def _networks(settings: Settings) -> Iterator[Problem]:
    for key in ("debug_networks", "critical_networks"):
        for network in getattr(settings.api, key):
            try:
                ipaddress.ip_network(network, strict=False)
            except ValueError:
                yield wrong(settings, "API", key, network, "networks such as 192.168.1.0/24")
