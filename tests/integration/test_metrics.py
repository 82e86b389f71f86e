"""One place for the metrics of all services, and for what they cost, over real sockets."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.shared.ops import Ops
from services.shared.process import size_bytes
from services.shared.settings import sections
from tests.integration.api_running import running
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)
MUST = {
    "mine_build_info", "mine_loop_lag_seconds", "mine_process_resident_bytes", "mine_process_cpu_seconds",
    "mine_process_written_bytes", "mine_process_open_files", "mine_db_write_bytes", "mine_db_size_bytes", "mine_up",
}  # fmt: skip


@asynccontextmanager
async def serving(service: str) -> AsyncIterator[Ops]:
    ops = Ops(service, tick_age_s=lambda: 0.0)
    task = asyncio.create_task(ops.serve("127.0.0.1", 0))
    try:
        await until(lambda: ops.port)
        yield ops
    finally:
        ops.stop()
        await asyncio.wait_for(task, 5)


@asynccontextmanager
async def hanging() -> AsyncIterator[int]:
    """A service that takes connections and never answers."""
    ended = asyncio.Event()

    async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        ended.set()
        server.close()
        await server.wait_closed()


async def test_all_services_are_told_on_both_listeners_and_one_that_hangs_is_down_and_no_error(tmp_path: Path) -> None:
    async with serving("collector") as collector, hanging() as notifier:
        collector.ages("mine_reading_age_seconds", "age", lambda: {"roomalert-1": 2.5, "never": None})
        ops = sections.Ops(collector_port=collector.port, controller_port=free_port(), notifier_port=notifier)
        async with running(tmp_path, NOBODY, ops=ops) as api:
            begun_s = time.monotonic()
            answers = await asyncio.gather(api.get("/metrics"), api.get("/metrics", base=api.debug))
            assert time.monotonic() - begun_s < 4.0
            for answer in answers:
                assert answer.status == 200, answer.text
                found = {family.name: family for family in text_string_to_metric_families(answer.text)}
                assert set(found) >= MUST
                up = {sample.labels["service"]: sample.value for sample in found["mine_up"].samples}
                assert up == {"api": 1.0, "collector": 1.0, "controller": 0.0, "notifier": 0.0}
                (age,) = found["mine_reading_age_seconds"].samples
                assert (age.labels, age.value) == ({"source": "roomalert-1", "service": "collector"}, 2.5)


async def test_a_service_that_answers_nonsense_is_down(tmp_path: Path) -> None:
    async def nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        ops = sections.Ops(collector_port=port, controller_port=free_port(), notifier_port=free_port())
        async with running(tmp_path, NOBODY, ops=ops) as api:
            assert 'mine_up{service="collector"} 0.0' in (await api.get("/metrics")).text
    finally:
        server.close()
        await server.wait_closed()


async def test_the_cost_is_told_by_service_and_in_all_and_unknown_is_null(tmp_path: Path) -> None:
    async with serving("collector") as collector:
        ops = sections.Ops(collector_port=collector.port, controller_port=free_port(), notifier_port=free_port())
        async with running(tmp_path, NOBODY, ops=ops) as api:
            await until(lambda: size_bytes(tmp_path / "mine_data.db"), what="the history is begun")
            cost = (await api.get("/api/v1/cost")).body
            services = {one["service"]: one for one in cost["services"]}
            assert set(services) == {"api", "collector", "controller", "notifier"}
            assert services["controller"] == {
                **dict.fromkeys(services["controller"]), "service": "controller", "up": False, "databases_bytes": {},
            }  # fmt: skip
            assert services["api"]["memory_bytes"] > 10_000_000
            assert cost["whole"]["memory_bytes"] == services["api"]["memory_bytes"] + services["collector"]["memory_bytes"]
            assert cost["whole"]["up"] is False
            assert services["api"]["written_today_bytes"] is not None
            assert cost["databases_bytes"]["mine_data.db"] > 0
            assert 0 < cost["disk_free_bytes"] <= cost["disk_bytes"]
            page = await api.get("/cost")
            assert page.status == 200 and "written today" in page.text and "<script" not in page.text
            assert 'href="/cost"' in (await api.get("/plain")).text


async def test_what_was_written_today_outlives_a_restart_of_the_api(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        await until((tmp_path / "cost.json").exists, what="the first look is stored")
        day = (await api.get("/api/v1/cost")).body["today"]
    kept = json.loads((tmp_path / "cost.json").read_text())
    kept["counts"]["notifier"] = {"begun": "an earlier one", "seen": 5_000_000, "today": 5_000_000}
    (tmp_path / "cost.json").write_text(json.dumps(kept))
    ops = sections.Ops(collector_port=free_port(), controller_port=free_port(), notifier_port=free_port())
    async with running(tmp_path, NOBODY, ops=ops) as api:
        cost = (await api.get("/api/v1/cost")).body
        assert cost["today"] == day
        assert next(one for one in cost["services"] if one["service"] == "notifier")["written_today_bytes"] == 5_000_000
        assert cost["whole"]["written_today_bytes"] >= 5_000_000
