"""The driver of fans on a Modbus relay board against a fake board on a real TCP socket."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymodbus.client import AsyncModbusTcpClient

from services.controller.core.orders import Act, Order
from services.controller.drivers.base import FanFact
from services.controller.drivers.modbus_fans import ModbusFans
from services.shared.clock import Clock
from services.shared.device import DeviceError, Nonsense, Refused, Unreachable
from services.shared.settings import sections
from services.shared.vocabulary import PowerState
from services.simulator.devices.modbus_relay import FakeModbusRelay
from services.simulator.site import Faults
from tests.waiting import until

ON, OFF, UNKNOWN = PowerState.ON, PowerState.OFF, PowerState.UNKNOWN


@dataclass
class Wall:
    """The fans' side of a relay board: coils, and a clock that runs `speed` times faster than life."""

    speed: float = 1.0
    coils: dict[int, bool] = field(default_factory=dict)
    moves: list[tuple[int, bool]] = field(default_factory=list)

    def now_s(self) -> float:
        return time.monotonic() * self.speed

    def coil(self, board: str, channel: int) -> bool:
        return self.coils.get(channel, False)

    def set_coil(self, board: str, channel: int, energised: bool) -> None:
        self.coils[channel] = energised
        self.moves.append((channel, energised))

    def runs(self, fan: int, wiring: str) -> bool:
        return self.coils.get(fan - 1, False) is (wiring == "no")


@dataclass
class Bench:
    wall: Wall
    faults: Faults
    board: FakeModbusRelay
    driver: ModbusFans
    port: int

    async def relays(self) -> list[PowerState]:
        return [fact.relay for fact in await self.driver.poll(1.0) if isinstance(fact, FanFact)]

    async def switch(self, fan: int, act: Act, lease_s: float | None = None) -> str:
        return await self.driver.send(order(f"fan-{fan}", act, lease_s))


def order(target: str, act: Act, lease_s: float | None = None, device: str = "relay-1", expires_in_s: float = 30.0) -> Order:
    return Order(device, act, target, expires_mono_s=Clock().now().mono_s + expires_in_s, lease_s=lease_s)


def wired(wiring: str | tuple[str, ...], count: int = 8, **more: Any) -> sections.Fans:
    words = (wiring,) if isinstance(wiring, str) else wiring
    return sections.Fans(count=count, wiring=words, **more)


@contextlib.asynccontextmanager
async def bench(fans: sections.Fans, speed: float = 1.0, **board: Any) -> AsyncIterator[Bench]:
    wall, faults = Wall(speed), Faults()
    fake = FakeModbusRelay(wall, faults, "relay-1", **board)  # type: ignore[arg-type]
    port = await fake.start("127.0.0.1", 0)
    driver = ModbusFans(f"127.0.0.1:{port}", device="relay-1", fans=fans, clock=Clock())
    driver._link._timeout_s = 0.3
    try:
        yield Bench(wall, faults, fake, driver, port)
    finally:
        await driver.close()
        await fake.stop()


@pytest.mark.asyncio
async def test_the_frames_are_those_of_the_makers_manual_byte_by_byte() -> None:
    async with bench(wired("no")) as b:
        await b.switch(3, Act.FAN_ON)
        assert await b.relays() == [OFF, OFF, ON, OFF, OFF, OFF, OFF, OFF]
        await b.switch(1, Act.FAN_OFF, lease_s=120)
        assert [frame.hex(" ") for frame in b.board.requests] == [
            "00 01 00 00 00 06 01 05 00 02 ff 00",
            "00 02 00 00 00 06 01 01 00 00 00 08",
            "00 03 00 00 00 06 01 05 04 00 04 b0",
        ]


@pytest.mark.asyncio
@pytest.mark.parametrize(("wiring", "on_word", "flash"), [("nc", 0x0000, 0x0200), ("no", 0xFF00, 0x0400)])
async def test_a_fan_runs_and_stops_by_either_wiring(wiring: str, on_word: int, flash: int) -> None:
    async with bench(wired(wiring)) as b:
        await b.switch(3, Act.FAN_ON)
        assert b.wall.runs(3, wiring)
        assert (await b.relays())[2] is ON
        await b.switch(3, Act.FAN_OFF, lease_s=90.04)
        assert not b.wall.runs(3, wiring)
        assert (await b.relays())[2] is OFF
        words = [(int.from_bytes(f[8:10], "big"), int.from_bytes(f[10:12], "big")) for f in b.board.requests if f[7] == 5]
        assert words == [(2, on_word), (flash + 2, 900)]
        await b.switch(3, Act.FAN_ON)
        assert (await b.relays())[2] is ON


@pytest.mark.asyncio
async def test_each_fan_may_have_its_own_wiring_and_an_unwired_one_is_read_only() -> None:
    async with bench(wired(("nc", "no", "unset"), count=3)) as b:
        assert await b.relays() == [ON, OFF, UNKNOWN]
        for act in (Act.FAN_ON, Act.FAN_OFF):
            with pytest.raises(Refused, match="wiring"):
                await b.switch(3, act, lease_s=60)
        assert b.wall.moves == []


@pytest.mark.asyncio
async def test_without_any_wiring_no_fan_is_ever_switched() -> None:
    async with bench(wired(())) as b:
        assert await b.relays() == [UNKNOWN] * 8
        for fan in range(1, 9):
            with pytest.raises(Refused):
                await b.switch(fan, Act.FAN_ON)
        assert all(frame[7] == 1 for frame in b.board.requests)


@pytest.mark.asyncio
@pytest.mark.parametrize("wiring", ["nc", "no"])
async def test_when_the_controller_dies_each_fan_comes_back_by_itself(wiring: str) -> None:
    async with bench(wired(wiring, count=9), speed=200) as b:
        for fan in range(1, 10):
            await b.switch(fan, Act.FAN_OFF, lease_s=120 + 10 * fan)
        assert [b.wall.runs(fan, wiring) for fan in range(1, 10)] == [False] * 9
        await b.driver.close()
        await until(lambda: all(b.wall.runs(fan, wiring) for fan in range(1, 10)), what="all fans run again")
        back = [channel for channel, _ in b.wall.moves[9:]]
        assert back == list(range(9)), "leases of different length bring the fans back one after another"


@pytest.mark.asyncio
@pytest.mark.parametrize("blip", [False, True])
async def test_a_renewed_lease_begins_anew(blip: bool) -> None:
    async with bench(wired("nc"), speed=100, blip=blip) as b:
        await b.switch(1, Act.FAN_OFF, lease_s=50)
        began_s = b.wall.now_s()
        await until(lambda: b.wall.now_s() - began_s > 30)
        await b.switch(1, Act.FAN_OFF, lease_s=50)
        renewed_s = b.wall.now_s()
        await until(lambda: b.wall.runs(1, "nc"))
        assert b.wall.now_s() - renewed_s > 45
        assert b.wall.moves == [(0, True)] + ([(0, False)] if blip else []) + [(0, True), (0, False)]


@pytest.mark.asyncio
async def test_on_cancels_a_running_lease() -> None:
    async with bench(wired("no"), speed=500) as b:
        await b.switch(1, Act.FAN_OFF, lease_s=60)
        await b.switch(1, Act.FAN_ON)
        ended_s = b.wall.now_s() + 90
        await until(lambda: b.wall.now_s() > ended_s)
        assert b.wall.moves == [(0, False), (0, True)]


@pytest.mark.asyncio
@pytest.mark.parametrize("lease_s", [None, 0.0, -5.0, float("nan"), float("inf"), 0.04])
async def test_off_without_a_lease_is_refused(lease_s: float | None) -> None:
    async with bench(wired("nc")) as b:
        with pytest.raises(Refused, match="lease"):
            await b.switch(1, Act.FAN_OFF, lease_s=lease_s)
        assert b.board.requests == []


@pytest.mark.asyncio
@pytest.mark.parametrize(("lease_s", "word"), [(9999.0, 0x7FFF), (3276.7, 0x7FFF), (2176.0, 0x54FF), (0.1, 1)])
async def test_a_lease_is_never_longer_than_the_board_counts_and_never_the_word_of_a_toggle(lease_s: float, word: int) -> None:
    async with bench(wired("nc")) as b:
        await b.switch(1, Act.FAN_OFF, lease_s=lease_s)
        assert int.from_bytes(b.board.requests[0][10:12], "big") == word


@pytest.mark.asyncio
async def test_a_fan_of_another_board_is_refused_and_not_read() -> None:
    channels = ("relay-2/1", "relay-1/12", "relay-2/3")
    async with bench(wired("nc", count=3, channels=channels)) as b:
        facts = await b.driver.poll(7.0)
        assert facts == [FanFact(2, 7.0, ON)]
        assert b.board.requests[0].hex() == "000100000006" + "01" + "01" + "0000" + "000c"
        for target in ("fan-1", "fan-3", "fan-4", "fan-", "fan-²", "m1", ""):
            with pytest.raises(Refused):
                await b.driver.send(order(target, Act.FAN_ON))
        for wrong in (order("fan-2", Act.FAN_ON, device="relay-2"), order("fan-2", Act.OUTLET_OFF), order("fan-2", Act.SLEEP)):
            with pytest.raises(Refused):
                await b.driver.send(wrong)
        with pytest.raises(Refused, match="expired"):
            await b.driver.send(order("fan-2", Act.FAN_ON, expires_in_s=-1))
        await b.switch(2, Act.FAN_OFF, lease_s=60)
        assert b.wall.moves == [(11, True)]


@pytest.mark.asyncio
async def test_a_board_exception_is_refused_by_its_name() -> None:
    async with bench(wired("nc")) as b:
        b.faults.set("relay-1", "error")
        for attempt in (b.driver.poll(1.0), b.switch(1, Act.FAN_ON)):
            with pytest.raises(Refused, match=r"4 .server device failure"):
                await attempt
    async with bench(wired("nc", count=9), channels=8) as b:
        with pytest.raises(Refused, match=r"2 .illegal data address"):
            await b.driver.poll(1.0)


@pytest.mark.asyncio
@pytest.mark.parametrize(("fault", "error"), [
    ("hang", Unreachable), ("reset", Unreachable), ("refuse", Unreachable), ("offline", Unreachable),
    ("garbage", Nonsense), ("truncated", Nonsense), ("huge", Nonsense),
])  # fmt: skip
async def test_a_sick_board_is_a_device_error_and_a_healthy_one_is_read_again(fault: str, error: type[DeviceError]) -> None:
    async with bench(wired("nc")) as b:
        b.faults.set("relay-1", fault)
        for attempt in (b.driver.poll(1.0), b.switch(1, Act.FAN_ON)):
            with pytest.raises(error):
                await attempt
        b.faults.clear()
        assert await b.relays() == [ON] * 8


@pytest.mark.asyncio
async def test_a_board_that_lost_power_is_read_again_without_an_error() -> None:
    async with bench(wired("no")) as b:
        await b.switch(1, Act.FAN_ON)
        await b.board.power_cycle()
        assert (await b.relays())[0] is OFF


@pytest.mark.asyncio
async def test_the_echo_of_a_lie_and_of_a_stuck_relay_prove_nothing() -> None:
    async with bench(wired("nc")) as b:
        b.faults.set("relay-1", "lie")
        await b.switch(1, Act.FAN_OFF, lease_s=60)
        assert (await b.relays())[0] is ON
        b.faults.clear()
        b.faults.set("relay-1", "stuck")
        await b.switch(1, Act.FAN_OFF, lease_s=60)
        assert (await b.relays())[0] is OFF, "the register follows"
        assert b.wall.runs(1, "nc"), "and the fan runs on: its watts alone tell"


@pytest.mark.asyncio
async def test_one_connection_serves_all_requests_in_turn() -> None:
    async with bench(wired("nc")) as b:
        await asyncio.gather(*(b.switch(fan, Act.FAN_OFF, lease_s=60) for fan in range(1, 9)), b.driver.poll(1.0))
        assert b.board.sockets == 1
        assert len(b.board.requests) == 9
        assert not any(b.wall.runs(fan, "nc") for fan in range(1, 9))


@pytest.mark.asyncio
async def test_others_that_hold_the_sockets_of_the_board_do_not_break_us() -> None:
    async with bench(wired("nc")) as b:
        others = [await asyncio.open_connection("127.0.0.1", b.port) for _ in range(4)]
        await until(lambda: b.board.sockets == 4)
        with pytest.raises(Unreachable):
            await b.driver.poll(1.0)
        others.pop()[1].close()
        await until(lambda: b.board.sockets == 3)
        assert await b.relays() == [ON] * 8
        for _, writer in others:
            writer.close()
            await writer.wait_closed()


@pytest.mark.asyncio
async def test_the_fake_board_speaks_to_a_master_that_is_not_ours() -> None:
    async with bench(wired("nc"), channels=8) as b:
        client = AsyncModbusTcpClient("127.0.0.1", port=b.port, timeout=2, retries=0, reconnect_delay=0)
        try:
            assert await client.connect()
            await client.write_coil(2, True, device_id=1)
            await client.write_coils(4, [True, False, True], device_id=1)
            read = await client.read_coils(0, count=8, device_id=1)
            assert read.bits[:8] == [False, False, True, False, True, False, True, False]
            assert (await client.read_holding_registers(0x8000, count=1, device_id=1)).registers == [0x0064]
            assert (await client.read_coils(0, count=9, device_id=1)).exception_code == 2
        finally:
            client.close()


async def ask_babbler(reply: Callable[[bytes], bytes], act: Callable[[ModbusFans], Any]) -> Any:
    """What the driver makes of a board that answers each request with `reply` and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            writer.write(reply(await reader.readexactly(12)))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    driver = ModbusFans(f"127.0.0.1:{port}", device="relay-1", fans=wired("nc"), clock=Clock())
    try:
        return await act(driver)
    except DeviceError as problem:
        return problem
    finally:
        await driver.close()
        server.close()
        await server.wait_closed()


@pytest.mark.asyncio
@pytest.mark.parametrize("change", ["0000", "ff00", "0000000600", "5500"])
async def test_an_echo_that_differs_is_no_acknowledgement(change: str) -> None:
    tail = bytes.fromhex(change)
    outcome = await ask_babbler(lambda r: r[: -len(tail)] + tail, lambda d: d.send(order("fan-1", Act.FAN_OFF, 60)))
    assert isinstance(outcome, Nonsense)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "answer", ["0000000301" + "0100", "0000000401" + "010200", "0000000501" + "01010000", "0000000301" + "0101"]
)
async def test_too_few_or_too_many_coils_are_no_reading(answer: str) -> None:
    outcome = await ask_babbler(lambda r: r[:2] + bytes.fromhex(answer), lambda d: d.poll(1.0))
    assert isinstance(outcome, Nonsense)


@pytest.mark.asyncio
async def test_the_answers_to_another_master_are_passed_over() -> None:
    foreign = bytes.fromhex("7777" + "0000000401" + "0101ff")
    outcome = await ask_babbler(lambda r: foreign + r[:2] + bytes.fromhex("0000000401010101"), lambda d: d.poll(1.0))
    assert [fact.relay for fact in outcome] == [OFF] + [ON] * 7
    assert isinstance(await ask_babbler(lambda r: foreign * 99, lambda d: d.poll(1.0)), Nonsense)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.binary(max_size=40), st.sampled_from(["bare", "numbered", "framed"]))
def test_random_bytes_from_a_board_are_a_device_error(noise: bytes, shape: str) -> None:
    heads = {"bare": lambda r: b"", "numbered": lambda r: r[:4], "framed": lambda r: r[:4] + bytes([0, len(noise) + 1, 1])}
    outcome = asyncio.run(ask_babbler(lambda r: heads[shape](r) + noise, lambda d: d.send(order("fan-1", Act.FAN_OFF, 60))))
    assert isinstance(outcome, DeviceError)


@pytest.mark.parametrize(("more", "words"), [
    ({"wiring": ("no", "nc")}, "wiring: none for fan 3"),
    ({"wiring": ("nu",)}, "allowed: nc or no"),
    ({"channels": ("relay-1/1",)}, "channels: none for fan 2"),
    ({"channels": ("relay-1/0", "relay-1/2", "relay-1/3")}, "found 'relay-1/0'"),
    ({"channels": ("1", "relay-1/2", "relay-1/3")}, "found '1'"),
    ({"channels": ("relay-1/2", "relay-1/2", "relay-1/3")}, "share a channel"),
])  # fmt: skip
def test_a_map_of_fans_that_cannot_be_meant_stops_the_start(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ModbusFans("127.0.0.1", device="relay-1", fans=sections.Fans(count=3, **more), clock=Clock())
