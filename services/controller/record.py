"""What a decision leaves on the card, in one commit. A card that refuses or hangs is an alarm, and never stops control."""

import asyncio
import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from services.controller.core.book import Key
from services.controller.core.memory import State
from services.controller.core.moments import Now
from services.controller.core.orders import Sent
from services.controller.ledger import Ledger
from services.controller.report import Report
from services.shared.messages import Event

log = logging.getLogger(__name__)

_UNWRITTEN_KEPT = 10_000  # events that wait in memory for a card that refuses
_PATIENCE_S = 2.0  # with the card; after that the decision is carried out from memory
_SILENT = "the card does not answer"


@dataclass(frozen=True, slots=True)
class _Commit:
    """A commit under way: it can neither be hurried nor called back."""

    task: asyncio.Task[tuple[Event, ...]]
    state: State
    orders: dict[Key, Sent]
    events: tuple[Event, ...]


class Record:
    """Writes to the ledger what changed since it was last written. `fault` says why the card refuses, None while it does not."""

    def __init__(self, ledger: Ledger, report: Report) -> None:
        self.fault: str | None = None
        self._ledger = ledger
        self._report = report
        self._saved: State | None = None
        self._orders: dict[Key, Sent] = {}
        self._events: tuple[Event, ...] = ()
        self._damage: str | None = None
        self._under_way: _Commit | None = None

    async def load(self, now: Now) -> tuple[State | None, Mapping[Key, Sent]]:
        """What an earlier process left, and whether it was damaged."""
        stored, orders = await self._ledger.load()
        if not self._tell_damage("at the start", now):
            self._report.tell_ledger(None, now)  # what an earlier process said of it is over
        return stored, orders

    async def write(self, state: State, orders: Mapping[Key, Sent], events: tuple[Event, ...], now: Now) -> tuple[Event, ...]:
        """Write what is new, with what the card refused before; the events come back numbered, to be told."""
        self._orders = {**self._orders, **orders}
        self._events = (*self._events, *events)
        numbered: tuple[Event, ...] = ()
        while (commit := self._under_way or self._begin(state)) is not None:
            is_late = commit is self._under_way
            self._under_way = commit
            await asyncio.wait({commit.task}, timeout=0.0 if is_late else _PATIENCE_S)
            if not commit.task.done():
                self._refused(_SILENT, now)
                break
            self._under_way = None
            try:
                numbered += commit.task.result()
            except sqlite3.Error as error:
                self._take_back(commit)
                self._refused(str(error), now)
                break
            self._written(commit, now)
        return numbered

    def _begin(self, state: State) -> _Commit | None:
        """The commit of all that is new; None when nothing is."""
        changed = state if state != self._saved else None
        if changed is None and not self._orders and not self._events:
            return None
        orders, events = self._orders, self._events
        self._orders, self._events = {}, ()
        return _Commit(asyncio.create_task(self._ledger.commit(changed, orders, events)), state, orders, events)

    def _written(self, commit: _Commit, now: Now) -> None:
        self._saved = commit.state
        if self._tell_damage("while it was written", now):
            self._saved = None  # a new file was begun: the whole state goes into it
        elif self.fault is not None:
            self._report.tell_ledger(None, now)
        self.fault = None

    def _take_back(self, commit: _Commit) -> None:
        self._orders = {**commit.orders, **self._orders}
        self._events = (*commit.events, *self._events)

    def _refused(self, why: str, now: Now) -> None:
        self._events = self._events[-_UNWRITTEN_KEPT:]
        if self.fault is None:
            log.error("the ledger cannot be written; control goes on from memory: %s", why)
            self._report.tell_ledger(why, now)
        self.fault = why

    def _tell_damage(self, when: str, now: Now) -> bool:
        if self._ledger.damage is None or self._ledger.damage == self._damage:
            return False
        self._damage = self._ledger.damage
        log.error("the ledger was damaged: %s", self._damage)
        self._report.tell_ledger(f"damaged {when}: {self._damage}", now)
        return True
