"""The Foreman driver against a fake Foreman on a real socket: paging, pace, states, orders, each fault, and the key's silence."""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from services.controller.core.orders import Act, Order
from services.controller.drivers.base import LoadFact
from services.controller.drivers.foreman import Foreman
from services.shared.clock import Clock
from services.shared.device import DeviceError, Nonsense, Refused, Unreachable
from services.shared.settings.sections import Foreman as ForemanSection
from services.shared.settings.tree import LoadRow
from services.shared.vocabulary import LoadKind, LoadState
from services.simulator.devices.foreman import FakeForeman
from services.simulator.site import Faults
from tests.drivers.miner_hall import MinerHall
from tests.waiting import until

KEY = "9f8e7d6c5b4a-the-operators-key"
CLIENT = 1234


def section(**changes: Any) -> ForemanSection:
    values = {"api_key": KEY, "client_id": CLIENT, "calls_per_second": 500.0, "timeout_seconds": 2.0, "page_size": 100} | changes
    return ForemanSection(**values)


def row(name: str, number: int | None, kind: LoadKind = LoadKind.FOREMAN) -> LoadRow:
    return LoadRow(name, kind, "a", "main", 3.3, foreman_id=number)


def order(target: str, act: Act = Act.SLEEP, device: str = "foreman", seconds: float = 60.0) -> Order:
    return Order(device, act, target, Clock().now().mono_s + seconds)


@dataclass
class Yard:
    hall: MinerHall
    faults: Faults
    fake: FakeForeman
    driver: Foreman

    async def states(self) -> dict[str, LoadState | None]:
        return {fact.name: fact.state for fact in await self.driver.poll(100.0)}


@asynccontextmanager
async def yard(
    hall: MinerHall | None = None,
    loads: Sequence[LoadRow] | None = None,
    server_per_second: float = 10_000.0,
    **changes: Any,
) -> AsyncIterator[Yard]:
    hall, faults = hall or MinerHall(), Faults()
    fake = FakeForeman(hall, faults, api_key=KEY, client_id=CLIENT, calls_per_second=server_per_second)
    port = await fake.start("127.0.0.1", 0)
    rows = [row(miner.name, miner.foreman_id) for miner in hall.miners()] if loads is None else loads
    driver = Foreman(f"http://127.0.0.1:{port}/api", foreman=section(**changes), loads=rows, clock=Clock())
    try:
        yield Yard(hall, faults, fake, driver)
    finally:
        await driver.close()
        await fake.stop()


# --- the fleet ---------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_the_fleet_of_300_is_read_by_pages_and_every_miner_is_there_once() -> None:
    async with yard(MinerHall(300)) as site:
        site.hall.miner("A-300").state = "asleep"
        facts = await site.driver.poll(77.0)
        assert [fact.name for fact in facts] == [miner.name for miner in site.hall.miners()]
        assert {fact.poll_started_mono_s for fact in facts} == {77.0}
        assert facts[-1].state is LoadState.ASLEEP
        assert all(fact.state is LoadState.HASHING for fact in facts[:-1])
        assert site.fake.calls == [("miners", 200)] * 3


@pytest.mark.asyncio
async def test_foremans_watts_are_never_read() -> None:
    async with yard() as site:
        assert {(fact.watts, fact.outlet) for fact in await site.driver.poll(1.0)} == {(None, None)}


@pytest.mark.asyncio
async def test_state_words_become_states_and_an_unlisted_word_is_unknown() -> None:
    async with yard(MinerHall(4)) as site:
        for miner, state in zip(site.hall.miners(), ("hashing", "asleep", "waking", "off"), strict=True):
            miner.state = state
        assert list((await site.states()).values()) == [
            LoadState.HASHING,
            LoadState.ASLEEP,
            LoadState.UNKNOWN,
            LoadState.UNKNOWN,
        ]


@pytest.mark.asyncio
async def test_an_unlisted_word_is_told_once_by_name(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with yard(MinerHall(5)) as site:
            for miner in site.hall.miners():
                miner.state = "defrosting"
            await site.states()
            await site.states()
    assert len([record for record in caplog.records if "defrosting" in record.getMessage()]) == 1


@pytest.mark.asyncio
async def test_a_miner_that_boots_is_unseen_and_no_strange_word(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with yard(MinerHall(1)) as site:
            site.hall.miners()[0].state = "waking"
            assert set((await site.states()).values()) == {LoadState.UNKNOWN}
    assert not [record for record in caplog.records if "has the state" in record.getMessage()]


@pytest.mark.asyncio
async def test_a_word_in_both_lists_says_nothing() -> None:
    async with yard(hashing_states=("mining",), asleep_states=("Mining",)) as site:
        assert set((await site.states()).values()) == {LoadState.UNKNOWN}


@pytest.mark.asyncio
async def test_miners_in_no_row_and_rows_without_a_miner_are_remembered() -> None:
    rows = [row("A-001", 900_001), row("ghost", 42), row("by-http", None, LoadKind.HTTP), row("outlet", 900_002, LoadKind.OUTLET)]
    async with yard(loads=rows) as site:
        assert await site.states() == {"A-001": LoadState.HASHING}
        assert site.driver.unlisted == ("900002 A-002", "900003 A-003")
        assert site.driver.absent == ("ghost",)


@pytest.mark.asyncio
async def test_stale_data_is_no_statement() -> None:
    async with yard() as site:
        site.hall.miner("A-001").state = "asleep"
        site.faults.set("foreman", "stale")
        assert set((await site.states()).values()) == {LoadState.UNKNOWN}
        site.faults.clear()
        assert (await site.states())["A-001"] is LoadState.ASLEEP


# --- listings that no honest Foreman would send ---------------------------------------------------------------------------


@asynccontextmanager
async def scripted(
    *pages: object, ids: Sequence[int] = (1, 2), date: str | None = None, **changes: Any
) -> AsyncIterator[Foreman]:
    """A server that answers the listing with these pages, one after the other, the last for ever."""
    left = list(pages)

    async def answer(_request: web.Request) -> web.Response:
        page = left.pop(0) if len(left) > 1 else left[0]
        page = page() if callable(page) else page
        if isinstance(page, web.Response):  # one that was sent cannot be sent again
            response = web.Response(status=page.status, body=page.body, content_type=page.content_type)
        else:
            response = web.json_response(page)
        if date is not None:
            response.headers["Date"] = date
        return response

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    rows = [row(f"m{number}", number) for number in ids]
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    driver = Foreman(base, foreman=section(**changes), loads=rows, clock=Clock())
    try:
        yield driver
    finally:
        await driver.close()
        await runner.cleanup()


def miner(number: object, minutes_ago: float = 0, **changes: Any) -> dict[str, Any]:
    moment = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    values = {"id": number, "name": f"m{number}", "seen": True, "active": True, "state": "sleeping"}
    return values | {"lastUpdated": moment.isoformat()} | changes


def listing(*rows: object, total: object = None, **changes: Any) -> dict[str, Any]:
    return {"limit": 100, "offset": 0, "total": len(rows) if total is None else total, "results": list(rows)} | changes


HALVES = {
    "the second page is empty": (listing(miner(1), total=2), listing(total=2)),
    "the second page is an error": (listing(miner(1), total=2), web.json_response({"detail": "no"}, status=400)),
    "the second page is html": (listing(miner(1), total=2), web.Response(text="<html>")),
    "the second page is another thing": (listing(miner(1), total=2), {"results": "none"}),
    "a miner stands on both pages": (listing(miner(1), total=2), listing(miner(1), total=2)),
    "the total changes": (listing(miner(1), total=3), listing(miner(2), miner(3), total=4), listing(miner(4), total=4)),
    "more miners than the total": (listing(miner(1), miner(2), total=1),),
    "a row is no object": (listing(miner(1), None),),
    "a row has no number": (listing(miner(1), miner("2")),),
    "a row's number is true": (listing(miner(1), miner(True)),),
    "the total is text": (listing(miner(1), total="1"),),
    "the total is negative": (listing(miner(1), total=-1),),
    "a miner stands twice on a page without a total": ({"results": [miner(1), miner(1)]},),
    "no listing at all": ([],),
    "null": (web.json_response(None),),
    "nothing": (web.Response(text=""),),
}


@pytest.mark.parametrize("what", HALVES)
@pytest.mark.asyncio
async def test_half_a_listing_is_no_listing(what: str) -> None:
    async with scripted(*HALVES[what]) as driver:
        with pytest.raises(DeviceError):
            await driver.poll(1.0)


@pytest.mark.asyncio
async def test_a_listing_without_end_is_given_up() -> None:
    numbers = itertools.count(1)
    async with scripted(lambda: listing(miner(next(numbers)), total=1_000_000)) as driver:
        with pytest.raises(Nonsense, match="does not end"):
            await driver.poll(1.0)


@pytest.mark.asyncio
async def test_a_server_that_serves_smaller_pages_than_asked_is_read_to_the_end() -> None:
    pages = (listing(miner(1), limit=1, total=2), listing(miner(2), limit=1, total=2))
    async with scripted(*pages) as driver:
        assert [fact.name for fact in await driver.poll(1.0)] == ["m1", "m2"]


@pytest.mark.asyncio
async def test_without_a_total_the_first_short_page_is_the_last() -> None:
    first, second = listing(miner(1), limit=1), listing(limit=1)
    del first["total"], second["total"]
    async with scripted(first, second) as driver:
        assert [fact.name for fact in await driver.poll(1.0)] == ["m1"]


UNSURE = {
    "not seen by the agent": miner(1, seen=False),
    "seen is text": miner(1, seen="false"),
    "seen is null": miner(1, seen=None),
    "not active": miner(1, active=False),
    "reported eleven minutes ago": miner(1, minutes_ago=11),
    "reported in the future": miner(1, minutes_ago=-300),
    "reported at no time": miner(1, lastUpdated=None),
    "reported at garbage": miner(1, lastUpdated="yesterday"),
    "reported as a number": miner(1, lastUpdated=1766000000),
    "no state": miner(1, state=None),
    "a state that is a list": miner(1, state=["sleeping"]),
    "a word that only contains a known one": miner(1, state="not sleeping"),
}


@pytest.mark.parametrize("what", UNSURE)
@pytest.mark.asyncio
async def test_what_foreman_does_not_know_for_sure_is_unknown(what: str) -> None:
    async with scripted(listing(UNSURE[what])) as driver:
        assert await driver.poll(5.0) == [LoadFact("m1", 5.0, state=LoadState.UNKNOWN)]


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f+00:00"])
@pytest.mark.asyncio
async def test_a_report_of_now_counts_in_each_way_of_writing_the_time(form: str) -> None:
    async with scripted(listing(miner(1, lastUpdated=datetime.now(UTC).strftime(form), state=" Sleeping "))) as driver:
        assert (await driver.poll(1.0))[0].state is LoadState.ASLEEP


@pytest.mark.asyncio
async def test_the_age_counts_by_the_servers_clock_and_not_by_ours() -> None:
    report = miner(1, lastUpdated="2001-01-01T00:00:00Z")
    async with scripted(listing(report), date="Mon, 01 Jan 2001 00:05:00 GMT") as driver:
        assert (await driver.poll(1.0))[0].state is LoadState.ASLEEP
    async with scripted(listing(miner(1)), date="Mon, 01 Jan 2001 00:05:00 GMT") as driver:
        assert (await driver.poll(1.0))[0].state is LoadState.UNKNOWN
    async with scripted(listing(miner(1)), date="no date") as driver:
        assert (await driver.poll(1.0))[0].state is LoadState.UNKNOWN


@pytest.mark.asyncio
async def test_new_keys_are_told_once_by_name_and_never_used(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with scripted(listing(miner(1, powerDraw=0, tempAvg=66), miner(2, powerDraw=0))) as driver:
            assert {fact.watts for fact in await driver.poll(1.0)} == {None}
            await driver.poll(2.0)
    told = [record.getMessage() for record in caplog.records]
    assert len([text for text in told if "powerDraw" in text]) == 1
    assert len([text for text in told if "tempAvg" in text]) == 1


# --- orders ------------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_miner_told_to_sleep_sleeps_and_told_to_wake_wakes() -> None:
    async with yard() as site:
        text = await site.driver.send(order("A-002"))
        number = int(text.removeprefix("queued "))

        async def is_complete() -> bool:
            return await site.driver.command_status(number) == "complete"

        await until(is_complete, what="the command completes")
        assert (await site.states())["A-002"] is LoadState.ASLEEP
        await site.driver.send(order("A-002", Act.WAKE))
        await until(lambda: site.hall.modes == [("A-002", "sleeping"), ("A-002", "normal")], what="the miner wakes")
        path = "/api/actions/power-mode/900002"
        assert site.fake.posts == [(path, {"powerMode": "sleeping"}), (path, {"powerMode": "normal"})]


@pytest.mark.asyncio
async def test_an_order_is_acknowledged_long_before_the_miner_sleeps() -> None:
    async with yard(MinerHall(speed=1.0)) as site:
        number = int((await site.driver.send(order("A-001"))).removeprefix("queued "))
        assert await site.driver.command_status(number) == "pending"
        assert (await site.states())["A-001"] is LoadState.HASHING


@pytest.mark.asyncio
async def test_a_complete_that_lies_gives_no_sleeping_miner() -> None:
    async with yard() as site:
        site.faults.set("foreman", "lie")
        number = int((await site.driver.send(order("A-001"))).removeprefix("queued "))

        async def is_complete() -> bool:
            return await site.driver.command_status(number) == "complete"

        await until(is_complete)
        assert (await site.states())["A-001"] is LoadState.HASHING
        assert site.hall.modes == []


@pytest.mark.asyncio
async def test_with_the_agent_offline_commands_stay_pending_until_it_returns() -> None:
    async with yard() as site:
        site.faults.set("foreman", "offline")
        number = int((await site.driver.send(order("A-001"))).removeprefix("queued "))
        for _ in range(10):
            assert await site.driver.command_status(number) == "pending"
        assert await site.driver.fate("A-001") == "Foreman says pending"
        with pytest.raises(Refused, match="no command to A-002"):
            await site.driver.fate("A-002")
        site.faults.clear()
        await until(lambda: site.hall.modes == [("A-001", "sleeping")])


@pytest.mark.parametrize(
    "stranger",
    [
        order("nobody"),
        order("by-http"),
        order("outlet"),
        order("900001"),
        order("A-001", Act.OUTLET_OFF),
        order("A-001", Act.FAN_OFF),
        order("A-001", device="http-containers"),
    ],
)
@pytest.mark.asyncio
async def test_an_order_that_is_not_ours_is_refused_and_nothing_is_posted(stranger: Order) -> None:
    rows = [row("A-001", 900_001), row("by-http", 900_002, LoadKind.HTTP), row("outlet", 900_003, LoadKind.OUTLET)]
    async with yard(loads=rows) as site:
        with pytest.raises(Refused):
            await site.driver.send(stranger)
        assert site.fake.posts == []


@pytest.mark.asyncio
async def test_an_expired_order_is_not_sent() -> None:
    async with yard() as site:
        with pytest.raises(Refused, match="expired"):
            await site.driver.send(order("A-001", seconds=-1))
        assert site.fake.posts == []


@pytest.mark.asyncio
async def test_a_miner_that_foreman_does_not_know_is_refused() -> None:
    async with yard(loads=[row("ghost", 42)]) as site:
        with pytest.raises(Refused, match=r"404.*Not found"):
            await site.driver.send(order("ghost"))


@pytest.mark.parametrize(
    "reply", [{"status": "error"}, {"status": "okay"}, {"status": "okay", "command": "1"}, {}, [], "okay", None]
)
@pytest.mark.asyncio
async def test_a_reply_that_is_not_okay_with_a_number_is_no_acknowledgement(reply: object) -> None:
    async with scripted(web.json_response(reply)) as driver:
        with pytest.raises((Refused, Nonsense)):
            await driver.send(order("m1"))


@pytest.mark.asyncio
async def test_a_command_state_that_nobody_knows_is_nonsense() -> None:
    async with scripted({"status": "perhaps"}) as driver:
        with pytest.raises(Nonsense):
            await driver.command_status(1)


@pytest.mark.asyncio
async def test_a_post_that_is_not_answered_in_time_is_unreachable_although_it_may_have_worked() -> None:
    async with yard(timeout_seconds=0.3) as site:
        site.faults.set("foreman", "hang")
        with pytest.raises(Unreachable):
            await site.driver.send(order("A-001"))
        assert len(site.fake.posts) == 1
        await until(lambda: site.hall.modes == [("A-001", "sleeping")], what="the order worked all the same")


# --- the pace ----------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_calls_keep_the_configured_pace() -> None:
    async with yard(MinerHall(6), calls_per_second=20.0, page_size=1) as site:
        began_s = time.monotonic()
        assert len(await site.states()) == 6
        assert time.monotonic() - began_s >= 5 * 0.05
        assert site.fake.calls == [("miners", 200)] * 6


@pytest.mark.asyncio
async def test_orders_do_not_wait_behind_dead_connections_to_go_all_at_once_when_foreman_is_back() -> None:
    async with yard(MinerHall(12), timeout_seconds=10.0) as site:
        site.faults.set("foreman", "hang")
        sent = [asyncio.create_task(site.driver.send(order(f"A-{n:03}"))) for n in range(1, 13)]
        done, hanging = await asyncio.wait(sent, timeout=3.0)
        assert len(hanging) == 4 and len(site.fake.posts) == 4
        reasons = [task.exception() for task in done]
        assert all(isinstance(reason, Unreachable) and not reason.connected for reason in reasons), "surely not sent"
        for task in hanging:
            task.cancel()
        await asyncio.wait(hanging)
        site.faults.clear()
        await site.driver.send(order("A-012"))
        assert len(site.fake.posts) == 5


@pytest.mark.asyncio
async def test_the_pace_counts_by_endpoint_and_not_by_miner() -> None:
    async with yard(MinerHall(4), calls_per_second=20.0) as site:
        began_s = time.monotonic()
        await asyncio.gather(*(site.driver.send(order(miner.name)) for miner in site.hall.miners()), site.driver.poll(1.0))
        assert time.monotonic() - began_s >= 3 * 0.05
        assert sorted(site.fake.calls) == [("miners", 200)] + [("power-mode", 200)] * 4


@pytest.mark.asyncio
async def test_an_order_over_the_limit_is_refused_with_the_seconds_to_wait_and_the_wait_is_kept() -> None:
    async with yard() as site:
        site.faults.set("foreman", "rate_limit", 20.0)
        with pytest.raises(Refused) as caught:
            await site.driver.send(order("A-001"))
        assert caught.value.retry_after_s == 20.0
        site.faults.clear()
        with pytest.raises(Refused) as caught:
            await site.driver.send(order("A-002"))
        assert 15.0 < (caught.value.retry_after_s or 0) <= 20.0
        assert site.fake.calls == [("power-mode", 429)]
        assert len(await site.states()) == 3, "another endpoint is not shut"


@pytest.mark.asyncio
async def test_a_wait_of_an_hour_is_cut_to_thirty_seconds() -> None:
    async with yard() as site:
        site.faults.set("foreman", "rate_limit", 3600.0)
        with pytest.raises(Refused) as caught:
            await site.driver.send(order("A-001"))
        assert caught.value.retry_after_s == 30.0


@pytest.mark.asyncio
async def test_a_page_over_the_limit_is_read_again_after_the_wait_that_was_asked() -> None:
    async with yard(server_per_second=1.0) as site:
        assert len(await site.states()) == 3
        began_s = time.monotonic()
        assert len(await site.states()) == 3
        assert 0.8 < time.monotonic() - began_s < 3.0
        assert site.fake.calls == [("miners", 200), ("miners", 429), ("miners", 200)]


@pytest.mark.asyncio
async def test_a_limit_without_end_makes_the_poll_fail() -> None:
    async with yard() as site:
        site.faults.set("foreman", "rate_limit", 10.0)
        with pytest.raises(Refused, match="rate limit"):
            await site.driver.poll(1.0)
        assert site.fake.calls == [("miners", 429)]


# --- faults and the key --------------------------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[type[DeviceError], ...]] = {
    "hang": (Unreachable,),
    "refuse": (Unreachable,),
    "reset": (Unreachable,),
    "error": (Unreachable,),
    "html": (Unreachable,),
    "truncated": (Nonsense,),
    "garbage": (Nonsense,),
    "huge": (Nonsense,),
    "unauthorised": (Refused,),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.asyncio
async def test_each_fault_is_an_error_for_polls_orders_and_status_and_passes_with_it(fault: str) -> None:
    async with yard(timeout_seconds=0.4) as site:
        site.faults.set("foreman", fault)
        for call in (site.driver.poll(1.0), site.driver.send(order("A-001")), site.driver.command_status(1), site.driver.ping()):
            with pytest.raises(FAULTS[fault]):
                await call
        site.faults.clear()
        assert len(await site.states()) == 3


@pytest.mark.asyncio
async def test_a_slow_answer_within_the_deadline_is_an_answer() -> None:
    async with yard() as site:
        site.faults.set("foreman", "slow", 0.2)
        assert len(await site.states()) == 3


@pytest.mark.asyncio
async def test_the_key_and_the_client_id_are_tested_by_a_ping() -> None:
    async with yard() as site:
        await site.driver.ping()
    async with yard(client_id=4321) as site:
        with pytest.raises(Refused, match="API key or client id"):
            await site.driver.ping()


@pytest.mark.asyncio
async def test_the_key_is_in_no_text_and_no_log_whatever_the_server_sends_back(caplog: pytest.LogCaptureFixture) -> None:
    texts = []

    async def collect(driver: Foreman) -> None:
        for call in (driver.poll(1.0), driver.send(order("m1")), driver.command_status(1), driver.ping()):
            try:
                texts.append(str(await call))
            except DeviceError as error:
                texts.append(str(error) + repr(error) + str(error.__cause__))

    echoes = [
        web.json_response({"detail": f"Invalid token {KEY}"}, status=401),
        web.Response(text=f"<html>{'x' * 60}Authorization: Token {KEY}</html>", status=502),
        web.Response(text=f"{'x' * 60}{KEY}"),
        web.json_response({"status": KEY}),
        web.json_response([KEY]),
        web.json_response({"results": [miner(1, state=KEY, **{KEY: 1})], "total": 1}),
    ]
    with caplog.at_level(logging.DEBUG):
        for echo in echoes:
            async with scripted(echo) as driver:
                await collect(driver)
                texts.append(str(driver.unlisted))
        async with yard() as site:
            for fault in FAULTS.keys() - {"hang"}:
                site.faults.set("foreman", fault)
                await collect(site.driver)
                site.faults.clear()
    everything = "\n".join(texts) + caplog.text
    assert len(texts) > 40
    assert KEY[:8] not in everything


@pytest.mark.parametrize(
    "base", ["http://api.foreman.mn/api", "http://192.168.1.5/api", "http://127.0.0.1@evil.example/api", "ftp://x", ""]
)
def test_plain_http_beyond_loopback_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="https") as caught:
        Foreman(base, foreman=section(), loads=(), clock=Clock())
    assert KEY not in str(caught.value)


@pytest.mark.asyncio
async def test_https_loopback_and_the_demo_are_accepted() -> None:
    for base in ("https://api.foreman.mn/api", "http://127.0.0.1:9/api", "http://[::1]:9/api", "http://localhost:9/api"):
        Foreman(base, foreman=section(), loads=(), clock=Clock())
    Foreman("http://simulator:18001/api", foreman=section(), loads=(), clock=Clock(), insecure_ok=True)
