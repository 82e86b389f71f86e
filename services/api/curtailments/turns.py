"""Which curtailments are on record: the changes of mode, cut where something began to ask for less and where load was free again.

Where something asks anew while load returns from what asked before, that is a curtailment of its own. So is a person's hold,
which a graver ask ends. In the database thread; walks one index from the newest end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from services.shared.vocabulary import Mode

ASKS = frozenset({Mode.CURTAILING, Mode.CURTAILED, Mode.THERMAL_LIMIT, Mode.EMERGENCY, Mode.FAILSAFE})
_PAGE = 400
_TURN = "kind IN ('transition', 'decision') AND +kind = 'transition' AND mode <> ''"
_COLUMNS = "id, happened_ms, title, mode, reasons, clock_trusted"
_OLDER = sa.text(
    f"SELECT {_COLUMNS} FROM events WHERE {_TURN} AND (happened_ms, id) < (:ms, :id)"  # noqa: S608 - our own names
    " ORDER BY happened_ms DESC, id DESC LIMIT :page"
)
_FREE_AGAIN = sa.text(
    f"SELECT happened_ms, id FROM events WHERE {_TURN} AND mode = 'normal' AND happened_ms >= :ms"  # noqa: S608
    " ORDER BY happened_ms, id LIMIT 1"
)
_ONE = sa.text(f"SELECT {_COLUMNS} FROM events WHERE id = :id AND {_TURN}")  # noqa: S608
_END_OF_TIME_MS = 2**53


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of mode as it is stored."""

    id: int
    ms: int
    title: str
    mode: str
    reasons: str
    clock_trusted: bool


@dataclass(slots=True)
class Stretch:
    """A curtailment's changes of mode, the first of which began it; `until` is the one that ended it: load was free again, or
    something else asked."""

    turns: list[Turn] = field(default_factory=list)
    until: Turn | None = None

    @property
    def begin(self) -> Turn:
        """The change of mode with which it began."""
        return self.turns[0]

    @property
    def is_held(self) -> bool:
        """Whether a person's hold alone brought it."""
        return self.begin.mode == Mode.MANUAL

    @property
    def released(self) -> Turn | None:
        """The change of mode with which nothing asked any more; None while something does."""
        asking = max((n for n, turn in enumerate(self.turns) if turn.mode in (*ASKS, Mode.MANUAL)), default=0)
        return next(iter([*self.turns[asking + 1 :], *([self.until] if self.until else [])]), None)

    @property
    def returns(self) -> bool:
        """Whether nothing asks any more, and load is on its way back."""
        return any(turn.mode == Mode.RESTORING for turn in self.turns)

    def end_ms(self, now_ms: int) -> int:
        """Its end, before the ask of another; now while it runs."""
        if self.until is None:
            return max(now_ms, self.turns[-1].ms)
        return self.until.ms if self.until.mode == Mode.NORMAL else max(self.begin.ms, self.until.ms - 1)


def newest(connection: sa.Connection, from_ms: int, to_ms: int) -> Iterator[Stretch]:
    """All that reach into `from_ms` to `to_ms` (Unix milliseconds), newest first; read as far as the caller asks."""
    free = connection.execute(_FREE_AGAIN, {"ms": to_ms}).one_or_none()
    later: list[Turn] = []  # of the page before, from the middle of a curtailment on
    at = (free.happened_ms, free.id + 1) if free else (_END_OF_TIME_MS, 0)
    while True:
        page = [_turn(row) for row in connection.execute(_OLDER, {"ms": at[0], "id": at[1], "page": _PAGE})]
        known = [*page[::-1], *later]
        whole = len(page) < _PAGE
        first = 0 if whole else next((n for n, turn in enumerate(known) if turn.mode == Mode.NORMAL), None)
        if first is not None:
            found = [one for one in cut(known[first:]) if one.begin.ms < to_ms and one.end_ms(to_ms) >= from_ms]
            yield from reversed(found)
        later = known if first is None else known[: first + 1]
        if whole or (first is not None and known[first].ms < from_ms):
            return
        at = (page[-1].ms, page[-1].id)


def one(connection: sa.Connection, id_: int) -> Stretch | None:
    """The curtailment that began with this event; None when none did."""
    row = connection.execute(_ONE, {"id": id_}).one_or_none()
    if row is None:
        return None
    return next((found for found in newest(connection, row.happened_ms, row.happened_ms + 1) if found.begin.id == id_), None)


def cut(turns: Iterable[Turn]) -> list[Stretch]:
    """The curtailments of changes of mode in their order, oldest first."""
    found: list[Stretch] = []
    open_: Stretch | None = None
    for turn in turns:
        if open_ is not None and _ends(open_, turn):
            open_.until = turn
            open_ = None
        if open_ is not None:
            open_.turns.append(turn)
        elif turn.mode in ASKS or turn.mode == Mode.MANUAL:
            open_ = Stretch([turn])
            found.append(open_)
    return found


def _ends(stretch: Stretch, turn: Turn) -> bool:
    if turn.mode == Mode.NORMAL:
        return True
    return turn.mode in ASKS if stretch.is_held or stretch.returns else turn.mode == Mode.MANUAL


def _turn(row: Any) -> Turn:
    return Turn(row.id, row.happened_ms, row.title, row.mode, row.reasons, bool(row.clock_trusted))
