"""The SNMP PDU driver against a fake card on a real UDP socket."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pydantic import SecretStr
from pysnmp.hlapi.v1arch.asyncio import (
    CommunityData,
    ObjectIdentity,
    ObjectType,
    SnmpDispatcher,
    UdpTransportTarget,
    get_cmd,
)
from pysnmp.proto import api

from services.controller.core.orders import Act, Order
from services.controller.drivers.base import LoadFact, PowerFact
from services.controller.drivers.pdu_profiles import PROFILES
from services.controller.drivers.snmp_pdu import SnmpPdu
from services.shared.clock import Clock
from services.shared.device import DeviceError, Nonsense, Refused, Unreachable
from services.shared.settings import sections
from services.shared.settings.tree import LoadRow
from services.shared.vocabulary import LoadKind, PowerState
from services.simulator.devices.snmp_pdu import FakeSnmpPdu
from services.simulator.site import Faults
from tests.waiting import until

ON, OFF, UNKNOWN = PowerState.ON, PowerState.OFF, PowerState.UNKNOWN
GENERATION_2 = "1.3.6.1.4.1.318.1.1.26"
QUICK = {"timeout_seconds": 0.05, "settle_seconds": 0.5}


@dataclass
class Rack:
    """A PDU of outlets with 3,300 W on each closed one."""

    count: int = 8
    speed: float = 1.0
    open: set[int] = field(default_factory=set)

    def outlets(self, pdu: str) -> int:
        return self.count

    def outlet_on(self, pdu: str, outlet: int) -> bool:
        return outlet not in self.open

    def set_outlet(self, pdu: str, outlet: int, on: bool) -> None:
        (self.open.discard if on else self.open.add)(outlet)

    def outlet_watts(self, pdu: str, outlet: int) -> float:
        return 3300.0 if self.outlet_on(pdu, outlet) else 0.0


@dataclass
class Bench:
    rack: Rack
    faults: Faults
    card: FakeSnmpPdu
    driver: SnmpPdu

    async def load(self, name: str) -> LoadFact:
        facts = await self.driver.poll(1.0)
        return next(fact for fact in facts if isinstance(fact, LoadFact) and fact.name == name)

    async def power(self) -> PowerFact | None:
        return next((fact for fact in await self.driver.poll(1.0) if isinstance(fact, PowerFact)), None)

    async def switch(self, name: str, act: Act, **more: Any) -> str:
        return await self.driver.send(order(name, act, **more))


def order(name: str, act: Act, device: str = "pdu-1", expires_in_s: float = 30.0) -> Order:
    return Order(device, act, name, expires_mono_s=Clock().now().mono_s + expires_in_s)


def row(name: str, outlet: int | None, pdu: str = "pdu-1", protected: bool = False) -> LoadRow:
    return LoadRow(name, LoadKind.FOREMAN, "g", "main", 3.3, pdu=pdu, outlet=outlet, protected=protected)


def rows(count: int = 3) -> list[LoadRow]:
    return [row(f"m{n}", n) for n in range(1, count + 1)]


@contextlib.asynccontextmanager
async def bench(
    loads: list[LoadRow] | None = None, outlets: int = 8, pdu: dict[str, Any] | None = None, **card: Any
) -> AsyncIterator[Bench]:
    rack, faults = Rack(outlets), Faults()
    fake = FakeSnmpPdu(rack, faults, "pdu-1", **card)  # type: ignore[arg-type]
    port = await fake.start("127.0.0.1", 0)
    config = sections.Pdu(**{"profile": card.get("profile", "apc_rpdu2"), **QUICK, **(pdu or {})})
    driver = SnmpPdu(f"127.0.0.1:{port}", device="pdu-1", pdu=config, loads=rows() if loads is None else loads, clock=Clock())
    try:
        yield Bench(rack, faults, fake, driver)
    finally:
        await driver.close()
        await fake.stop()


@pytest.mark.asyncio
async def test_on_generation_2_an_on_outlet_reads_2_and_is_written_1() -> None:
    async with bench() as b:
        b.rack.open = {2}
        assert [fact.outlet for fact in await b.driver.poll(1.0) if isinstance(fact, LoadFact)] == [ON, OFF, ON]
        await b.switch("m2", Act.OUTLET_ON)
        await b.switch("m3", Act.OUTLET_OFF)
        assert b.card.sets == [(f"{GENERATION_2}.9.2.4.1.5.2", 1), (f"{GENERATION_2}.9.2.4.1.5.3", 2)]
        assert b.rack.open == {3}
        assert [fact.outlet for fact in await b.driver.poll(1.0) if isinstance(fact, LoadFact)] == [ON, ON, OFF]


@pytest.mark.asyncio
@pytest.mark.parametrize("version", ["1", "2c"])
@pytest.mark.parametrize("make", PROFILES)
async def test_each_make_opens_and_closes_the_outlet_that_is_meant(make: str, version: str) -> None:
    async with bench(profile=make, pdu={"snmp_version": version}) as b:
        for act, state, opened in ((Act.OUTLET_OFF, OFF, {2}), (Act.OUTLET_ON, ON, set())):
            await b.switch("m2", act)
            assert b.rack.open == opened
            assert (await b.load("m2")).outlet is state
            assert (await b.load("m1")).outlet is ON


@pytest.mark.asyncio
@pytest.mark.parametrize(("make", "watts", "kw"), [
    ("apc_rpdu2", 3300.0, 26.4), ("apc_rpdu", None, 26.4), ("raritan", 3300.0, 26.4), ("sentry4", 3300.0, 9.9),
    ("geist", 3300.0, 9.9), ("cyberpower", None, None),
])  # fmt: skip
async def test_watts_and_power_come_in_their_units_from_each_make(make: str, watts: float | None, kw: float | None) -> None:
    async with bench(profile=make) as b:
        for _ in range(2):  # what the first poll learns of the card serves the second
            assert (await b.load("m1")).watts == (watts if watts is None else pytest.approx(watts))
            power = await b.power()
            assert (power and power.kw) == (kw if kw is None else pytest.approx(kw))


@pytest.mark.asyncio
async def test_every_fact_carries_the_moment_its_poll_began() -> None:
    async with bench() as b:
        assert {fact.poll_started_mono_s for fact in await b.driver.poll(1234.5)} == {1234.5}


@pytest.mark.asyncio
async def test_unlisted_and_protected_outlets_never_move() -> None:
    loads = [row("m1", 1), row("safe", 2, protected=True), row("twin", 2), row("other", 3, pdu="pdu-2"), row("bare", None)]
    async with bench(loads) as b:
        for name in ("safe", "twin", "other", "bare", "nobody", "", "pdu-1/4"):
            for act in (Act.OUTLET_OFF, Act.OUTLET_ON):
                with pytest.raises(Refused):
                    await b.switch(name, act)
        assert b.card.sets == []
        assert (await b.load("safe")).outlet is ON


@pytest.mark.asyncio
async def test_orders_for_another_device_or_another_act_are_refused() -> None:
    async with bench() as b:
        for act in (Act.SLEEP, Act.WAKE, Act.FAN_OFF, Act.FAN_ON):
            with pytest.raises(Refused):
                await b.switch("m1", act)
        with pytest.raises(Refused):
            await b.switch("m1", Act.OUTLET_OFF, device="pdu-2")
        with pytest.raises(Refused, match="expired"):
            await b.switch("m1", Act.OUTLET_OFF, expires_in_s=-1)
        assert b.card.sets == []


@pytest.mark.asyncio
@pytest.mark.parametrize("late_s", [0.0, 0.4])
async def test_an_error_although_it_switched_is_read_back_as_done(late_s: float) -> None:
    async with bench() as b:
        b.faults.set("pdu-1", "error")
        b.faults.set("pdu-1", "late", late_s)
        assert "although the SET ended with: SNMP error genErr(5)" in await b.switch("m1", Act.OUTLET_OFF)
        assert b.rack.open == {1}
        assert len(b.card.sets) == 1


@pytest.mark.asyncio
async def test_a_set_that_was_obeyed_without_an_answer_is_read_back_as_done_and_not_sent_twice() -> None:
    async with bench() as b:
        b.faults.set("pdu-1", "hang", "sets")
        assert "although" in await b.switch("m1", Act.OUTLET_OFF)
        assert b.rack.open == {1}
        assert len(b.card.sets) == 1


@pytest.mark.asyncio
async def test_an_error_that_switched_nothing_is_refused_with_its_name() -> None:
    async with bench() as b:
        b.faults.set("pdu-1", "unauthorised")
        with pytest.raises(Refused, match="noAccess"):
            await b.switch("m1", Act.OUTLET_OFF)
        assert len(b.card.sets) == 1


@pytest.mark.asyncio
async def test_a_wrong_community_is_silence_and_not_a_crash() -> None:
    async with bench(pdu={"community_read": "guessed-wrong", "community_write": "guessed-wrong"}) as b:
        for attempt in (b.driver.poll(1.0), b.switch("m1", Act.OUTLET_OFF)):
            with pytest.raises(Unreachable) as caught:
                await attempt
            assert "guessed-wrong" not in str(caught.value)
        assert b.card.sets == []


@pytest.mark.asyncio
async def test_a_wrong_write_community_alone_is_named_as_the_likely_cause() -> None:
    async with bench(pdu={"community_write": "guessed-wrong"}) as b:
        with pytest.raises(Unreachable, match="write community"):
            await b.switch("m1", Act.OUTLET_OFF)
        assert b.rack.open == set()


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["lie", "stuck"])
async def test_an_acknowledgement_is_not_believed_where_nothing_moved(fault: str) -> None:
    async with bench() as b:
        b.faults.set("pdu-1", fault)
        await b.switch("m1", Act.OUTLET_OFF)
        fact = await b.load("m1")
        assert fact.outlet is (ON if fault == "lie" else OFF)
        assert fact.watts == 3300.0


@pytest.mark.asyncio
async def test_a_late_outlet_reads_on_until_it_moves() -> None:
    async with bench() as b:
        b.faults.set("pdu-1", "late", 0.2)
        await b.switch("m1", Act.OUTLET_OFF)
        assert (await b.load("m1")).outlet is ON

        async def opened() -> bool:
            return (await b.load("m1")).outlet is OFF

        await until(opened)


@pytest.mark.asyncio
@pytest.mark.parametrize("version", ["1", "2c"])
async def test_a_card_that_meters_nothing_is_read_without_watts_and_not_asked_each_time(version: str) -> None:
    async with bench(metered=False, pdu={"snmp_version": version}) as b:
        assert (await b.load("m1")).watts is None
        assert (await b.load("m1")).outlet is ON
        before = b.card.gets
        await b.driver.poll(2.0)
        assert b.card.gets == before + 1


@pytest.mark.asyncio
async def test_minus_one_is_no_value_and_the_watts_return_when_the_card_has_them_again() -> None:
    async with bench() as b:
        b.faults.set("pdu-1", "nan")
        assert (await b.load("m1")).watts is None
        assert await b.power() is None
        b.faults.clear()
        facts = await b.driver.poll(700.0)
        assert next(fact.watts for fact in facts if isinstance(fact, LoadFact)) == 3300.0


@pytest.mark.asyncio
async def test_an_outlet_beyond_the_last_is_unknown_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    for version in ("1", "2c"):
        caplog.clear()
        async with bench([row("m1", 1), row("lost", 30)], pdu={"snmp_version": version}) as b:
            fact = await b.load("lost")
            assert (fact.outlet, fact.watts) == (UNKNOWN, None)
            assert (await b.load("m1")).outlet is ON
            assert [r.message for r in caplog.records] == ["pdu-1 has 8 outlets, loads.csv lists [30]"]


@pytest.mark.asyncio
async def test_a_card_that_answers_few_objects_at_once_is_asked_for_fewer() -> None:
    async with bench(rows(24), outlets=24, max_varbinds=7) as b:
        facts = await b.driver.poll(1.0)
        assert [fact.outlet for fact in facts if isinstance(fact, LoadFact)] == [ON] * 24


@pytest.mark.asyncio
@pytest.mark.parametrize(("fault", "error"), [
    ("hang", Unreachable), ("offline", Unreachable), ("garbage", Nonsense), ("truncated", Nonsense), ("huge", Nonsense),
])  # fmt: skip
async def test_a_sick_card_is_a_device_error_and_a_healthy_one_is_read_again(fault: str, error: type[DeviceError]) -> None:
    async with bench() as b:
        b.faults.set("pdu-1", fault)
        with pytest.raises(error):
            await b.driver.poll(1.0)
        b.faults.clear()
        assert (await b.load("m1")).outlet is ON


@pytest.mark.asyncio
async def test_a_port_where_nothing_listens_is_unreachable_at_once() -> None:
    async with bench(pdu={"timeout_seconds": 20}) as b:
        await b.card.stop()
        async with asyncio.timeout(5):
            with pytest.raises(Unreachable):
                await b.driver.poll(1.0)


@pytest.mark.asyncio
async def test_polling_and_switching_at_once_never_has_two_requests_under_way() -> None:
    async with bench(rows(8), pdu={"timeout_seconds": 2}) as b:
        b.faults.set("pdu-1", "slow", 0.01)
        acts = [b.switch(f"m{n}", Act.OUTLET_OFF) for n in range(1, 9)]
        await asyncio.gather(*acts, *(b.driver.poll(1.0) for _ in range(4)))
        assert b.rack.open == set(range(1, 9))
        assert [value for _, value in b.card.sets] == [2] * 8


@pytest.mark.asyncio
async def test_a_poll_that_is_cut_short_leaves_the_next_one_whole() -> None:
    async with bench(pdu={"timeout_seconds": 2}) as b:
        b.faults.set("pdu-1", "slow", 0.2)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await b.driver.poll(1.0)
        b.faults.clear()
        assert (await b.load("m1")).outlet is ON


@pytest.mark.asyncio
async def test_a_pdu_without_listed_loads_still_tells_that_it_lives() -> None:
    async with bench([], profile="cyberpower") as b:
        assert await b.driver.poll(1.0) == []
        b.faults.set("pdu-1", "hang")
        with pytest.raises(Unreachable):
            await b.driver.poll(1.0)


def test_an_unknown_make_stops_the_start() -> None:
    with pytest.raises(ValueError, match="apc_rpdu2"):
        SnmpPdu("127.0.0.1", device="pdu-1", pdu=sections.Pdu(profile="acme"), loads=[], clock=Clock())


@pytest.mark.asyncio
async def test_the_fake_card_speaks_to_a_manager_that_is_not_ours() -> None:
    async with bench() as b:
        peer = b.driver._snmp._peer
        dispatcher = SnmpDispatcher()
        try:
            target = await UdpTransportTarget.create(peer, timeout=2, retries=0)
            for model in (0, 1):
                for oid, text in ((".2.1.8.1", "AP8941"), (".9.2.3.1.5.3", "2"), (".4.3.1.5.1", "2640")):
                    asked = ObjectType(ObjectIdentity(GENERATION_2 + oid))
                    *errors, found = await get_cmd(dispatcher, CommunityData("public", mpModel=model), target, asked)
                    assert (any(map(int, errors[1:])), errors[0], found[0][1].prettyPrint()) == (False, None, text)
        finally:
            dispatcher.transport_dispatcher.close_dispatcher()


class Babbler(asyncio.DatagramProtocol):
    """Answers every request with what `reply` makes of it."""

    def __init__(self, reply: Callable[[bytes], bytes]) -> None:
        self.reply = reply
        self.heard: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.heard.append(data)
        self.transport.sendto(self.reply(data), addr)


async def ask_babbler(reply: Callable[[bytes], bytes], act: Callable[[SnmpPdu], Any]) -> tuple[Any, list[bytes]]:
    loop = asyncio.get_running_loop()
    transport, babbler = await loop.create_datagram_endpoint(lambda: Babbler(reply), local_addr=("127.0.0.1", 0))
    config = sections.Pdu(timeout_seconds=0.02, settle_seconds=0.01, community_write=SecretStr("private"))
    address = f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    driver = SnmpPdu(address, device="pdu-1", pdu=config, loads=rows(1), clock=Clock())
    try:
        return await act(driver), babbler.heard
    except DeviceError as problem:
        return problem, babbler.heard
    finally:
        await driver.close()
        transport.close()


def card_that_says(*values: Any, status: int = 0, index: int = 0, base: str | None = None) -> Callable[[bytes], bytes]:
    """A card whose answer holds these values for whatever was asked, in turn."""
    v2c = api.PROTOCOL_MODULES[1]

    def reply(request: bytes) -> bytes:
        message, _ = decoder.decode(request, asn1Spec=v2c.Message())
        answer = v2c.apiMessage.get_response(message)
        pdu = v2c.apiMessage.get_pdu(answer)
        asked = [oid for oid, _ in v2c.apiPDU.get_varbinds(v2c.apiMessage.get_pdu(message))]
        said = zip([base] * len(asked) if base else asked, (*values, *[values[-1]] * len(asked)), strict=False)
        v2c.apiPDU.set_varbinds(pdu, [(oid, v2c.Integer(v) if isinstance(v, int) else v2c.OctetString(v)) for oid, v in said])
        v2c.apiPDU.set_error_status(pdu, status)
        v2c.apiPDU.set_error_index(pdu, index)
        return bytes(encoder.encode(answer))

    return reply


@pytest.mark.asyncio
@pytest.mark.parametrize("word", [0, 3, 4, -1, 2**31 - 1, "on", "1", ""])
async def test_a_state_word_outside_the_table_is_unknown_and_never_off(word: int | str) -> None:
    facts, _ = await ask_babbler(card_that_says(word, 100, 100), lambda driver: driver.poll(1.0))
    assert facts[0] == LoadFact("m1", 1.0, outlet=UNKNOWN, watts=100.0)


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [-1, -2, 2**31 - 1, 50_001, "3300", ""])
async def test_a_number_that_cannot_be_watts_is_no_value(number: int | str) -> None:
    facts, _ = await ask_babbler(card_that_says(2, number, 100), lambda driver: driver.poll(1.0))
    assert facts == [LoadFact("m1", 1.0, outlet=ON, watts=None), PowerFact(1.0, 1.0)]


@pytest.mark.asyncio
async def test_answers_about_other_objects_and_impossible_errors_are_device_errors() -> None:
    for reply in (
        card_that_says(2, base="1.3.6.1.2.1.1.3.0"),
        card_that_says(2, status=2, index=99),
        card_that_says(2, status=1),
        card_that_says(2, status=5, index=-1),
        card_that_says(2, status=99),
    ):
        outcome, _ = await ask_babbler(reply, lambda driver: driver.poll(1.0))
        assert isinstance(outcome, DeviceError)


@pytest.mark.asyncio
async def test_the_answer_to_another_question_is_not_taken_for_this_one() -> None:
    def late(request: bytes) -> bytes:
        message, _ = decoder.decode(card_that_says(2, 3300, 1234)(request), asn1Spec=api.PROTOCOL_MODULES[1].Message())
        pdu = api.PROTOCOL_MODULES[1].apiMessage.get_pdu(message)
        api.PROTOCOL_MODULES[1].apiPDU.set_request_id(pdu, int(pdu[0]) - 1)
        return bytes(encoder.encode(message))

    outcome, heard = await ask_babbler(late, lambda driver: driver.poll(1.0))
    assert isinstance(outcome, Unreachable)
    assert len(heard) == 3


@pytest.mark.asyncio
async def test_the_set_that_closes_outlet_1_stands_on_the_wire_byte_by_byte() -> None:
    problem, heard = await ask_babbler(lambda request: b"", lambda driver: driver.send(order("m1", Act.OUTLET_ON)))
    assert isinstance(problem, DeviceError)
    request = heard[0]
    oid = bytes.fromhex("2b06010401823e01011a090204010501")  # 1.3.6.1.4.1.318.1.1.26.9.2.4.1.5.1
    varbind = b"\x30\x17\x30\x15\x06\x10" + oid + b"\x02\x01\x01"
    assert request.startswith(b"\x30") and request[2:16] == b"\x02\x01\x01\x04\x07private\xa3" + request[15:16]
    assert request.endswith(b"\x02\x01\x00\x02\x01\x00" + varbind)


def _corrupted(request: bytes, at: int, byte: int) -> bytes:
    """The request as a response, with one byte turned: nearly right is the worst garbage."""
    answer = bytearray(request)
    answer[answer.index(b"\xa0" if b"\xa0" in answer else b"\xa3")] = 0xA2
    answer[at % len(answer)] ^= byte
    return bytes(answer)


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_from_a_pdu_are_a_device_error(noise: bytes) -> None:
    outcome, _ = asyncio.run(ask_babbler(lambda request: noise, lambda driver: driver.poll(1.0)))
    assert isinstance(outcome, DeviceError)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 400), st.integers(0, 255))
def test_a_nearly_right_answer_never_tells_a_state_that_was_not_read(at: int, byte: int) -> None:
    outcome, _ = asyncio.run(ask_babbler(lambda request: _corrupted(request, at, byte), lambda driver: driver.poll(1.0)))
    if not isinstance(outcome, DeviceError):
        assert all(fact.outlet is UNKNOWN and fact.watts is None for fact in outcome if isinstance(fact, LoadFact))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 400), st.integers(1, 255))
def test_a_good_answer_with_one_byte_turned_is_a_device_error_or_a_reading(at: int, byte: int) -> None:
    good = card_that_says(2, 3300, 1234)

    def turned(request: bytes) -> bytes:
        answer = bytearray(good(request))
        answer[at % len(answer)] ^= byte
        return bytes(answer)

    outcome, _ = asyncio.run(ask_babbler(turned, lambda driver: driver.poll(1.0)))
    assert isinstance(outcome, DeviceError) or all(isinstance(fact, LoadFact | PowerFact) for fact in outcome)
