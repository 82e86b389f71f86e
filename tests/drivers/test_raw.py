"""What each kind of connection shows while somebody asked for raw answers: on real sockets, good answers and bad ones."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from services.collector.drivers import raw_http
from services.collector.drivers.mqtt_sensor import MqttSensor
from services.controller.drivers.modbus_wire import ModbusLink
from services.controller.drivers.snmp_wire import SnmpClient
from services.shared import raw
from services.shared.clock import Clock
from services.shared.device import Nonsense, Refused, Unreachable
from services.shared.http import HttpClient
from services.shared.messages import Lease, Raw
from services.shared.raw_tap import Tap
from services.shared.settings import sections
from services.shared.settings.tree import Settings
from services.shared.vocabulary import LeaseKind
from services.simulator.devices.modbus_relay import FakeModbusRelay
from services.simulator.devices.snmp_pdu import FakeSnmpPdu
from services.simulator.site import Faults
from tests.drivers.foreign import FakeTopics
from tests.drivers.test_http_load import SECRET, yard
from tests.drivers.test_modbus_fans import Wall
from tests.drivers.test_snmp_pdu import Rack
from tests.ports import free_port
from tests.unit.controller.parts import KeptBus

pytestmark = pytest.mark.asyncio
WRITE = SecretStr("write-community")
OUTLET_1 = "1.3.6.1.4.1.318.1.1.26.9.2.4.1.5.1"
SETTINGS = Settings(
    pdu=sections.Pdu(community_write=WRITE), http_loads={"containers": sections.HttpLoads(secret=SecretStr(SECRET))}
)


def texts(device: str = "it") -> list[str]:
    """From now on all that is shown of a device, in the task of the test and its own."""
    bus, clock = KeptBus(), Clock("yes")
    tap, now_s = Tap(bus, clock, SETTINGS), time.time()
    payload = json.dumps({"device": device})
    tap.hold([Lease(id="a", kind=LeaseKind.RAW, owner="ann", reason="", from_at=now_s, until_at=now_s + 60, payload=payload)])
    raw.install(tap)
    raw.about(device)
    shown: list[str] = []
    bus.publish = lambda message: shown.append(message.text) if isinstance(message, Raw) else None  # type: ignore[method-assign]
    return shown


@asynccontextmanager
async def said(answer: bytes) -> AsyncIterator[int]:
    """A server that says this to whatever it is asked, and closes."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_old_firmware_without_a_head_is_shown_as_it_came_and_so_is_what_is_no_http() -> None:
    shown = texts()
    async with said(b'{name:"Hall",uptime:1}') as port:
        await raw_http.get("127.0.0.1", port, "/getData.json", deadline_s=2)
    async with said(b"SSH-2.0-OpenSSH_9.2\r\n") as port:
        with pytest.raises(Nonsense):
            await raw_http.get("127.0.0.1", port, "/getData.json", deadline_s=2)
    assert shown[0].startswith("GET /getData.json, 0.") and shown[0].endswith('no head, 22 bytes\n\n{name:"Hall",uptime:1}')
    assert shown[1].endswith("no head, 21 bytes\n\nSSH-2.0-OpenSSH_9.2\r\n")


async def test_what_does_not_answer_is_shown_with_the_reason() -> None:
    shown, client = texts(), HttpClient(deadline_s=2)
    port = free_port()
    with pytest.raises(Unreachable):
        await client.request("GET", f"http://127.0.0.1:{port}/status?key=hidden")
    await client.close()
    assert [text.partition(", ")[0] for text in shown] == ["GET /status?key=***"]
    assert shown[0].endswith("\nno answer: connection refused")


async def test_a_card_shows_its_objects_its_errors_and_never_a_community() -> None:
    faults = Faults()
    card = FakeSnmpPdu(Rack(), faults, "pdu-1", community_write=WRITE.get_secret_value())
    port = await card.start("127.0.0.1", 0)
    client = SnmpClient("127.0.0.1", port, version="2c", read=SecretStr("public"), write=WRITE, timeout_s=0.2)
    shown = texts()
    await client.get([OUTLET_1, "1.3.6.1.9.9"])
    faults.set("pdu-1", "unauthorised")
    with pytest.raises(Refused):
        await client.set(OUTLET_1, 1)
    faults.set("pdu-1", "garbage")
    with pytest.raises(Nonsense):
        await client.get([OUTLET_1])
    client.close()
    await card.stop()
    assert shown[0].startswith("GET 2 objects, ")
    assert f"\nnoError(0), index 0\n{OUTLET_1} = " in shown[0] and shown[0].endswith("\n1.3.6.1.9.9 = no number")
    assert f"SET {OUTLET_1} = 1, " in shown[1] and "\nnoAccess(6)" in shown[1]
    assert "that is no SNMP response" in shown[2]
    assert not [text for text in shown if "community" in text or "public" in text]


async def test_a_board_shows_its_frames_in_hex_and_in_words() -> None:
    faults, wall = Faults(), Wall(coils={0: True, 8: True})
    board = FakeModbusRelay(wall, faults, "relay-1")
    link = ModbusLink("127.0.0.1", await board.start("127.0.0.1", 0), unit=1, timeout_s=1)
    shown = texts()
    await link.read_coils(9)
    await link.write_coil(1, 0xFF00)
    faults.set("relay-1", "error")
    with pytest.raises(Refused):
        await link.read_coils(9)
    link.close()
    await board.stop()
    lines = [text.splitlines() for text in shown]
    assert [sent.partition(", ")[0] for sent, _ in lines] == [
        "01 00 00 00 09: read 9 coils from 0",
        "05 00 01 ff 00: write 0xff00 to coil address 0x0001",
        "01 00 00 00 09: read 9 coils from 0",
    ]
    assert [came for _, came in lines] == [
        "01 02 01 01: coils from 0, one digit each: 1000000010000000",
        "05 00 01 ff 00: the echo",
        "81 04: Modbus exception 4 (server device failure)",
    ]


async def test_loads_that_are_read_in_tasks_of_their_own_are_shown_five_a_second_and_without_the_secret() -> None:
    async with yard(20, header="X-Key: {secret}", secret=SecretStr(SECRET)) as it:
        shown = texts()
        await it.driver.poll(1.0)
    assert len(shown) == 5
    assert all(text.startswith("GET /status, 0.") and "HTTP 200" in text and SECRET not in text for text in shown)


async def test_a_message_that_is_held_back_is_shown_with_its_reason_though_it_makes_no_reading() -> None:
    topics = FakeTopics()
    section = sections.MqttSensor(topic="barn/+", heartbeat_seconds=0.05)
    shown = texts("barn")
    driver = MqttSensor("barn", section, temperature=sections.Temperature(), topics=topics, clock=Clock())
    topics.say("barn/x", "21.0", retained=True)
    topics.say("barn/x", "21.5", first=True)
    topics.say("barn/x", b"\xff\x00")
    assert shown == [
        "barn/x (retained)\na message, 4 bytes\n\n21.0",
        "barn/x (the first since the connect)\na message, 4 bytes\n\n21.5",
        "barn/x\na message, 2 bytes\n\n\ufffd\x00",
    ]
    await driver.close()


async def test_nobody_is_shown_what_another_device_answers() -> None:
    shown = texts("pdu-1")
    raw.about("pdu-2")
    async with said(b"HTTP/1.0 200 OK\r\n\r\nx") as port:
        await raw_http.get("127.0.0.1", port, "/", deadline_s=2)
    assert shown == []
