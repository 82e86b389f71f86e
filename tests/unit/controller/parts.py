"""The parts of a controller for tests: a clock that leaps, a bus that keeps what it is given, drivers in memory."""

import asyncio
import sqlite3
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from services.controller.dispatch import Dispatch
from services.controller.drivers.base import Fact
from services.controller.ledger import Ledger
from services.controller.loop import Loop, Parts
from services.controller.readback import Readback
from services.controller.report import Report
from services.controller.senses import Senses
from services.controller.wake import Wake
from services.shared.clock import Moment, host_boot
from services.shared.messages import Message, Request
from services.shared.settings.tree import Settings
from tests.plant import limits

WALL_S = 1_790_000_000.0


class LeapingClock:
    """Time that a test moves."""

    def __init__(self, mono_s: float = 1000.0, *, trusted: bool = True) -> None:
        self.mono_s = mono_s
        self.trusted = trusted

    def now(self) -> Moment:
        return Moment(self.mono_s, WALL_S + self.mono_s, self.trusted, host_boot())


class KeptBus:
    """What was published, in order."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.connected = True

    def publish(self, message: Message) -> None:
        self.sent.append(message)

    def of(self, kind):
        return [message for message in self.sent if isinstance(message, kind)]


@dataclass
class MemoryDriver:
    """A device that does what a test says: `answer` is what `send` returns, raises or waits for."""

    device: str
    kind: str = "foreman"
    period_s: float = 1.0
    deadline_s: float = 1.0
    answer: object = "okay"
    sent: list = field(default_factory=list)
    closed: int = 0

    async def poll(self, started_mono_s: float) -> tuple[Fact, ...]:
        return ()

    async def send(self, order) -> str:
        self.sent.append(order)
        if isinstance(self.answer, asyncio.Event):
            await self.answer.wait()
            return "late"
        if isinstance(self.answer, BaseException):
            raise self.answer
        return str(self.answer)

    async def close(self) -> None:
        self.closed += 1


class Controller:
    """A whole controller but for sockets: real ledger, real loop, drivers in memory."""

    def __init__(self, folder: Path, site=None, **drivers: MemoryDriver) -> None:
        self.limits = site or limits()
        self.clock, self.bus, self.wake = LeapingClock(), KeptBus(), Wake()
        self.ledger = Ledger(folder / "ledger.db")
        self.senses, self.readback = Senses(Settings()), Readback(self.limits)
        self.drivers = {name: MemoryDriver(name) for name in self.limits.paces} | drivers
        self.dispatch = Dispatch(self.drivers, self.limits, self.clock, "boot", self.wake.urgently)
        self.report = Report(self.bus, self.limits, ())
        self.loop = Loop(
            Parts(
                self.limits, self.clock, self.bus, self.ledger, self.senses, self.readback, self.dispatch, self.report, self.wake
            )
        )
        self.task = None

    async def __aenter__(self):
        self.task = asyncio.create_task(self.loop.run())
        return self

    async def __aexit__(self, *_):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.dispatch.close()
        self.ledger.close()

    async def ask(self, verb: str, payload: str = "{}", **more):
        """A request's reply, as the loop gives it."""
        answer = asyncio.get_running_loop().create_future()
        self.loop.ask(request(verb, payload, **more), answer)
        return await asyncio.wait_for(answer, 5.0)


def held_by_another(ledger: Ledger) -> sqlite3.Connection:
    """Its file refuses every commit until this is closed."""
    other = sqlite3.connect(ledger._path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def request(verb: str, payload: str = "{}", **more) -> Request:
    """A request that is in time."""
    name, expires_at = uuid.uuid4().hex, WALL_S + 1e9
    given = {"id": name, "who": "operator", "reason": "test", "expires_at": expires_at, "clock_trusted": True, **more}
    return Request(subject=("controller",), verb=verb, payload=payload, **given)
