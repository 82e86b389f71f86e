"""The api service as it really runs, on free ports, beside a bus that speaks for the other services."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from services.api import main
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import LoadSummary, Presence, SignalView, State
from services.shared.ops import Ops
from services.shared.service import Context
from services.shared.settings import sections
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Control, Level, Mode, RuleKind
from tests.ports import free_port
from tests.waiting import until


@dataclass
class Answer:
    status: int
    headers: Any
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)


@dataclass
class Running:
    lan: str
    debug: str
    folder: Path
    bus: Bus
    session: aiohttp.ClientSession
    task: "asyncio.Task[None]"

    async def get(self, path: str, *, base: str = "", **options: Any) -> Answer:
        return await self.ask("GET", path, base=base, **options)

    async def post(self, path: str, body: Any = None, *, base: str = "", **options: Any) -> Answer:
        return await self.ask("POST", path, base=base or self.debug, **({"json": body} if body is not None else {}), **options)

    async def ask(self, method: str, path: str, *, base: str = "", **options: Any) -> Answer:
        async with self.session.request(method, (base or self.lan) + path, **options) as response:
            return Answer(response.status, response.headers, await response.text())

    async def stop(self) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


@asynccontextmanager
async def running(
    folder: Path, broker: sections.Broker, site: str = "mine", *, page: Path | None = None, **more: Any
) -> AsyncIterator[Running]:
    api = sections.Api(host="127.0.0.1", port=free_port(), debug_port=free_port(), **more.pop("api", {}))
    settings = Settings(
        general=more.pop("general", sections.General(site=site)),
        broker=broker,
        data=sections.Data(folder=str(folder), logs=""),
        api=api,
        ops=more.pop("ops", None) or sections.Ops(controller_port=free_port()),  # never the stop of a controller that runs here
        **more,
    )
    clock = Clock("yes")
    bus = Bus(broker, service="api", site=site, clock=clock, persistent=True)
    context = Context("api", settings, clock, bus, Ops("api", tick_age_s=lambda: 0.0))
    task = asyncio.create_task(main.serve(context))
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
        it = Running(f"http://127.0.0.1:{api.port}", f"http://127.0.0.1:{api.debug_port}", folder, bus, session, task)
        try:
            await until(lambda: task.done() or _answers(it), 20, what="the api answers")
            if task.done():
                task.result()
            yield it
        finally:
            await it.stop()
            await bus.stop()


@asynccontextmanager
async def neighbour() -> AsyncIterator[aiohttp.ClientSession]:
    """A client at another address of this computer."""
    connector = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0))
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=15)) as session:
        yield session


async def _answers(it: Running) -> bool:
    try:
        return (await it.get("/api/status")).status in (200, 401)
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def voice(broker: sections.Broker, service: str, site: str, *handlers: tuple[type, Any]) -> AsyncIterator[Bus]:
    """The bus of another service."""
    bus = Bus(broker, service=service, site=site, clock=Clock("yes"))
    for kind, handler in handlers:
        bus.on(kind, handler)
    await bus.start()
    try:
        await until(lambda: bus.connected)
        yield bus
    finally:
        await bus.stop()


def die(bus: Bus) -> None:
    """The end of a service as the broker tells it: its will, which nobody is there to contradict."""
    bus.publish(Presence(subject=(bus._service,), state="offline", version="0"))
    bus._epoch = None


def state(mode: Mode = Mode.CURTAILED, **changes: Any) -> State:
    now = Clock().now()
    fields: dict[str, Any] = {
        "mode": mode,
        "since_at": now.wall_s - 60,
        "control": Control.ARMED,
        "reasons": ("the utility asks for control",),
        "limited_by": "signal utility",
        "limited_kind": RuleKind.SIGNAL,
        "phase": "curtailed",
        "limits": (),
        "signals": (
            SignalView(
                name="utility", level=Level.CONTROL, effective=Level.CONTROL, target_kw=None, observed_mono_s=now.mono_s,
                observed_at=now.wall_s, commissioned=True, in_service=True, reason="",
            ),
        ),
        "load": LoadSummary(
            measured_kw=3.5, measured_at=now.wall_s, measured_mono_s=now.mono_s, target_kw=0.0, setpoint_kw=0.0,
            unknown_kw=12.0, nominal_kw=990.0,
        ),
        "temperature_max_c": 24.5,
        "fan_stage": 1,
        "fans": (),
        "leases": (),
        "lockouts": (),
        "trips": (),
        "decided_mono_s": now.mono_s,
    }  # fmt: skip
    return State(**{**fields, **changes})
