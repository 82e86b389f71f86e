"""The fake outside watcher answers what the hosted service documents, by UUID and by slug."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from services.simulator.devices.healthchecks_sink import HealthchecksSink
from services.simulator.site import Faults

UUID = "3f1c2b8e-6a4d-4c0b-9e57-d0a1b2c3d4e5"
OTHER = "00000000-0000-4000-8000-000000000000"
KEY = "fqOOd6-F4MMNuCEnzTU01w"


class Caller:
    """Says pings to a sink and reads the answers."""

    def __init__(self, sink: HealthchecksSink, base: str, faults: Faults, session: aiohttp.ClientSession) -> None:
        self.sink, self.faults, self._base, self._session = sink, faults, base, session

    async def say(self, path: str, body: str = "", method: str = "POST") -> tuple[int, str]:
        async with self._session.request(method, f"{self._base}/{path}", data=body.encode()) as answer:
            return answer.status, await answer.text()

    def acts(self) -> list[str]:
        return [ping["act"] for ping in self.sink.inbox.all()]


@pytest_asyncio.fixture
async def caller() -> AsyncIterator[Caller]:
    faults = Faults()
    sink = HealthchecksSink(faults, uuid=UUID, ping_key=KEY, slug="mine")
    port = await sink.start("127.0.0.1", 0)
    async with aiohttp.ClientSession() as session:
        yield Caller(sink, f"http://127.0.0.1:{port}", faults, session)
    await sink.stop()


@pytest.mark.asyncio
async def test_start_success_fail_log_and_an_exit_status_are_kept_with_their_body(caller: Caller) -> None:
    for path in (
        f"{UUID}/start",
        UUID,
        f"{UUID}/fail",
        f"{UUID}/log",
        f"{UUID}/0",
        f"{UUID}/1",
        f"{KEY}/mine",
        f"{KEY}/mine/fail",
    ):
        assert await caller.say(path, "too hot: 41 °C") == (200, "OK")
    assert caller.acts() == ["start", "success", "fail", "log", "success", "fail", "success", "fail"]
    assert caller.sink.inbox.all()[1]["body"] == "too hot: 41 °C"


@pytest.mark.asyncio
async def test_by_uuid_what_is_not_recorded_is_answered_with_200_and_by_slug_with_an_error(caller: Caller) -> None:
    assert await caller.say(OTHER) == (200, "OK (not found)")
    assert (await caller.say(f"{KEY}/other"))[0] == 404
    assert (await caller.say(f"{KEY[::-1]}/mine"))[0] == 404
    caller.faults.set("watcher", "rate_limit", 1)
    assert await caller.say(UUID) == (200, "OK (rate limited)")
    assert (await caller.say(f"{KEY}/mine"))[0] == 429
    assert caller.acts() == []


@pytest.mark.asyncio
async def test_a_check_is_made_on_demand_and_a_run_id_must_be_a_uuid(caller: Caller) -> None:
    assert await caller.say(f"{KEY}/new?create=1") == (201, "Created")
    assert await caller.say(f"{KEY}/new") == (200, "OK")
    assert await caller.say(f"{UUID}/start?rid={OTHER}", method="GET") == (200, "OK")
    assert (await caller.say(f"{UUID}?rid=7"))[0] == 400
    assert [ping["rid"] for ping in caller.sink.inbox.all()] == ["", "", OTHER]


@pytest.mark.asyncio
async def test_of_a_long_body_100_kb_are_kept(caller: Caller) -> None:
    await caller.say(UUID, "x" * 150_000)
    assert len(caller.sink.inbox.all()[0]["body"]) == 100_000
