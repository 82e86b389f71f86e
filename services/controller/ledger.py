"""`ledger.db`: what must survive any kill and any power cut. Written before an order goes out; one commit for all of a decision.

One thread owns the connection, so a slow card never stalls the loop. WAL with FULL: an acknowledged commit is on the card.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from services.controller import ledger_events, ledger_rows
from services.controller.answered import Answered
from services.controller.core.memory import State
from services.controller.core.orders import Sent
from services.controller.given_up import GivenUp
from services.controller.ledger_connection import LedgerConnection
from services.controller.ledger_file import taken
from services.controller.ledger_rows import Orders, latched
from services.shared import sqlite_care
from services.shared.messages import Event

T = TypeVar("T")
A = TypeVarTuple("A")
_LOOK_EACH_S = 5.0


class Ledger:
    """The durable state, the last order per target and path, and the events that history has not yet confirmed."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.given_up = GivenUp("history has confirmed none for too long")
        self._path = path
        self._lock = taken(path)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._held = self._thread.submit(LedgerConnection, path).result()

    @property
    def damage(self) -> str | None:
        """What was found damaged, missing or deleted; what is known of it goes on in a new file."""
        return self._held.damage

    def has_latched(self, state: State) -> bool:
        """Whether the trips and lock-outs of a state are on the card, and no others."""
        return self._held.latched == latched(state)

    async def watch(self) -> None:
        """Look for ever whether the files are still there; `damage` says it where not, and the next commit makes them anew."""
        while True:
            await asyncio.sleep(_LOOK_EACH_S)
            await self.look()

    async def look(self) -> None:
        """One look of `watch`."""
        await self._run(self._held.look)

    async def load(self) -> tuple[State | None, dict[tuple[str, str], Sent]]:
        """The stored state (None on a new site) and the orders remembered."""
        return await self._run(self._held.load)

    async def answered(self) -> tuple[Answered, ...]:
        """The requests that had their answer, oldest first; at most the newest KEPT."""
        return await self._run(lambda: ledger_rows.answered(self._held.db))

    async def commit(
        self, state: State | None, orders: Orders, events: Iterable[Event], answered: Iterable[Answered] = ()
    ) -> tuple[Event, ...]:
        """Store all or nothing; the events come back numbered. Raises sqlite3.Error when the card refuses."""
        numbered, pruned = await self._run(self._held.commit, state, dict(orders), tuple(events), tuple(answered))
        self.given_up.add(pruned)
        return numbered

    async def unconfirmed(self, after: int, limit: int = 500) -> tuple[Event, ...]:
        """Events with a higher number, oldest first."""
        return await self._run(lambda: ledger_events.unconfirmed(self._held.db, after, limit))

    async def waiting(self) -> tuple[int, float | None]:
        """How many events history has not confirmed, and when the oldest of them happened (Unix seconds)."""
        return await self._run(lambda: ledger_events.waiting(self._held.db))

    async def forget(self, up_to: int) -> bool:
        """History holds the events up to this number.

        False when it was never given here: it is of a ledger before this one. Then nothing is forgotten, and what is told from
        now on is numbered above it, or history would take new events for old ones.
        """
        if not await self._run(lambda: ledger_events.was_given(self._held.db, up_to)):
            return False
        while await self._run(
            lambda: ledger_events.forget(self._held.db, up_to)
        ):  # in slices: a decision's commit never waits for weeks of events
            pass
        self.given_up.over()
        return True

    async def tend(self) -> str:
        """The daily care: what was found, in words. Every page is looked at beside the commits; damage is met as in a commit.

        Raises sqlite3.Error for what is no damage.
        """
        suspected = await asyncio.to_thread(sqlite_care.damage, self._path)
        return await self._run(self._held.tend, suspected)

    def close(self) -> None:
        """Checkpoint and close; may be called once."""
        self._thread.submit(self._held.db.close).result()
        self._thread.shutdown()
        self._lock.close()

    async def _run(self, function: Callable[[*A], T], *arguments: *A) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)
