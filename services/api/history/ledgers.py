"""How far the events of each owner are stored without a gap, so that the owner may forget them.

An owner numbers its events without gaps and re-sends what is not stored, the oldest first. So what comes again from behind a gap,
while nothing fills it, shows that the owner has nothing for it. Time alone proves nothing: from an owner or a broker that is away
nothing comes, and it would be told to forget what it alone holds. A gap that re-sends did not fill is given up in the end, or the
owner would keep everything for ever; the beginning of a ledger that history never saw (its file is new) is such a gap. A number
that comes again with another moment belongs to a ledger that began anew.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services.api.history.rows import Row
from services.api.history.schema import TABLES

log = logging.getLogger(__name__)
BEGINNING_TRIES = 3
GAP_TRIES = 30
"""Re-sends without what is missing, until it is given up. Owners send again every 20 s."""
RESEND_S = 15.0
"""What comes again sooner is one re-send with the last, or the broker's own repetition."""
_EVENTS = TABLES["events"]
_LEDGERS = TABLES["ledgers"]


@dataclass(slots=True)
class Gap:
    """`behind` is the first number that is there; how often was sent again without what is missing, and when (monotonic s)."""

    behind: int
    came_mono_s: float
    tries: int = 0


class Ledgers:
    """Lives in the database thread. `gaps` holds the first gap of every owner that has one."""

    def __init__(self) -> None:
        self.gaps: dict[str, Gap] = {}

    def known(self, connection: sa.Connection) -> dict[str, int]:
        """The stored number of every owner that has one."""
        rows = connection.execute(sa.select(_LEDGERS.c.source, _LEDGERS.c.stored_seq).where(_LEDGERS.c.stored_seq.is_not(None)))
        return {source: seq for source, seq in rows}

    def store(self, connection: sa.Connection, events: list[Row], mono_s: float) -> dict[str, int]:
        """Insert what is new and say how far each owner of these events is stored; an owner without a beginning is left out."""
        again = {event["source"]: 0 for event in events}
        for event in sorted(events, key=lambda row: (row["source"], row["ledger_seq"])):
            if self._was_there(connection, event):
                again[event["source"]] = event["ledger_seq"]
        marks = {source: self._advance(connection, source, seq, mono_s) for source, seq in again.items()}
        return {source: mark for source, mark in marks.items() if mark is not None}

    def _was_there(self, connection: sa.Connection, event: Row) -> bool:
        number = self._number(connection, event["source"])
        if self._insert_in(connection, event, number):
            return False
        key = (_EVENTS.c.source == event["source"], _EVENTS.c.ledger == number, _EVENTS.c.ledger_seq == event["ledger_seq"])
        held_ms = connection.execute(sa.select(_EVENTS.c.happened_ms).where(*key)).scalar()
        if held_ms == event["happened_ms"]:
            return True
        log.warning("the ledger of %s began anew", event["source"])
        change = sa.update(_LEDGERS).where(_LEDGERS.c.source == event["source"])
        connection.execute(change.values(number=number + 1, stored_seq=None))
        self._insert_in(connection, event, number + 1)
        return False

    def _insert_in(self, connection: sa.Connection, event: Row, number: int) -> bool:
        statement = sa.insert(_EVENTS).prefix_with("OR IGNORE")
        return connection.execute(statement, {**event, "ledger": number}).rowcount > 0

    def _number(self, connection: sa.Connection, source: str) -> int:
        number = connection.execute(sa.select(_LEDGERS.c.number).where(_LEDGERS.c.source == source)).scalar()
        if number is None:
            connection.execute(sa.insert(_LEDGERS).values(source=source, number=1, stored_seq=None))
        return number or 1

    def _advance(self, connection: sa.Connection, source: str, again: int, mono_s: float) -> int | None:
        number, mark = connection.execute(
            sa.select(_LEDGERS.c.number, _LEDGERS.c.stored_seq).where(_LEDGERS.c.source == source)
        ).one()
        later = sa.select(_EVENTS.c.ledger_seq).where(
            _EVENTS.c.source == source, _EVENTS.c.ledger == number, _EVENTS.c.ledger_seq > (mark or 0)
        )
        seqs = connection.execute(later.order_by(_EVENTS.c.ledger_seq)).scalars().all()
        moved = self._walk(source, mark, seqs, again, mono_s)
        if moved != mark:
            connection.execute(sa.update(_LEDGERS).where(_LEDGERS.c.source == source).values(stored_seq=moved))
        return moved

    def _walk(self, source: str, mark: int | None, seqs: Sequence[int], again: int, mono_s: float) -> int | None:
        for seq in seqs:
            if seq != (mark or 0) + 1:
                if self._tried(source, seq, again, mono_s) < (BEGINNING_TRIES if mark is None else GAP_TRIES):
                    return mark
                log.warning("events %d to %d of %s never came", (mark or 0) + 1, seq - 1, source)
            mark = seq
        self.gaps.pop(source, None)
        return mark

    def _tried(self, source: str, behind: int, again: int, mono_s: float) -> int:
        gap = self.gaps.get(source)
        if gap is None or gap.behind != behind:
            gap = self.gaps[source] = Gap(behind, mono_s)
        elif again >= behind and mono_s - gap.came_mono_s >= RESEND_S:
            gap.tries, gap.came_mono_s = gap.tries + 1, mono_s
        return gap.tries
