"""`ledger.db`: what must survive any kill and any power cut. Written before an order goes out; one commit for all of a decision.

One thread owns the connection, so a slow card never stalls the loop. WAL with FULL: an acknowledged commit is on the card.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from pydantic import TypeAdapter, ValidationError

from services.controller.core.memory import State
from services.controller.core.orders import Sent
from services.shared.messages import Event

_SCHEMA = """
CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS orders (target TEXT, path TEXT, document TEXT NOT NULL, PRIMARY KEY (target, path)) STRICT;
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL) STRICT;
"""
_STATE = TypeAdapter(State)
_SENT = TypeAdapter(Sent)
_EVENTS_KEPT = 50_000  # an api that is away for weeks must not fill the card

OWNER = "controller"
T = TypeVar("T")
A = TypeVarTuple("A")
Orders = Mapping[tuple[str, str], Sent]


class Ledger:
    """The durable state, the last order per target and path, and the events that history has not yet confirmed."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.damage: str | None = None
        """What was found damaged at the start; the file then lies aside and a new one was begun."""
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._db = self._thread.submit(self._open).result()

    async def load(self) -> tuple[State | None, dict[tuple[str, str], Sent]]:
        """The stored state (None on a new site) and the orders remembered."""
        return await self._run(self._load)

    async def commit(self, state: State | None, orders: Orders, events: Iterable[Event]) -> tuple[Event, ...]:
        """Store all or nothing; the events come back numbered. Raises sqlite3.Error when the card refuses."""
        return await self._run(self._commit, state, dict(orders), tuple(events))

    async def unconfirmed(self, after: int, limit: int = 500) -> tuple[Event, ...]:
        """Events with a higher number, oldest first."""
        return await self._run(self._unconfirmed, after, limit)

    async def forget(self, up_to: int) -> None:
        """History holds the events up to this number."""
        await self._run(self._forget, up_to)

    def close(self) -> None:
        """Checkpoint and close; may be called once."""
        self._thread.submit(self._db.close).result()
        self._thread.shutdown()

    async def _run(self, function: Callable[[*A], T], *arguments: *A) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    def _open(self) -> sqlite3.Connection:
        try:
            return _opened(self._path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # locked, full or read-only is no damage
            return self._begin_anew(str(error))

    def _begin_anew(self, why: str) -> sqlite3.Connection:
        aside = next(p for n in range(1, 1000) if not (p := self._path.with_name(f"{self._path.name}.damaged-{n}")).exists())
        self._path.rename(aside)
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self.damage = f"{why}; it lies aside as {aside.name}"
        return _opened(self._path)

    def _load(self) -> tuple[State | None, dict[tuple[str, str], Sent]]:
        try:
            row = self._db.execute("SELECT document FROM state").fetchone()
            orders = self._db.execute("SELECT target, path, document FROM orders").fetchall()
            return (
                _STATE.validate_json(row[0]) if row else None,
                {(target, path): _SENT.validate_json(document) for target, path, document in orders},
            )
        except (sqlite3.DatabaseError, ValidationError) as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # a passing fault of the card is no damage: the supervisor starts us again
            self._db.close()
            self._db = self._begin_anew(type(error).__name__)
            return None, {}

    def _commit(self, state: State | None, orders: Orders, events: tuple[Event, ...]) -> tuple[Event, ...]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            if state is not None:
                document = _STATE.dump_json(state).decode()
                self._db.execute("INSERT OR REPLACE INTO state VALUES (1, ?)", (document,))
            rows = [(target, path, _SENT.dump_json(sent).decode()) for (target, path), sent in orders.items()]
            self._db.executemany("INSERT OR REPLACE INTO orders VALUES (?, ?, ?)", rows)
            numbered = tuple(self._add(event) for event in events)
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        return numbered

    def _add(self, event: Event) -> Event:
        document = event.model_dump_json(by_alias=True)
        seq = self._db.execute("INSERT INTO events (document) VALUES (?)", (document,)).lastrowid
        assert seq is not None
        if seq % 1000 == 0:
            self._db.execute("DELETE FROM events WHERE seq <= ?", (seq - _EVENTS_KEPT,))
        return event.model_copy(update={"ledger_seq": seq})

    def _unconfirmed(self, after: int, limit: int) -> tuple[Event, ...]:
        rows = self._db.execute("SELECT seq, document FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
        return tuple(_restored(document, seq) for seq, document in rows)

    def _forget(self, up_to: int) -> None:
        self._db.execute("DELETE FROM events WHERE seq <= ?", (up_to,))


def _restored(document: str, seq: int) -> Event:
    return Event.model_validate_json(document).model_copy(update={"ledger_seq": seq, "subject": (OWNER,)})


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=5.0)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA wal_autocheckpoint=1000")
    db.execute("PRAGMA journal_size_limit=8388608")
    db.executescript(_SCHEMA)
    return db
