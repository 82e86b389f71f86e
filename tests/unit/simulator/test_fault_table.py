"""The table of faults is that of the code of the devices."""

import re
from pathlib import Path

import pytest

from services.simulator import fault_table
from services.simulator.site import FAULT_KINDS

CODE = Path(fault_table.__file__).parent
_WIRE, _SINK, _AWAY = "devices/http_faults.py", "devices/sink.py", "devices/away.py"
MODULES = {
    "signal": ("devices/signal_page.py", _WIRE),
    "roomalert": ("devices/room_alert.py", "devices/raw_server.py"),
    "iotawatt": ("devices/iotawatt.py", "devices/raw_server.py"),
    "foreman": ("devices/foreman.py", _WIRE),
    "relay": ("devices/modbus_relay.py", "devices/relay_board.py"),
    "pdu": ("devices/snmp_pdu.py",),
    "http": ("devices/http_load.py",),
    "smtp": ("devices/smtp_sink.py", _AWAY),
    "telegram": ("devices/telegram_sink.py", _SINK, _WIRE, _AWAY),
    "sms": ("devices/sms_sink.py", _SINK, _WIRE),
    "webhook": ("devices/webhook_sink.py", _SINK, _WIRE),
    "watcher": ("devices/healthchecks_sink.py", _SINK, _WIRE, _AWAY),
    "fan": ("fans.py",),
    "miner": ("miners.py",),
    "outlet": ("outlets.py",),
}
ASKED = re.compile(r'(?:\.has|\.value|_has|_fault)\([^"()]*(?:f"[^"]*", )?"([a-z_0-9]+)"\)')
DEAD = re.compile(r"_fault\(miner, kind\) .* for kind in \(([^)]*)\)")


def asked_of(module: str) -> set[str]:
    text = (CODE / module).read_text("utf-8")
    return set(ASKED.findall(text)) | {kind for names in DEAD.findall(text) for kind in re.findall(r'"([a-z_0-9]+)"', names)}


@pytest.mark.parametrize("device", fault_table.TABLE)
def test_a_device_knows_the_faults_that_its_code_asks_for(device: str) -> None:
    asked = {kind for module in MODULES[device] for kind in asked_of(module)}
    assert set(fault_table.TABLE[device]) == asked
    assert asked <= set(FAULT_KINDS)


def test_every_fault_is_known_by_something() -> None:
    assert {kind for kinds in fault_table.TABLE.values() for kind in kinds} == set(FAULT_KINDS)


def test_parts_stand_in_the_order_of_their_numbers() -> None:
    told = fault_table.told({"pdu-1", "signal"}, {"fan:10", "fan:2", "outlet:pdu-1/10", "outlet:pdu-1/9"}, {})
    assert list(told["devices"]) == ["pdu-1", "signal", "fan:2", "fan:10", "outlet:pdu-1/9", "outlet:pdu-1/10"]
    assert told["devices"]["fan:2"] == ("lie", "offline", "stuck")
