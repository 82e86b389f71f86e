"""The commands against the real api on real sockets: with a broker, without one, and without the api."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import Result
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from typer.testing import CliRunner

from services.cli.claim import user
from services.cli.main import app
from services.shared.bus import Arrival, Bus
from services.shared.clock import Clock
from services.shared.messages import Reply, Request
from services.shared.ops import Ops
from services.shared.settings import sections
from services.shared.vocabulary import Mode
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running, state
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)
LEASE = {"id": "l1", "kind": "miners", "owner": "a", "reason": "", "from_at": 1.0, "until_at": 1_790_000_000.0, "payload": "{}"}


async def mine(api: Running | None, *arguments: str, **env: str) -> Result:
    ports = [base.rpartition(":")[2] for base in (api.lan, api.debug)] if api else [str(free_port()), str(free_port())]
    whole = {"MINE_CONFIG": "tests/data/old_config.txt", "MINE_API_PORT": ports[0], "MINE_API_DEBUG_PORT": ports[1], **env}
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, list(arguments), env=whole))


@asynccontextmanager
async def controllers_own_app(stopped: list[dict[str, str]]) -> AsyncIterator[int]:
    ops = Ops("controller", tick_age_s=lambda: 0.0)
    _add_stop(ops.app, stopped)
    task = asyncio.create_task(ops.serve("127.0.0.1", 0))
    try:
        await until(lambda: ops.port)
        yield ops.port
    finally:
        ops.stop()
        await asyncio.wait_for(task, 5)


def _add_stop(app: Starlette, stopped: list[dict[str, str]]) -> None:
    async def stop(request: HttpRequest) -> JSONResponse:
        stopped.append(await request.json())
        return JSONResponse({"stopped": True, "reason": "done"})

    app.add_route("/stop", stop, methods=["POST"])


async def test_what_is_asked_reaches_the_controller_and_its_word_comes_back(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    asked: list[Request] = []
    bus = Bus(broker.settings("admin"), service="controller", site=site, clock=Clock("yes"))

    def take(request: Request, _arrival: Arrival) -> None:
        asked.append(request)
        accepted = request.verb != "reset"
        why, result = ("done", LEASE) if accepted else ("its cause stands", {})
        reply = Reply(subject=(request.id,), request_id=request.id, accepted=accepted, reason=why, result=json.dumps(result))
        bus.publish(reply)

    bus.on(Request, take)
    await bus.start()
    try:
        async with running(tmp_path, broker.settings("api"), site) as api:
            await until(lambda: api.bus.connected and bus.connected)
            bus.publish(state())
            held = await mine(api, "hold", "row-a", "--minutes", "5", "--reason", "dust")
            assert held.exit_code == 0 and "Ordered: lease l1 until 2026-09-21 09:13 CDT" in held.output
            assert (asked[-1].verb, asked[-1].reason) == ("lease", "dust")
            assert json.loads(asked[-1].payload)["members"] == ["row-a"]
            assert asked[-1].who == f"cli:{user()} (loopback)"
            curtailed = await mine(api, "curtail", "--kw", "200")
            assert curtailed.exit_code == 0, curtailed.output
            assert json.loads(asked[-1].payload).items() >= {"kind": "power_signal", "target_kw": 200.0}.items()
            assert (await mine(api, "lockout", "fan-3")).exit_code == 0
            refused = await mine(api, "reset", "thermal")
            assert (refused.exit_code, refused.output.splitlines()[-1]) == (1, "its cause stands")
            stopped = await mine(api, "stop", "--no-wait")
            assert stopped.exit_code == 0 and "through the api and the broker" in stopped.output
            wrong = await mine(api, "lockout", "x" * 200)
            assert wrong.exit_code == 2
    finally:
        await bus.stop()


async def test_with_a_dead_broker_nothing_is_asked_but_a_stop_gets_through(tmp_path: Path) -> None:
    stopped: list[dict[str, str]] = []
    async with controllers_own_app(stopped) as port:
        async with running(tmp_path, NOBODY, ops=sections.Ops(controller_port=port)) as api:
            nothing = await mine(api, "lockout", "fan-3")
            assert nothing.exit_code == 3 and "broker" in nothing.output
            done = await mine(api, "stop", "--no-wait", "--reason", "smoke")
            assert done.exit_code == 0 and "went straight to the controller" in done.output
        assert [body["reason"] for body in stopped] == ["smoke"]
        dead = await mine(None, "stop", "--no-wait", "--json", MINE_OPS_CONTROLLER_PORT=str(port))
        assert (dead.exit_code, json.loads(dead.stdout)["by"]) == (0, "directly")
        assert len(stopped) == 2


async def test_after_a_stop_past_a_frozen_broker_the_site_is_not_called_safe_by_what_was_said_before(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    deaf = Bus(broker.settings("admin"), service="controller", site=site, clock=Clock("yes"))  # its answers are stuck
    await deaf.start()
    try:
        async with (
            controllers_own_app([]) as port,
            running(tmp_path, broker.settings("api"), site, ops=sections.Ops(controller_port=port)) as api,
        ):
            await until(lambda: api.bus.connected and deaf.connected)
            deaf.publish(state(Mode.NORMAL))
            await until(lambda: _status_says(api, "Safe. The load may run."))
            done = await mine(api, "stop", "--no-wait", "--reason", "smoke")
            assert done.exit_code == 0 and "went straight to the controller" in done.output
            now = (await mine(api, "status")).output
            assert "Nothing is known of the site at present." in now and "Safe" not in now
            assert "stopped directly" in now
            assert "Nothing is known" in (await mine(api, "why")).output
            deaf.publish(state(Mode.EMERGENCY))
            await until(lambda: _status_says(api, "EMERGENCY"))
    finally:
        await deaf.stop()


async def _status_says(api: Running, words: str) -> bool:
    return words in (await api.get("/api/status")).body["sentence"]
