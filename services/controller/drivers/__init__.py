"""The kinds of acting device, written out: kind to the function that makes its driver."""

from collections.abc import Callable

from services.controller.drivers.base import Driver
from services.controller.drivers.foreman import Foreman
from services.controller.drivers.http_load import HttpLoads
from services.controller.drivers.modbus_fans import ModbusFans
from services.controller.drivers.snmp_pdu import SnmpPdu
from services.shared.clock import Clock
from services.shared.settings.tree import Settings


def _foreman(device: str, settings: Settings, clock: Clock) -> Driver:
    del device
    return Foreman(
        settings.apis.foreman_api,
        foreman=settings.foreman,
        loads=settings.loads,
        clock=clock,
        insecure_ok=settings.general.demo,
    )


def _pdu(device: str, settings: Settings, clock: Clock) -> Driver:
    address = settings.apis.pdu_ip[_number(device) - 1]
    return SnmpPdu(address, device=device, pdu=settings.pdu, loads=settings.loads, clock=clock)


def _fans(device: str, settings: Settings, clock: Clock) -> Driver:
    return ModbusFans(settings.apis.fan_relay_ip[_number(device) - 1], device=device, fans=settings.fans, clock=clock)


def _http(device: str, settings: Settings, clock: Clock) -> Driver:
    name = device.removeprefix("http-")
    return HttpLoads(name, section=settings.http_loads[name], loads=settings.loads, clock=clock)


def _number(device: str) -> int:
    return int(device.rpartition("-")[2])


DRIVERS: dict[str, Callable[[str, Settings, Clock], Driver]] = {
    "foreman": _foreman,
    "snmp_pdu": _pdu,
    "modbus_fans": _fans,
    "http_load": _http,
}
