"""The inner app over a real socket: health, readiness, metrics, and what it refuses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from prometheus_client import Counter
from prometheus_client.parser import text_string_to_metric_families

from services.shared.answer import Answer
from services.shared.connections import MOST_CONNECTIONS
from services.shared.http import HttpClient
from services.shared.ops import Ops
from tests.waiting import until

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def serving(ops: Ops) -> AsyncIterator[HttpClient]:
    task = asyncio.create_task(ops.serve("127.0.0.1", 0))
    client = HttpClient()
    try:
        await until(lambda: ops.port)
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


async def test_what_must_move_beside_the_loop_makes_it_unwell_while_it_stands() -> None:
    stands = ["the last decision is 20 s old"]
    ops = Ops("controller", tick_age_s=lambda: 0.0)
    ops.health_check("control", lambda: stands[0] or None)
    async with serving(ops) as client:
        answer = await get(client, ops, "/health")
        assert (answer.status, answer.json()["missing"]) == (503, {"control": stands[0]})
        stands[0] = ""
        assert (await get(client, ops, "/health")).status == 200


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


async def test_the_process_and_its_databases_are_told_and_what_was_never_heard_has_no_age(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"x" * 1000)
    (tmp_path / "ledger.db-wal").write_bytes(b"x" * 24)
    ops = Ops("controller", tick_age_s=lambda: 0.0)
    ops.databases(tmp_path, {"ledger.db": "MainThread", "other.db": "no such thread"})
    ops.ages("mine_reading_age_seconds", "age", lambda: {"pdu-1": 3.0, "pdu-2": None})
    ops.counter("mine_mqtt_dropped_total", "lost", lambda: 7.0)
    ops.seconds("mine_control_step_seconds", "steps")(0.02)
    async with serving(ops) as client:
        text = (await get(client, ops, "/metrics")).text()
    found = {sample.name: sample for family in text_string_to_metric_families(text) for sample in family.samples}
    sizes = [
        s.value for family in text_string_to_metric_families(text) if family.name == "mine_db_size_bytes" for s in family.samples
    ]
    assert sizes == [1024.0, 0.0]
    assert found["mine_db_write_bytes_total"].labels == {"database": "ledger.db"}
    assert (found["mine_reading_age_seconds"].labels, found["mine_mqtt_dropped_total"].value) == ({"source": "pdu-1"}, 7.0)
    assert found["mine_control_step_seconds_count"].value == 1.0
    assert found["mine_process_resident_bytes"].value > 1_000_000
    assert found["mine_process_open_files"].value > 2


async def test_errors_are_problem_documents_and_nothing_else_is_there() -> None:
    ops = Ops("controller", tick_age_s=lambda: 0.0)
    async with serving(ops) as client:
        for path in ("/nothing", "/docs", "/redoc"):
            answer = await get(client, ops, path)
            assert (answer.status, answer.json()["title"]) == (404, "Not Found")
            assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_port_that_is_taken_is_an_error_and_not_an_exit() -> None:
    first = Ops("api", tick_age_s=lambda: 0.0)
    async with serving(first):
        with pytest.raises(OSError, match="use"):
            await Ops("api", tick_age_s=lambda: 0.0).serve("127.0.0.1", first.port)


async def test_an_open_connection_does_not_hold_the_end() -> None:
    ops = Ops("api", tick_age_s=lambda: 0.0)
    task = asyncio.create_task(ops.serve("127.0.0.1", 0))
    await until(lambda: ops.port)
    _, writer = await asyncio.open_connection("127.0.0.1", ops.port)
    writer.write(b"GET /health HTTP/1.1\r\n")
    await writer.drain()
    ops.stop()
    await asyncio.wait_for(task, 5)
    writer.close()


async def test_more_silent_connections_than_there_is_room_for_do_not_keep_an_honest_one_out() -> None:
    ops = Ops("controller", tick_age_s=lambda: 0.0)
    async with serving(ops) as client:
        silent = [await asyncio.open_connection("127.0.0.1", ops.port) for _ in range(MOST_CONNECTIONS + 20)]
        try:
            assert (await get(client, ops, "/health")).status == 200
        finally:
            for _, writer in silent:
                writer.close()


async def test_what_is_no_request_is_refused_with_a_problem() -> None:
    ops = Ops("controller", tick_age_s=lambda: 0.0)
    async with serving(ops):
        reader, writer = await asyncio.open_connection("127.0.0.1", ops.port)
        writer.write(b"no request at all\r\n\r\n")
        answer = (await asyncio.wait_for(reader.read(), 5)).decode()
        writer.close()
        assert answer.startswith("HTTP/1.1 400 ") and "application/problem+json" in answer
