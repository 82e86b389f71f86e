"""Loads switched by HTTP against 1 to 300 fake loads on real sockets: templates, orders, read-back, faults, and who waits."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from services.controller.core.orders import Act, Order
from services.controller.drivers.base import LoadFact
from services.controller.drivers.http_load import HttpLoads, pluck
from services.shared.clock import Clock
from services.shared.device import DeviceError, Nonsense, Refused, Unreachable
from services.shared.settings.sections import HttpLoads as Section
from services.shared.settings.tree import LoadRow
from services.shared.vocabulary import LoadKind, LoadState
from services.simulator.devices.http_load import HttpLoadServer
from services.simulator.site import Faults
from tests.drivers.miner_hall import MinerHall

SECRET = "containers-secret-4711"


def section(**changes: Any) -> Section:
    return Section(**{"url": "http://{address}", "timeout_seconds": 2.0, "watts_path": "watts"} | changes)


def load(name: str, address: str = "127.0.0.1:9") -> LoadRow:
    return LoadRow(name, LoadKind.HTTP, "a", "main", 3.3, address=address, section="containers")


def order(target: str, act: Act = Act.SLEEP, device: str = "http-containers", seconds: float = 60.0) -> Order:
    return Order(device, act, target, Clock().now().mono_s + seconds)


def driver_of(*rows: LoadRow, **changes: Any) -> HttpLoads:
    return HttpLoads("containers", section=section(**changes), loads=rows, clock=Clock())


@dataclass
class Yard:
    hall: MinerHall
    faults: Faults
    fake: HttpLoadServer
    driver: HttpLoads

    async def facts(self) -> dict[str, LoadFact]:
        return {fact.name: fact for fact in await self.driver.poll(100.0)}


@asynccontextmanager
async def yard(count: int = 3, answer_s: float = 0.0, **changes: Any) -> AsyncIterator[Yard]:
    hall, faults = MinerHall(count), Faults()
    fake = HttpLoadServer(hall, faults, "http-containers", [miner.name for miner in hall.miners()], answer_s=answer_s)
    await fake.start("127.0.0.1")
    driver = driver_of(*(load(name, f"127.0.0.1:{port}") for name, port in fake.ports.items()), **changes)
    try:
        yield Yard(hall, faults, fake, driver)
    finally:
        await driver.close()
        await fake.stop()


# --- read-back and orders -----------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_load_told_to_sleep_sleeps_and_is_seen_to_by_state_and_watts() -> None:
    async with yard() as site:
        assert await site.driver.send(order("A-002")) == "HTTP 200"
        facts = await site.facts()
        assert facts["A-002"] == LoadFact("A-002", 100.0, state=LoadState.ASLEEP, watts=12.0)
        assert facts["A-001"] == LoadFact("A-001", 100.0, state=LoadState.HASHING, watts=3300.0)
        await site.driver.send(order("A-002", Act.WAKE))
        assert (await site.facts())["A-002"].state is LoadState.HASHING
        assert site.fake.commands == [("A-002", "/sleep", b'{"mode":"sleep"}'), ("A-002", "/wake", b'{"mode":"normal"}')]


@pytest.mark.asyncio
async def test_an_acknowledgement_that_lies_leaves_the_load_hashing() -> None:
    async with yard() as site:
        site.faults.set("A-001", "lie")
        assert await site.driver.send(order("A-001")) == "HTTP 200"
        assert (await site.facts())["A-001"].state is LoadState.HASHING


@pytest.mark.asyncio
async def test_without_a_path_to_watts_there_are_none() -> None:
    async with yard(watts_path="") as site:
        assert {fact.watts for fact in (await site.facts()).values()} == {None}


@pytest.mark.asyncio
async def test_without_a_read_back_nothing_is_read_and_nothing_is_said() -> None:
    async with yard(read_path="") as site:
        assert await site.facts() == {}
        assert await site.driver.send(order("A-001")) == "HTTP 200"


@pytest.mark.asyncio
async def test_a_word_that_nobody_listed_is_unknown_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with yard() as site:
            for miner in site.hall.miners():
                miner.state = "waking"
            assert {fact.state for fact in (await site.facts()).values()} == {LoadState.UNKNOWN}
            await site.facts()
    assert len([record for record in caplog.records if "'waking'" in record.getMessage()]) == 1


@pytest.mark.parametrize(
    "stranger",
    [order("nobody"), order("A-001", Act.OUTLET_OFF), order("A-001", Act.FAN_OFF), order("A-001", device="foreman")],
)
@pytest.mark.asyncio
async def test_an_order_that_is_not_ours_is_refused_and_nothing_is_sent(stranger: Order) -> None:
    async with yard() as site:
        with pytest.raises(Refused):
            await site.driver.send(stranger)
        assert site.fake.commands == []


@pytest.mark.asyncio
async def test_loads_of_another_kind_or_section_are_not_ours() -> None:
    foreign = replace(load("other"), section="annexe")
    miner = replace(load("miner"), kind=LoadKind.FOREMAN)
    driver = driver_of(foreign, miner)
    for name in ("other", "miner"):
        with pytest.raises(Refused):
            await driver.send(order(name))
    assert await driver.poll(1.0) == ()


@pytest.mark.asyncio
async def test_an_expired_order_is_not_sent() -> None:
    async with yard() as site:
        with pytest.raises(Refused, match="expired"):
            await site.driver.send(order("A-001", seconds=-1))
        assert site.fake.commands == []


# --- who waits for whom -------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_300_loads_that_answer_in_20_ms_are_read_side_by_side() -> None:
    async with yard(300, answer_s=0.02) as site:
        began_s, facts = time.monotonic(), {}
        while len(facts) < 300:  # on a busy machine some stragglers come with the next poll
            facts |= await site.facts()
            assert time.monotonic() - began_s < 5.0, "one after the other they would need more than 6 s"
        assert [facts[miner.name].state for miner in site.hall.miners()] == [LoadState.HASHING] * 300
        assert site.driver.troubles == {}


@pytest.mark.asyncio
async def test_300_orders_at_once_are_all_carried_out() -> None:
    async with yard(300, answer_s=0.1, timeout_seconds=25.0) as site:
        began_s = time.monotonic()
        await asyncio.gather(*(site.driver.send(order(miner.name)) for miner in site.hall.miners()))
        assert time.monotonic() - began_s < 25.0, "one after the other they would need more than 30 s"
        assert {miner.state for miner in site.hall.miners()} == {"asleep"}


@pytest.mark.asyncio
async def test_one_hung_load_of_50_delays_nobody() -> None:
    async with yard(50, answer_s=0.02, timeout_seconds=20.0) as site:
        site.faults.set("A-007", "hang")
        began_s = time.monotonic()
        facts = await site.facts()
        assert time.monotonic() - began_s < 4.0
        assert len(facts) == 49
        assert "A-007" not in facts
        assert len(await site.facts()) == 49, "nor the next poll"
        assert await site.driver.send(order("A-008")) == "HTTP 200"


@pytest.mark.asyncio
async def test_an_answer_that_comes_late_is_told_by_a_later_poll_with_its_own_age() -> None:
    async with yard(4, timeout_seconds=20.0) as site:
        site.faults.set("A-001", "slow", 0.8)
        assert len(await site.driver.poll(100.0)) == 3
        site.faults.clear()
        seen: list[LoadFact] = []
        for started_s in range(101, 120):
            seen += [fact for fact in await site.driver.poll(float(started_s)) if fact.name == "A-001"]
            if seen:
                break
        assert seen[0].poll_started_mono_s == 100.0


@pytest.mark.asyncio
async def test_half_a_hall_that_hangs_hides_nothing_of_the_other_half() -> None:
    async with yard(10, timeout_seconds=0.4) as site:
        for miner in site.hall.miners()[:6]:
            site.faults.set(miner.name, "hang")
        assert len(await site.facts()) == 4
        assert "no answer within 0.4 s" in site.driver.troubles["A-001"]
        site.faults.clear()
        assert len(await site.facts()) == 10
        assert site.driver.troubles == {}


@pytest.mark.asyncio
async def test_a_poll_that_is_given_up_leaves_nothing_behind() -> None:
    async with yard(3, timeout_seconds=30.0) as site:
        site.faults.set("http-containers", "hang")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await site.driver.poll(1.0)
        before = len(asyncio.all_tasks())
        await site.driver.close()
        assert len(asyncio.all_tasks()) < before


# --- faults -----------------------------------------------------------------------------------------------------------------

FAULTS = ("hang", "reset", "refuse", "offline", "garbage", "truncated", "huge", "nan", "html", "error", "unauthorised")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.asyncio
async def test_a_load_that_does_not_answer_well_gives_no_fact_and_a_reason(fault: str) -> None:
    async with yard(timeout_seconds=0.5) as site:
        site.faults.set("A-002", fault)
        assert sorted(await site.facts()) == ["A-001", "A-003"]
        assert site.driver.troubles["A-002"].startswith("A-002: ")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.asyncio
async def test_when_none_answers_well_the_section_is_unreachable(fault: str) -> None:
    async with yard(timeout_seconds=0.4) as site:
        site.faults.set("http-containers", fault)
        with pytest.raises(Unreachable, match="none of 3 loads"):
            await site.driver.poll(1.0)
        site.faults.clear()
        assert len(await site.facts()) == 3


@pytest.mark.parametrize("fault", ["hang", "reset", "garbage", "truncated", "error", "unauthorised"])
@pytest.mark.asyncio
async def test_an_order_that_meets_a_fault_is_an_error(fault: str) -> None:
    async with yard(timeout_seconds=0.4) as site:
        site.faults.set("A-001", fault)
        with pytest.raises(DeviceError):
            await site.driver.send(order("A-001"))


@pytest.mark.asyncio
async def test_a_load_without_power_gives_no_fact() -> None:
    async with yard() as site:
        site.hall.miner("A-001").state = "off"
        assert sorted(await site.facts()) == ["A-002", "A-003"]


# --- one load with an answer of its own -----------------------------------------------------------------------------------------


@asynccontextmanager
async def one(
    answer: Any, status: int = 200, **changes: Any
) -> AsyncIterator[tuple[HttpLoads, list[tuple[str, str, str, dict]]]]:
    """A load named `bench` whose server answers always the same, and what it was asked: method, raw path, body, headers."""
    asked: list[tuple[str, str, str, dict]] = []

    async def handle(request: web.Request) -> web.Response:
        asked.append((request.method, request.raw_path, await request.text(), dict(request.headers)))
        return web.Response(text=answer, status=status) if isinstance(answer, str) else web.json_response(answer, status=status)

    app = web.Application()
    app.router.add_route("*", r"/{any:[\s\S]*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    name = changes.pop("name", "bench")
    driver = driver_of(load(name, f"127.0.0.1:{runner.addresses[0][1]}"), **changes)
    try:
        yield driver, asked
    finally:
        await driver.close()
        await runner.cleanup()


@pytest.mark.parametrize("watts", [-1, "3300", None, True, [], 10**400, 1e300])
@pytest.mark.asyncio
async def test_watts_that_are_none_are_none_with_a_reason_and_never_zero(watts: Any) -> None:
    async with one({"state": "normal", "watts": watts}) as (driver, _):
        assert await driver.poll(1.0) == [LoadFact("bench", 1.0, state=LoadState.HASHING)]
        assert "watts" in driver.troubles["bench"]


@pytest.mark.asyncio
async def test_watts_that_are_not_there_leave_the_state_as_it_is() -> None:
    async with one({"state": "sleep"}) as (driver, _):
        assert await driver.poll(1.0) == [LoadFact("bench", 1.0, state=LoadState.ASLEEP)]
        assert driver.troubles == {"bench": "bench: watts: the answer has no watts"}


@pytest.mark.parametrize("answer", [{}, [], "{", {"state": {}}, {"state": "perhaps"}, {"state": None}, {"state": "no sleep"}])
@pytest.mark.asyncio
async def test_an_answer_without_a_known_word_never_says_asleep_or_hashing(answer: Any) -> None:
    async with one(answer) as (driver, _):
        try:
            facts = await driver.poll(1.0)
        except Unreachable:
            facts = []
        assert {fact.state for fact in facts} <= {LoadState.UNKNOWN}


@pytest.mark.asyncio
async def test_states_are_found_deep_in_the_answer_and_may_be_numbers_or_booleans() -> None:
    deep = {"outlets": [{"on": False}, {"on": True, "power": {"w": 5}}]}
    settings = {
        "state_path": "outlets[1].on",
        "watts_path": "outlets[1].power.w",
        "hashing_states": "true",
        "asleep_states": "False",
    }
    async with one(deep, **settings) as (driver, _):
        assert await driver.poll(1.0) == [LoadFact("bench", 1.0, state=LoadState.HASHING, watts=5.0)]


@pytest.mark.asyncio
async def test_names_with_quotes_slashes_and_newlines_neither_break_the_body_nor_the_address() -> None:
    name = 'A "1"/..\\\n?&{address}é'
    settings = {
        "sleep_path": "/miner/{name}/sleep",
        "sleep_body": '{"who": "{name}", "at": "{address}", "deep": {"mode":"sleep"}}',
    }
    async with one({}, name=name, **settings) as (driver, asked):
        await driver.send(order(name))
        (_, path, body, headers) = asked[0]
    assert path == "/miner/A%20%221%22%2F..%5C%0A%3F&%7Baddress%7D%C3%A9/sleep"
    sent = json.loads(body)
    assert sent["who"] == name
    assert sent["at"].startswith("127.0.0.1:")
    assert sent["deep"] == {"mode": "sleep"}
    assert headers["Content-Type"] == "application/json"


@pytest.mark.asyncio
async def test_a_name_in_the_query_stays_one_value() -> None:
    name = "a&on=1 +%#é"
    async with one({}, name=name, sleep_path="/rpc?who={name}&on=0") as (driver, asked):
        await driver.send(order(name))
        assert parse_qs(asked[0][1].partition("?")[2]) == {"who": [name], "on": ["0"]}


@pytest.mark.asyncio
async def test_a_form_body_is_escaped_as_a_form() -> None:
    settings = {"content_type": "application/x-www-form-urlencoded", "sleep_body": "who={name}&mode=0", "wake_body": "mode=1"}
    async with one({}, name="a&mode=1 =é", **settings) as (driver, asked):
        await driver.send(order("a&mode=1 =é"))
        assert asked[0][2] == "who=a%26mode%3D1+%3D%C3%A9&mode=0"


@pytest.mark.asyncio
async def test_method_and_empty_body_are_as_configured() -> None:
    async with one({}, method="GET", sleep_body="", sleep_path="/relay/0?turn=off") as (driver, asked):
        await driver.send(order("bench"))
        method, path, body, headers = asked[0]
    assert (method, path, body) == ("GET", "/relay/0?turn=off", "")
    assert "Content-Type" not in headers


@pytest.mark.asyncio
async def test_the_secret_travels_in_the_header_and_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    settings = {"header": "X-Key: k {secret}", "secret": SECRET}
    with caplog.at_level(logging.DEBUG):
        async with one(f"who is {'x' * 50}{SECRET}?", status=403, **settings) as (driver, asked):
            with pytest.raises(Refused) as caught:
                await driver.send(order("bench"))
            with pytest.raises(Unreachable) as silent:
                await driver.poll(1.0)
        assert asked[0][3]["X-Key"] == f"k {SECRET}"
        assert SECRET[:10] not in f"{caught.value} {silent.value} {driver.troubles} {caplog.text}"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"url": ""}, "url and sleep_path"),
        ({"url": "http://{host}"}, "found {host}"),
        ({"url": "http://{address}/{secret}"}, "found {secret}"),
        ({"url": "http://{address}:0"}, "allowed: http"),
        ({"url": "http://user:pass@{address}"}, "allowed: http"),
        ({"sleep_path": "sleep"}, "begins with /"),
        ({"wake_path": "/a b"}, "without spaces"),
        ({"read_path": "/{nmae}"}, "found {nmae}"),
        ({"sleep_body": '{"mode": sleep}'}, "is not JSON"),
        ({"wake_body": '{"who": {name}}'}, "is not JSON"),
        ({"sleep_body": '{"who": "{who}"}'}, "found {who}"),
        ({"content_type": "text/plain", "sleep_body": "sleep {name}"}, "found {name}"),
        ({"header": "no colon"}, "allowed: Name: value"),
        ({"header": "X-Key: {key}"}, "found {key}"),
        ({"header": "X-Key: {secret}", "secret": f"{SECRET}\r\nX-Other: 1"}, "allowed: Name: value"),
    ],
)
def test_a_template_that_cannot_be_filled_is_named_before_anything_is_sent(changes: dict[str, str], text: str) -> None:
    with pytest.raises(ValueError) as caught:
        HttpLoads("containers", section=section(**changes), loads=[load("m")], clock=Clock())
    assert text in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("address", ["evil.example/x?", "user@host", "a b", "127.0.0.1:99999", "", "[::1]:80", "host:"])
def test_an_address_that_is_no_host_and_port_is_named(address: str) -> None:
    with pytest.raises(ValueError, match="allowed"):
        driver_of(load("m", address))


def test_a_path_reaches_into_objects_and_lists_and_says_what_is_missing() -> None:
    body = {"a": [{"b c": 1}], "d": "text"}
    assert pluck(body, "a[0].b c") == 1
    assert pluck(body, "") is body
    for path in ("a[1]", "a.b", "d[0].x", "d.x", "x", "a[0][0]"):
        with pytest.raises(Nonsense):
            pluck(body, path)
