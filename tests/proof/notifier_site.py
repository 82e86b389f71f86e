"""A site with emergencies, and the providers of its three ways, which fail half of the time in every way there is."""

import asyncio
import contextlib
import json
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.notifier.record import Phase
from services.notifier.text import REPEATED
from tests.proof.notifier_lives import ORDER, RECIPIENTS

EVERY_S, NEXT_STEP_S = 0.03, 0.1
AT_ONCE = 25
WAYS = [(channel, recipient) for channel, names in RECIPIENTS.items() for recipient in names]


def _readonly(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder / 'alerts.db'}?mode=ro", uri=True)


def waiting(folder: Path) -> int:
    """How many messages wait."""
    with contextlib.closing(_readonly(folder)) as db:
        return int(db.execute("SELECT count(*) FROM outbox").fetchone()[0])


@dataclass(frozen=True)
class Taken:
    """A message as a provider has it."""

    channel: str
    recipient: str
    act: str
    thread: str
    ref: str
    subject: str

    @property
    def key(self) -> str:
        """The emergency that it is about."""
        found = re.search(r"smoke-\d{5}", self.subject)
        return found.group() if found else ""

    @property
    def own_ref(self) -> str:
        """By which it can be answered and changed."""
        return f"{self.channel}-{self.thread}-{self.recipient}"


@dataclass
class Site:
    """`words` is what stands, by key; `known` what is written. `on_take` is called when a provider takes one."""

    chance: random.Random
    words: dict[str, Phase] = field(default_factory=dict)
    known: dict[str, Phase] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    asked: int = 0
    fails: bool = True
    on_take: Callable[[], None] = lambda: None
    port: int = 0
    connections: int = 0
    _unheard: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    async def listen(self) -> asyncio.Server:
        """Begin; the port is a free one."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def burn(self, folder: Path) -> None:
        """Emergencies for ever: each is raised, then acknowledged, then over. No more at once than can be told."""
        while True:
            self.learn(folder)
            if len(self._unheard) < AT_ONCE:
                key = f"smoke-{len(self.words) + 1:05}"
                self.words[key] = ORDER[0]
                self._unheard[key] = set(WAYS)
            for other, phase in list(self.words.items())[-2 * AT_ONCE :]:
                if self.known.get(other) is phase and phase is not ORDER[-1] and self.chance.random() < EVERY_S / NEXT_STEP_S:
                    self.words[other] = ORDER[ORDER.index(phase) + 1]
            await asyncio.sleep(EVERY_S)

    def end_all(self) -> None:
        """The next step of all that is not over."""
        for key, phase in self.words.items():
            if self.known.get(key) is phase and phase is not ORDER[-1]:
                self.words[key] = ORDER[ORDER.index(phase) + 1]

    @property
    def is_over(self) -> bool:
        """Whether all that ever stood is written as over."""
        return all(self.known.get(key) is ORDER[-1] for key in self.words)

    def faults(self) -> list[str]:
        """What was lost, doubled without a mark, or answers what was never posted."""
        found = []
        begun = {(one.channel, one.recipient, one.key) for one in self.taken}
        ended = {(one.channel, one.recipient, one.key) for one in self.taken if "ended after" in one.subject.lower()}
        for channel, recipient in WAYS:
            found += [f"{channel} {recipient}: nothing of {key}" for key in self.words if (channel, recipient, key) not in begun]
            found += [
                f"{channel} {recipient}: not the end of {key}" for key in self.words if (channel, recipient, key) not in ended
            ]
        loud = [one for one in self.taken if REPEATED not in one.subject and one.act != "edit"]
        unmarked = Counter((one.channel, one.recipient, one.act, one.key) for one in loud)
        found += [f"{number} times without a mark: {' '.join(what)}" for what, number in unmarked.items() if number > 1]
        refs = {(one.thread, one.own_ref) for one in self.taken if one.act == "post"}
        stray = [one for one in self.taken if one.act != "post" and (one.thread, one.ref) not in refs]
        return found + [f"answers what was never posted: {one}" for one in stray]

    def learn(self, folder: Path) -> None:
        """What is written, as far as there is a file yet."""
        with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(_readonly(folder)) as db:
            self.known |= {key: Phase(phase) for key, phase in db.execute("SELECT key, phase FROM alarms")}

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            asked = json.loads(await reader.readline() or b"{}")
            if "hears" in asked:
                speaking = asyncio.create_task(self._speak(writer))
                try:
                    await reader.read()
                finally:
                    speaking.cancel()
            elif asked:
                await self._answer(Taken(**asked), writer)
        except (ConnectionError, TimeoutError, ValueError):
            pass  # killed in the middle
        finally:
            self.connections -= 1
            writer.close()

    async def _speak(self, writer: asyncio.StreamWriter) -> None:
        said = {key: phase for key, phase in self.known.items() if phase is ORDER[-1]}
        while not writer.is_closing():
            news = {key: phase for key, phase in self.words.items() if said.get(key) is not phase}
            said |= news
            writer.write("".join(json.dumps(word) + "\n" for word in news.items()).encode())
            await asyncio.sleep(EVERY_S / 3)

    async def _answer(self, message: Taken, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        fate = self.chance.choice(("refuse", "hang", "pause", "cut", "swallow")) if self._is_bad() else "take"
        if fate in ("take", "cut", "swallow"):
            self._take(message)
        answers: dict[str, dict[str, Any]] = {
            "take": {"ref": message.own_ref}, "refuse": {"maybe_taken": False},
            "pause": {"retry_after_s": 0.01},
        }  # fmt: skip
        if fate in ("hang", "swallow"):
            await asyncio.sleep(0.2)
        elif fate != "cut":
            writer.write(json.dumps(answers[fate]).encode() + b"\n")
            await writer.drain()

    def _take(self, message: Taken) -> None:
        self.taken.append(message)
        missing = self._unheard.get(message.key, set())
        missing.discard((message.channel, message.recipient))
        if not missing:
            self._unheard.pop(message.key, None)
        self.on_take()

    def _is_bad(self) -> bool:
        return self.fails and self.chance.random() < 0.5
