"""A program that hangs and does not end is ended by the run, with real processes, and comes back."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.cli.hung import Hung
from services.cli.program import Program
from services.cli.supervisor import Child, Supervisor
from services.cli.wellness import Wellness, services_of
from services.shared import healthcheck
from services.shared.settings.sections import Ops
from tests.ports import free_port
from tests.waiting import until

LOOK_S = 0.05
SERVICE = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        if os.path.exists(sys.argv[2]):
            import re
            re.match("(a+)+b", "a" * 60)  # holds every thread of the process, for years
    def log_message(self, *_): ...
HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


class Site:
    """Two services of a run; `said` is what the run says."""

    def __init__(self, folder: os.PathLike[str]) -> None:
        self.ports = {name: free_port() for name in ("controller", "api")}
        self.trap = os.path.join(folder, "trap")  # noqa: PTH118 - a program's argument
        self.said: list[str] = []
        ops = Ops(controller_port=self.ports["controller"], api_port=self.ports["api"])
        argv = {name: [sys.executable, "-c", SERVICE, str(port), self.trap] for name, port in self.ports.items()}
        argv["api"][-1] = "/nowhere"
        self.supervisor = Supervisor(
            [[Program(name, argv[name], os.environ) for name in argv]], lambda _, text: self.said.append(text)
        )
        self.wellness = Wellness(services_of(ops, self.ports), lambda: self.supervisor.running)
        self.hung = Hung(self.supervisor, self.wellness)

    @property
    def controller(self) -> Child:
        return self.supervisor.children[0]

    async def well(self) -> bool:
        return self.supervisor.running == {"controller", "api"} and await self.wellness.fault() is None

    def starts(self) -> list[int]:
        return [child.starts for child in self.supervisor.children]


@asynccontextmanager
async def running(folder: os.PathLike[str]) -> AsyncIterator[Site]:
    site, stop = Site(folder), asyncio.Event()
    run = asyncio.create_task(site.supervisor.run(stop))
    looks = asyncio.create_task(site.hung.run(LOOK_S))
    try:
        await until(lambda: site.hung._found == {"controller": (1, 0), "api": (1, 0)}, 20.0, "both were seen well")
        yield site
    finally:
        looks.cancel()
        stop.set()
        await run


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cli.wellness.ask", lambda port, host: healthcheck.ask(port, 0.5, host))


@pytest.mark.asyncio
async def test_a_controller_that_was_stopped_is_ended_and_comes_back_alone(tmp_path: os.PathLike[str]) -> None:
    async with running(tmp_path) as site:
        assert site.controller._process is not None
        site.controller._process.send_signal(signal.SIGSTOP)
        await until(lambda: site.starts() == [2, 1], 20.0)
        await until(site.well, 20.0)
        assert site.said == [
            "controller was not well 5 times in a row and is killed",
            "controller was ended by SIGKILL; it starts again in 1 s",
        ]


@pytest.mark.asyncio
async def test_a_controller_in_a_call_that_never_returns_and_lets_no_thread_run_is_ended(tmp_path: os.PathLike[str]) -> None:
    async with running(tmp_path) as site:
        with open(site.trap, "w"):  # noqa: ASYNC230, PTH123 - it is empty
            pass
        await until(lambda: site.starts() == [2, 1], 20.0)


@pytest.mark.asyncio
async def test_one_that_was_stopped_for_less_is_left_alone(tmp_path: os.PathLike[str]) -> None:
    async with running(tmp_path) as site:
        assert site.controller._process is not None
        seen = 0
        for _ in range(3):
            site.controller._process.send_signal(signal.SIGSTOP)
            await until(site.wellness.fault)
            site.controller._process.send_signal(signal.SIGCONT)
            await until(site.well)
            seen += 1
        assert (seen, site.starts(), site.said) == (3, [1, 1], [])


@pytest.mark.asyncio
async def test_what_has_never_answered_is_given_time_to_start(tmp_path: os.PathLike[str]) -> None:
    said: list[str] = []
    mute = Program("controller", [sys.executable, "-c", "import time; time.sleep(60)"], os.environ)
    supervisor, stop = Supervisor([[mute]], lambda _, text: said.append(text)), asyncio.Event()
    run = asyncio.create_task(supervisor.run(stop))
    wellness = Wellness({"controller": lambda: False}, lambda: supervisor.running)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(Hung(supervisor, wellness).run(0.01), 0.5)
    assert (said, supervisor.children[0].starts) == ([], 1)
    stop.set()
    await run
