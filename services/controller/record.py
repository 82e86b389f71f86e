"""What a decision leaves on the card, in one commit. A card that refuses or hangs is an alarm, and never stops control."""

import asyncio
import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.controller.answered import Answered
from services.controller.core.book import Key
from services.controller.core.memory import State
from services.controller.core.moments import Now
from services.controller.core.orders import Sent
from services.controller.given_up import GivenUp
from services.controller.ledger import Ledger
from services.controller.pending import Pending
from services.controller.report import Report
from services.shared.messages import Event

log = logging.getLogger(__name__)

_PATIENCE_S = 2.0  # with the card; after that the decision is carried out from memory
_QUIET_WAIT_S = 110.0  # a crash renews and hears it sooner; each commit is four pages on the card
_SILENT = "the card does not answer"


@dataclass(frozen=True, slots=True)
class _Commit:
    """A commit under way: it can neither be hurried nor called back."""

    task: asyncio.Task[tuple[Event, ...]]
    state: State
    held: Pending


class Record:
    """Writes to the ledger what changed since it was last written. `fault` says why the card refuses, None while it does not."""

    def __init__(self, ledger: Ledger, report: Report) -> None:
        self.fault: str | None = None
        self._ledger = ledger
        self._report = report
        self._saved: State | None = None
        self._pending = Pending()
        self._quiet_mono_s: float | None = None
        self._damage: str | None = None
        self._trouble: str | None = None
        self._given_up = GivenUp("the card has refused them for too long")
        self._told: tuple[str, ...] = ()
        self._under_way: _Commit | None = None

    @property
    def dropped(self) -> int:
        """Events given up since the start, in memory and on the card."""
        return self._given_up.total + self._ledger.given_up.total

    async def load(self, now: Now) -> tuple[State | None, Mapping[Key, Sent]]:
        """What an earlier process left, and whether it was damaged."""
        stored, orders = await self._ledger.load()
        if not self._found_damage("at the start"):
            self._report.tell_ledger(None, now)  # what an earlier process said of it is over
        self._tell(now)
        return stored, orders

    def has_latched(self, state: State) -> bool:
        """Whether a restart would find the trips and lock-outs of this state."""
        return self._ledger.has_latched(state)

    async def answered(self) -> tuple[Answered, ...]:
        """The requests that an earlier process answered, oldest first."""
        return await self._ledger.answered()

    async def write(
        self,
        state: State,
        orders: Mapping[Key, Sent],
        events: tuple[Event, ...],
        now: Now,
        answered: tuple[Answered, ...] = (),
    ) -> tuple[Event, ...]:
        """Write what is new, with what the card refused before; the events come back numbered, to be told."""
        if self._found_damage("beside the commits"):
            self._saved = None
        self._pending.add(orders, events, answered)
        numbered: tuple[Event, ...] = ()
        while (commit := self._under_way or self._begin(state, now)) is not None:
            is_late = commit is self._under_way
            self._under_way = commit
            await asyncio.wait({commit.task}, timeout=0.0 if is_late else _PATIENCE_S)
            if not commit.task.done():
                self._refused(_SILENT)
                break
            self._under_way = None
            try:
                numbered += commit.task.result()
            except sqlite3.Error as error:
                self._pending.take_back(commit.held)
                self._refused(str(error))
                break
            self._written(commit)
        self._tell(now)
        return numbered

    def _begin(self, state: State, now: Now) -> _Commit | None:
        """The commit of all that is new; None when nothing is, or nothing but what can wait a while."""
        changed = state if state != self._saved else None
        if changed is None and not self._pending:
            return None
        if self._can_wait(changed) and not self._has_waited(now):
            return None
        self._quiet_mono_s = None
        held = self._pending.take()
        task = asyncio.create_task(self._ledger.commit(changed, held.orders, held.events, held.answered))
        return _Commit(task, state, held)

    def _can_wait(self, changed: State | None) -> bool:
        """Nothing is new but leases that were renewed and words that were heard again: a crash renews and hears them sooner."""
        if self.fault is not None or self._pending.is_urgent:
            return False
        return changed is None or (self._saved is not None and _unheard(changed) == _unheard(self._saved))

    def _has_waited(self, now: Now) -> bool:
        if self._quiet_mono_s is None:
            self._quiet_mono_s = now.mono_s
        return now.mono_s - self._quiet_mono_s >= _QUIET_WAIT_S

    def _written(self, commit: _Commit) -> None:
        self._saved = commit.state
        if self._found_damage("while it was written"):
            self._saved = None  # a new file was begun: the whole state goes into it
        elif self.fault is not None:
            self._trouble = None
        self.fault = None
        self._given_up.over()

    def _refused(self, why: str) -> None:
        self._given_up.add(self._pending.trim())
        if self.fault is None:
            log.error("the ledger cannot be written; control goes on from memory: %s", why)
            self._trouble = why
        self.fault = why

    def _found_damage(self, when: str) -> bool:
        if self._ledger.damage is None or self._ledger.damage == self._damage:
            return False
        self._damage = self._ledger.damage
        log.error("the ledger was damaged: %s", self._damage)
        self._trouble = f"damaged {when}: {self._damage}"
        return True

    def _tell(self, now: Now) -> None:
        """The alarm, when there is something new to say."""
        words = tuple(part for part in (self._trouble, self._given_up.words, self._ledger.given_up.words) if part)
        if words != self._told:
            self._told = words
            self._report.tell_ledger("; ".join(words) or None, now)


def _unheard(state: State) -> State:
    """The state without the moments at which its sources said the same once more."""
    return replace(state, sources=tuple(replace(one, seen=None) for one in state.sources))
