"""The debug listener's views of the bus and of the simulated site, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.shared.messages import Raw
from services.shared.settings import sections
from services.shared.settings.tree import Settings
from services.simulator.simulated import SimulatedSite
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running, voice
from tests.ports import free_port

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)
SIMULATED = "/api/debug/simulated/"


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[Running]:
    """The api beside a simulated site of twenty miners."""
    simulator = sections.Simulator(base_port=0, control_port=free_port(), miners=20)
    site = SimulatedSite(Settings(simulator=simulator))
    await site.start()
    try:
        async with running(folder, NOBODY, general=sections.General(demo=True), simulator=simulator) as api:
            yield api
    finally:
        await site.stop()


async def next_of(stream: aiohttp.ClientResponse, event: str) -> dict[str, Any]:
    async for line in stream.content:
        if line == f"event: {event}\n".encode():
            return dict(json.loads((await stream.content.readline()).removeprefix(b"data: ")))
    raise AssertionError(f"the stream ended without {event}")


async def test_what_passes_on_the_bus_is_seen_of_types_too_that_nobody_handles(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("controller"), "controller", site) as controller,
        api.session.get(api.debug + "/api/debug/bus?topic=raw/") as stream,
    ):
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        await stream.content.readuntil(b"\n\n")  # connected
        raw = Raw(subject=("pdu-1",), device="pdu-1", received_at=1.0, text="<ok>")
        seen = asyncio.create_task(next_of(stream, "message"))
        async with asyncio.timeout(10):
            while not seen.done():  # the api may not have subscribed yet
                controller.publish(raw)
                await asyncio.wait([seen], timeout=0.05)
        told = seen.result()
        assert told["topic"] == f"mine/1/{site}/raw/pdu-1"
        assert (json.loads(told["payload"])["text"], told["retained"], told["late"]) == ("<ok>", False, False)


async def test_a_fifth_looker_is_told_that_four_look_and_may_come_when_one_goes(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        streams = [await api.session.get(api.debug + "/api/debug/bus") for _ in range(4)]
        assert [stream.status for stream in streams] == [200] * 4
        refused = await api.get("/api/debug/bus", base=api.debug)
        assert (refused.status, refused.body["detail"]) == (503, "4 clients listen already")
        streams.pop().close()
        async with asyncio.timeout(5):
            while (again := await api.session.get(api.debug + "/api/debug/bus")).status != 200:
                again.close()
        for stream in (*streams, again):
            stream.close()


async def test_neither_view_is_on_the_pages_listener(tmp_path: Path) -> None:
    async with demo(tmp_path) as api:
        for path in ("/api/debug/bus", SIMULATED + "state", SIMULATED + "faults"):
            assert (await api.get(path)).status == 404
        assert (await api.post(SIMULATED + "speed", {"speed": 5}, base=api.lan)).status == 404
        assert (await api.ask("DELETE", SIMULATED + "fault")).status == 404


async def test_a_real_site_has_no_simulated_one(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        for answer in (
            await api.get(SIMULATED + "state", base=api.debug),
            await api.post(SIMULATED + "speed", {"speed": 5}),
            await api.ask("DELETE", SIMULATED + "fault", base=api.debug),
        ):
            assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")


async def test_faults_and_speed_of_the_simulated_site_are_set_and_ended(tmp_path: Path) -> None:
    async with demo(tmp_path) as api:
        known = (await api.get(SIMULATED + "faults", base=api.debug)).body
        assert "belt" not in known["devices"] and "stuck" in known["devices"]["fan:3"] and known["active"] == {}
        assert (await api.post(SIMULATED + "speed", {"speed": 5})).body["speed"] == 5
        set_ = await api.post(SIMULATED + "fault", {"device": "fan:3", "kind": "lie"})
        assert (set_.status, set_.body["faults"]) == (200, {"fan:3/lie": 1.0})
        assert (await api.post(SIMULATED + "fault", {"device": "pdu-1", "kind": "hang"})).status == 200
        one_left = await api.ask("DELETE", SIMULATED + "fault?device=fan:3&kind=lie", base=api.debug)
        assert list(one_left.body["faults"]) == ["pdu-1/hang"]
        assert (await api.ask("DELETE", SIMULATED + "fault", base=api.debug)).body["faults"] == {}


async def test_what_the_simulated_site_refuses_is_told_and_nothing_else_of_it_can_be_reached(tmp_path: Path) -> None:
    async with demo(tmp_path) as api:
        refused = await api.post(SIMULATED + "fault", {"device": "nobody", "kind": "hang"})
        assert refused.status == 400 and "found device 'nobody'" in refused.body["detail"]
        for path in ("state", "..%2Fstate", "page"):
            assert (await api.post(SIMULATED + path, {})).status in (404, 405), path
        assert (await api.get(SIMULATED + "speed", base=api.debug)).status == 404
        assert (await api.post(SIMULATED + "speed", [1])).status == 422


async def test_a_simulated_site_that_is_away_is_told_as_that(tmp_path: Path) -> None:
    general, simulator = sections.General(demo=True), sections.Simulator(control_port=free_port())
    async with running(tmp_path, NOBODY, general=general, simulator=simulator) as api:
        answer = await api.get(SIMULATED + "state", base=api.debug)
        assert answer.status == 502 and "refused" in answer.body["detail"]
