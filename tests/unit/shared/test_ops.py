"""The inner app over a real socket: health, readiness, metrics, and what it refuses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import Body
from prometheus_client import Counter

from services.shared.http import Answer, HttpClient
from services.shared.ops import MAX_BODY_BYTES, Ops
from tests.waiting import until

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def serving(ops: Ops) -> AsyncIterator[HttpClient]:
    task = asyncio.create_task(ops.serve("127.0.0.1", 0))
    client = HttpClient()
    try:
        await until(lambda: ops.port and ops._server is not None and ops._server.started)
        yield client
    finally:
        await client.close()
        ops.stop()
        await asyncio.wait_for(task, 5)


async def get(client: HttpClient, ops: Ops, path: str) -> Answer:
    return await client.request("GET", f"http://127.0.0.1:{ops.port}{path}")


async def test_health_is_well_while_the_loop_ticks_and_not_when_it_stands() -> None:
    age = [0.1]
    ops = Ops("collector", tick_age_s=lambda: age[0])
    async with serving(ops) as client:
        answer = await get(client, ops, "/health")
        assert (answer.status, answer.json()["service"]) == (200, "collector")
        age[0] = 2.5
        answer = await get(client, ops, "/health")
        assert answer.status == 503
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_ready_lists_everything_that_is_not_and_a_check_that_raises_is_not() -> None:
    broken = [True]
    ops = Ops("api", tick_age_s=lambda: 0.0)
    ops.ready_check("broker", lambda: "not connected" if broken[0] else None)
    ops.ready_check("database", lambda: str(1 / 0) if broken[0] else None)
    ops.ready_check("fine", lambda: None)
    async with serving(ops) as client:
        answer = await get(client, ops, "/ready")
        assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
        assert answer.json()["missing"]["broker"] == "not connected"
        assert set(answer.json()["missing"]) == {"broker", "database"}
        broken[0] = False
        answer = await get(client, ops, "/ready")
        assert (answer.status, answer.json()["checks"]) == (200, ["broker", "database", "fine"])


async def test_metrics_tell_the_version_and_what_a_service_adds() -> None:
    ops = Ops("notifier", tick_age_s=lambda: 0.0, lag_s=lambda: 0.25)
    ops.gauge("mine_mqtt_connected", "1 while the broker answers", lambda: 1.0)
    Counter("mine_sent_total", "messages sent", registry=ops.registry).inc(3)
    async with serving(ops) as client:
        text = (await get(client, ops, "/metrics")).text()
    assert 'mine_build_info{service="notifier",version="' in text
    for line in ("mine_loop_lag_seconds 0.25", "mine_mqtt_connected 1.0", "mine_sent_total 3.0"):
        assert line in text


async def test_errors_are_problem_documents_and_nothing_else_is_there() -> None:
    ops = Ops("controller", tick_age_s=lambda: 0.0)
    async with serving(ops) as client:
        for path in ("/nothing", "/docs", "/redoc"):
            answer = await get(client, ops, path)
            assert (answer.status, answer.json()["title"]) == (404, "Not Found")
            assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_body_too_large_and_a_body_of_the_wrong_shape_are_refused() -> None:
    ops = Ops("controller", tick_age_s=lambda: 0.0)

    @ops.app.post("/echo")
    async def echo(number: int = Body(embed=True)) -> int:
        return number

    async with serving(ops) as client:
        url = f"http://127.0.0.1:{ops.port}/echo"
        assert (await client.request("POST", url, json_body={"number": 7})).json() == 7
        wrong = await client.request("POST", url, json_body={"number": "x"})
        assert (wrong.status, wrong.headers["Content-Type"]) == (422, "application/problem+json")
        large = await client.request("POST", url, json_body={"number": "9" * MAX_BODY_BYTES})
        assert large.status == 413


async def test_a_port_that_is_taken_is_an_error_and_not_an_exit() -> None:
    first = Ops("api", tick_age_s=lambda: 0.0)
    async with serving(first):
        with pytest.raises(OSError, match="use"):
            await Ops("api", tick_age_s=lambda: 0.0).serve("127.0.0.1", first.port)


async def test_an_open_connection_does_not_hold_the_end() -> None:
    ops = Ops("api", tick_age_s=lambda: 0.0)
    task = asyncio.create_task(ops.serve("127.0.0.1", 0))
    await until(lambda: ops.port and ops._server is not None and ops._server.started)
    _, writer = await asyncio.open_connection("127.0.0.1", ops.port)
    writer.write(b"GET /health HTTP/1.1\r\n")
    await writer.drain()
    ops.stop()
    await asyncio.wait_for(task, 5)
    writer.close()
