"""The notifier's desk as a process that is killed and born again: the real pipeline, outbox and store, real sockets.

What stands comes over one connection; each message goes over a connection of its own.
"""

import asyncio
import json
import logging
import multiprocessing
import os
import secrets
import signal
from collections.abc import Collection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from services.notifier import budget
from services.notifier.channels.base import Failed
from services.notifier.desk import Desk
from services.notifier.message import Outgoing, Sent
from services.notifier.record import Phase
from services.notifier.store import Store
from services.shared.clock import Clock
from services.shared.messages import Alarm
from services.shared.settings.telling import AlarmChoice, Notifications
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind

RECIPIENTS = {"telegram": ("ann", "bob"), "email": ("",), "sms": ("+1",)}
ORDER = (Phase.UNACKNOWLEDGED, Phase.ACKNOWLEDGED, Phase.RETURNED)
_SETTINGS = Settings(notifications=Notifications(retry_seconds=0.02), alarms={"*": AlarmChoice(off_delay_seconds=0)})


class Line:
    """A channel whose provider listens on a port of the test."""

    deadline_s = 0.1

    def __init__(self, name: str, port: int) -> None:
        self.name, self.recipients, self.edits = name, RECIPIENTS[name], name == "telegram"
        self._port = port

    async def send(self, recipient: str, message: Outgoing) -> Sent:
        told = {
            "channel": self.name, "recipient": recipient, "act": message.act, "thread": message.thread, "ref": message.ref,
            "subject": message.text.subject,
        }  # fmt: skip
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(json.dumps(told).encode() + b"\n")
            answer = json.loads(await reader.readline() or b'{"maybe_taken": true}')
        except ConnectionError:
            raise Failed("broken off", maybe_taken=True) from None
        finally:
            writer.close()
        if "ref" in answer:
            return Sent("taken", answer["ref"])
        raise Failed("not taken", **answer)

    async def check(self) -> str:
        return "knows us"

    async def unreached(self, _addresses: Collection[str]) -> dict[str, str]:
        return {}

    async def close(self) -> None: ...


class Life:
    """The desk, which hears what stands and what people saw."""

    def __init__(self, folder: Path, port: int, die_at: int) -> None:
        store = Store(folder / "alerts.db")
        if die_at:
            store._file._thread.submit(store._file._db.set_trace_callback, _dying(die_at)).result()
        channels = {name: Line(name, port) for name in RECIPIENTS}
        self._desk = Desk(_SETTINGS, store, Clock("yes"), lambda _: None, channels)
        self._port = port
        self._boot = secrets.token_hex(4)
        self._seq = 0

    async def run(self) -> None:
        """Until killed."""
        async with asyncio.TaskGroup() as group:
            for worker in self._desk.outbox.workers.values():
                group.create_task(worker.run())
            group.create_task(self._desk.run(lambda _: (), lambda _, __: False))
            group.create_task(self._listen())

    async def _listen(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(b'{"hears": true}\n')
        while word := await reader.readline():
            key, phase = json.loads(word)
            if phase == Phase.ACKNOWLEDGED:
                await self._desk.acknowledge(key, "Ruth")
            else:
                self._desk.hear(self._alarm(key, active=phase != Phase.RETURNED))

    def _alarm(self, key: str, *, active: bool) -> Alarm:
        self._seq += 1
        return Alarm(
            key=key,
            active=active,
            kind=AlarmKind.EMERGENCY,
            cause=key,
            since_at=0.0,
            source="site",
            boot=self._boot,
            seq=self._seq,
        )


def _dying(at: int) -> Any:
    """Ends the process right before so manieth statement that writes."""
    left = [at]

    def trace(_statement: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return trace


def live(folder: Path, port: int, die_at: int) -> None:
    """Go on where the last life was killed, until killed."""
    budget.EMERGENCIES_AT_ONCE = 1_000_000  # each by itself, however many there are
    logging.basicConfig(filename=folder / "notifier.log", level=logging.ERROR)
    asyncio.run(Life(folder, port, die_at).run())


class Lives:
    """One life after the other; each is a fork of a process that has everything imported."""

    def __init__(self, folder: Path, port: int) -> None:
        self._given = folder, port
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._now: BaseProcess | None = None

    def begin(self, die_at: int = 0) -> None:
        """Start one, which ends itself at so manieth statement, or never."""
        self._now = self._context.Process(target=live, args=(*self._given, die_at), daemon=True)
        self._now.start()

    @property
    def ended_by(self) -> int | None:
        """The signal by which it ended, negative, or its exit code; None while it runs."""
        return self._now.exitcode if self._now is not None else 0

    def kill(self) -> None:
        """kill -9, if it still lives."""
        if self._now is not None:
            self._now.kill()
            self._now.join(10)
            self._now.close()
            self._now = None
