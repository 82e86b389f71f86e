"""Which services of a run answer for themselves, asked on real sockets."""

import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from services.cli.wellness import Wellness, broker_is_well, services_of
from services.shared.settings.sections import Ops
from tests.broker import LiveBroker
from tests.ports import free_port


class Service:
    """An inner app's /health, well or not, by hand."""

    def __init__(self) -> None:
        self.status = 200
        app = web.Application()
        app.router.add_get("/health", self._answer)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def start(self) -> int:
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        return int(self.runner.addresses[0][1])

    async def _answer(self, _: web.Request) -> web.Response:
        return web.Response(status=self.status)


@pytest_asyncio.fixture
async def service() -> AsyncIterator[tuple[Service, Ops]]:
    one = Service()
    yield one, Ops(host="0.0.0.0", controller_port=await one.start(), api_port=free_port())
    await one.runner.cleanup()


@pytest.mark.asyncio
async def test_what_runs_must_answer_and_what_ended_is_the_supervisors(service: tuple[Service, Ops]) -> None:
    one, ops = service
    running = {"controller", "api", "broker"}
    wellness = Wellness(services_of(ops, ("controller", "api")), lambda: running)
    assert await wellness.fault() == "not well: api"
    running.remove("api")
    assert await wellness.fault() is None
    one.status = 503
    assert await wellness.fault() == "not well: controller"


@pytest.mark.asyncio
async def test_a_run_without_a_service_is_not_well(service: tuple[Service, Ops]) -> None:
    services = services_of(service[1], ("controller",))
    assert await Wellness(services, lambda: {"broker"}, {"broker": lambda: True}).fault() == "no service runs"


@pytest.mark.asyncio
async def test_a_service_that_accepts_and_says_nothing_is_not_well() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ops = Ops(controller_port=server.getsockname()[1])
        services = services_of(ops, ("controller",))
        assert await Wellness(services, lambda: {"controller"}).fault() == "not well: controller"


def test_a_broker_that_refuses_a_stranger_lives_and_one_that_says_nothing_does_not(broker: LiveBroker) -> None:
    assert broker_is_well(broker.host, broker.port)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert not broker_is_well("127.0.0.1", mute.getsockname()[1], deadline_s=0.05)
    assert not broker_is_well("127.0.0.1", free_port())
