"""A day of emergencies, told by ways that fail half of the time: the real desk, outbox, store and workers in time that leaps.

An emergency begins every few minutes; people acknowledge some of them; each way takes a message, refuses it, hangs, takes it and
loses the answer, or asks for a pause.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count, takewhile
from pathlib import Path
from typing import Protocol

from services.notifier.channels.base import Channel
from services.notifier.desk import Desk
from services.notifier.store import Store
from services.notifier.text import REPEATED
from services.shared.messages import Alarm
from services.shared.settings.tree import Settings
from services.shared.vocabulary import AlarmKind
from tests.proof.leaping import LoopClock

EVERY_S, LASTS_S = (120.0, 300.0), (20.0, 1_200.0)
PLACES = 40
"""So many alarms in turn: none comes so soon again that it chatters."""
SETTLED_S = 7_200.0
REMINDS = re.compile("nobody acknowledged|NOT ACKNOWLEDGED")
"""What is said again and again as long as nobody answers."""


@dataclass(frozen=True)
class Told:
    """A message as a provider took it. `act` and `name` are empty where the provider cannot tell."""

    way: str
    act: str
    subject: str
    name: str = ""

    @property
    def is_marked(self) -> bool:
        """Whether it says that it may have come before."""
        return REPEATED in self.subject


class Ways(Protocol):
    """Ways to people that fail, and what their providers took."""

    channels: Mapping[str, Channel]
    fails: bool

    def told(self) -> list[Told]:
        """Everything that any provider ever took."""
        ...

    def ways(self) -> list[str]:
        """Each recipient of each channel, as in `Told.way`."""
        ...


@dataclass
class Day:
    """`causes` are the emergencies that were raised, in words that no other has."""

    ways: Ways
    chance: random.Random
    causes: list[str] = field(default_factory=list)
    left: int = 0
    seq: int = 0

    async def live(self, folder: Path, hours: float) -> None:
        """So many hours, then quiet until nothing is left to say."""
        store, settings = Store(folder / "alerts.db"), Settings()
        desk = Desk(settings, store, LoopClock(), lambda _: None, self.ways.channels)
        tasks = [asyncio.create_task(worker.run()) for worker in desk.outbox.workers.values()]
        tasks.append(asyncio.create_task(desk.run(lambda _: (), lambda _, __: False)))
        async with asyncio.TaskGroup() as group:
            end_s = _now_s() + hours * 3_600.0
            while _now_s() < end_s:
                group.create_task(self._burn(desk))
                await asyncio.sleep(self.chance.uniform(*EVERY_S))
        self.ways.fails = False
        end_s = _now_s() + SETTLED_S
        for _ in takewhile(lambda _: _now_s() < end_s, count()):
            waits = any(worker.rows for worker in desk.outbox.workers.values())
            if not waits and not any(one.is_open for one in desk.records.values()):
                break
            await asyncio.sleep(10.0)
        self.left = sum(len(worker.rows) for worker in desk.outbox.workers.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await desk.outbox.close()
        store.close()

    async def _burn(self, desk: Desk) -> None:
        number = len(self.causes) + 1
        key, cause = f"signal_{number % PLACES}", f"Smoke {number:05} is seen"
        self.causes.append(cause)
        desk.hear(self._alarm(key, cause, active=True))
        await asyncio.sleep(self.chance.uniform(*LASTS_S) / 2)
        if self.chance.random() < 0.5:
            await desk.acknowledge(key, "Ruth")
        await asyncio.sleep(self.chance.uniform(*LASTS_S) / 2)
        desk.hear(self._alarm(key, cause, active=False))

    def _alarm(self, key: str, cause: str, *, active: bool) -> Alarm:
        self.seq += 1
        return Alarm(
            key=key, active=active, kind=AlarmKind.EMERGENCY, cause=cause, since_at=LoopClock().now().wall_s, source="collector",
            boot="boot-1", seq=self.seq,
        )  # fmt: skip

    def faults(self) -> list[str]:
        """What was lost at any way, and what came twice without a mark."""
        told = self.ways.told()
        found = [f"{self.left} messages still wait"] if self.left else []
        for way in self.ways.ways():
            here = [one for one in told if one.way == way]
            posts = Counter(_cause(one.subject) for one in here if one.act == "post" and not one.is_marked)
            heard = {_cause(one.subject) for one in here}
            found += [f"{way}: nothing of {cause}" for cause in self.causes if cause not in heard]
            found += [f"{way}: {number} times without a mark: {cause}" for cause, number in posts.items() if number > 1]
        said = [one for one in told if one.act != "edit" and not one.is_marked and REMINDS.search(one.subject) is None]
        names = Counter((one.way, one.name, one.subject) for one in said)
        return found + [f"{number} times without a mark: {what}" for what, number in names.items() if number > 1]

    def summary(self) -> str:
        """What was seen."""
        told = self.ways.told()
        acts = Counter(one.act for one in told)
        marked = sum(one.is_marked for one in told)
        return (
            f"{len(self.causes)} emergencies on {len(self.ways.ways())} ways: {acts['post']} posts, {acts['reply']} replies and "
            f"{acts['edit']} edits taken, {marked} of them marked as repeated"
        )


def _cause(subject: str) -> str:
    """The part that no other emergency has."""
    return "Smoke" + subject.partition("Smoke")[2][:6] + " is seen" if "Smoke" in subject else subject


def _now_s() -> float:
    return asyncio.get_running_loop().time()


async def day(folder: Path, ways: Ways, hours: float, chance: random.Random) -> Day:
    """Live one."""
    one = Day(ways, chance)
    await one.live(folder, hours)
    return one
