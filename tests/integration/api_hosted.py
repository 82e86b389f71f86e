"""The running api in a thread of its own, with a broker and a voice that answers like the controller: for clients that block."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from services.api import guard
from services.api.login import hashes
from services.api.login.access_file import Access, TokenRecord
from services.api.login.person import Role
from services.shared import whole_file
from services.shared.clock import Clock
from services.shared.messages import Request
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running
from tests.integration.telling_plant import answering, keep_telling, tell
from tests.waiting import until

TOKEN = hashes.new_token()
"""Of an operator, for the listener that asks who comes."""


@dataclass
class Hosted:
    """`asked` is all that reached the controller; `done` ends it."""

    api: Running
    asked: list[Request]
    done: threading.Event = field(default_factory=threading.Event)


@contextmanager
def hosted(folder: Path, broker: LiveBroker, site: str, **more: Any) -> Iterator[Hosted]:
    """The api and the voice until the end of the block; a fault of theirs is raised in it."""
    ready: list[Hosted] = []
    faults: list[BaseException] = []
    begun = threading.Event()

    async def serve() -> None:
        async with running(folder, broker.settings("api"), site, **more) as api, answering(broker, site) as (bus, asked):
            await until(lambda: api.bus.connected)
            tell(bus)
            await until(lambda: _is_stored(api), 20, "a reading and an event are stored")
            ready.append(Hosted(api, asked))
            begun.set()
            await keep_telling(bus, ready[0].done)

    def thread() -> None:
        try:
            asyncio.run(serve())
        except BaseException as fault:
            faults.append(fault)
        finally:
            begun.set()

    (folder / "secrets").mkdir(parents=True)
    whole_file.write(folder / "secrets" / "access.json", Access(people=(), tokens=(_record(),)).text().encode())
    runner = threading.Thread(target=thread)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "PER_S", 1e6)  # one address asks for thousands here
        patch.setattr(guard, "BURST", 1e6)
        runner.start()
        begun.wait()
    try:
        if faults:
            raise faults[0]
        yield ready[0]
    finally:
        if ready:
            ready[0].done.set()
        runner.join()
    if faults:
        raise faults[0]


def _record() -> TokenRecord:
    return TokenRecord(name="tests", role=Role.OPERATOR, sha256=hashes.of_token(TOKEN), made_at=0)


async def _is_stored(api: Running) -> bool:
    now_s = Clock().now().wall_s
    asked = f"/api/v1/series?sensor=roomalert-1/sensor-1&from={now_s - 3600:.0f}&to={now_s:.0f}"
    readings = (await api.get(asked)).status == 200
    return readings and bool((await api.get("/api/v1/events", base=api.debug)).body["events"])


class _Neighbour(HTTPAdapter):
    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, source_address=("127.0.0.2", 0), **named)  # type: ignore[no-untyped-call]


def assert_answers(plant: Hosted, within_s: float = 2.0) -> None:
    """An honest one at an address of its own is served on both listeners."""
    with requests.Session() as session:
        session.mount("http://", _Neighbour())
        for base in (plant.api.lan, plant.api.debug):
            answer = session.get(base + "/api/status", timeout=within_s)
            assert (answer.status_code, "mode" in answer.json()) == (200, True)


def assert_stops(plant: Hosted) -> None:
    """The emergency stop on the loopback listener, without a token, reaches the controller."""
    answer = requests.post(plant.api.debug + "/api/debug/emergency-shutdown", timeout=3)
    assert (answer.status_code, answer.json()["stopped"]) == (200, True)
    assert [request.verb for request in plant.asked] == ["stop"]
    plant.asked.clear()
