"""A provider that answers as the test says, and the parts of the notifier that bring messages to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from services.notifier.change import Change, Done
from services.notifier.channels.base import Failed
from services.notifier.message import Act, Draft, Outgoing, Row, Sent, Text
from services.notifier.outbox import Outbox
from services.notifier.sending import Way
from services.notifier.store import Store
from services.notifier.worker import Worker
from services.shared.clock import Clock
from services.shared.vocabulary import AlarmKind


class Provider:
    """A channel. What it takes it keeps; `failures` come first, one by one, or `down` for ever; `gate` holds an answer back.
    `later` are put off when all are sent to at once."""

    def __init__(self, name: str = "telegram", recipients: tuple[str, ...] = ("a",), *, edits: bool = True) -> None:
        self.name, self.recipients, self.edits = name, recipients, edits
        self.deadline_s = 5.0
        self.asked: list[Outgoing] = []
        self.taken: list[tuple[str, Outgoing]] = []
        self.failures: list[Failed] = []
        self.down: Failed | None = None
        self.forbidden: dict[str, Failed] = {}
        self.gate: asyncio.Event | None = None
        self.later: tuple[str, ...] = ()

    async def send(self, recipient: str, message: Outgoing) -> Sent:
        self.asked.append(message)
        if self.gate is not None and message.act is not Act.REPLY:
            await self.gate.wait()
        if (failed := self.down or self.forbidden.get(recipient)) is not None:
            raise failed
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append((recipient, message))
        return Sent("taken", f"ref-{len(self.taken)}", () if recipient else self.later)

    async def check(self) -> str:
        return "knows us"

    async def unreached(self, addresses: Collection[str]) -> dict[str, str]:
        return {one: str(self.forbidden[one]) for one in addresses if one in self.forbidden}

    async def close(self) -> None:
        pass

    @property
    def told(self) -> list[tuple[str, str]]:
        """What was done, and the subject."""
        return [(message.act.value, message.text.subject) for _, message in self.taken]


class Bench:
    """An outbox with one provider; what settles is saved as the desk does it."""

    def __init__(self, folder: Path, provider: Provider | None = None, retry_s: float = 0.01) -> None:
        self.provider = provider or Provider()
        self.store = Store(folder / "alerts.db")
        self.settled: list[tuple[int, str, bool]] = []
        self.clock = Clock("yes")
        way = Way(self.store, self.clock, retry_s, self._settle, on_health=lambda: None, post=lambda drafts: self.post(*drafts))
        self.outbox = Outbox({self.provider.name: self.provider, "pigeon": "not set up"}, way)
        self.worker: Worker = self.outbox.workers[self.provider.name]

    async def _settle(self, row: Row, words: str, delivered: bool) -> None:
        await self.store.save(Change(done=[Done(row, 0.0, words)]))
        self.settled.append((row.id, words, delivered))

    def draft(
        self, kind: AlarmKind, subject: str, act: Act = Act.POST, thread: str = "", *, whole: str = "", ask: bool = False,
        keys: tuple[str, ...] = (), to: tuple[str, ...] = (),
    ) -> Draft:  # fmt: skip
        text, all_ = Text(subject, "", ""), Text(whole, "", "") if whole else None
        return Draft(self.provider.name, kind, keys, text, to, thread, act, all_, ask)

    def add(self, *drafts: Draft, made_at: float = 1_000.0) -> list[Row]:
        """Without a disk in between."""
        rows = self.outbox.rows_of(drafts, made_at)
        self.outbox.replace(rows, self.outbox.superseded(rows))
        return rows

    async def post(self, *drafts: Draft) -> None:
        """As the desk does it."""
        rows = self.outbox.rows_of(drafts, 1_000.0)
        dropped = self.outbox.superseded(rows)
        await self.store.save(Change(rows={row.id: row for row in rows}, dropped=dropped))
        self.outbox.replace(rows, dropped)

    @property
    def waiting(self) -> list[tuple[str, str]]:
        """What waits, and its subject."""
        return [(row.act.value, row.text.subject) for row in self.worker.rows.values()]


@asynccontextmanager
async def running(bench: Bench, prepare: Callable[[Bench], object] = lambda _: None) -> AsyncIterator[Bench]:
    prepare(bench)
    task = asyncio.create_task(bench.worker.run())
    try:
        yield bench
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        bench.store.close()
