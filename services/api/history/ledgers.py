"""How far the events of each owner are stored without a gap, so that the owner may forget them.

An owner numbers its events without gaps and re-sends what is not stored. The beginning of a ledger that history never saw (its
own file is new) is the lowest number that came within a minute. A gap that nobody fills is given up in the end, or the
owner would keep everything for ever. A number that comes again with another moment belongs to a ledger that began anew.
"""

import logging

import sqlalchemy as sa

from services.api.history.rows import Row
from services.api.history.schema import TABLES

log = logging.getLogger(__name__)
BEGINNING_WAIT_S = 60.0  # owners send again every 20 s
GAP_WAIT_S = 600.0
_EVENTS = TABLES["events"]
_LEDGERS = TABLES["ledgers"]


class Ledgers:
    """Lives in the database thread. `waiting` holds the owners with a gap and since when (monotonic seconds)."""

    def __init__(self) -> None:
        self.waiting: dict[str, float] = {}

    def known(self, connection: sa.Connection) -> dict[str, int]:
        """The stored number of every owner that has one."""
        rows = connection.execute(sa.select(_LEDGERS.c.source, _LEDGERS.c.stored_seq).where(_LEDGERS.c.stored_seq.is_not(None)))
        return {source: seq for source, seq in rows}

    def store(self, connection: sa.Connection, events: list[Row], mono_s: float) -> dict[str, int]:
        """Insert what is new and say how far each owner of these events is stored; an owner without a beginning is left out."""
        for event in sorted(events, key=lambda row: (row["source"], row["ledger_seq"])):
            self._insert(connection, event)
        return self.advance(connection, {event["source"] for event in events}, mono_s)

    def advance(self, connection: sa.Connection, sources: set[str], mono_s: float) -> dict[str, int]:
        """Move each owner's mark over what is there."""
        marks = {source: self._advance(connection, source, mono_s) for source in sources}
        return {source: mark for source, mark in marks.items() if mark is not None}

    def _insert(self, connection: sa.Connection, event: Row) -> None:
        number = self._number(connection, event["source"])
        if self._insert_in(connection, event, number):
            return
        key = (_EVENTS.c.source == event["source"], _EVENTS.c.ledger == number, _EVENTS.c.ledger_seq == event["ledger_seq"])
        held_ms = connection.execute(sa.select(_EVENTS.c.happened_ms).where(*key)).scalar()
        if held_ms != event["happened_ms"]:
            log.warning("the ledger of %s began anew", event["source"])
            change = sa.update(_LEDGERS).where(_LEDGERS.c.source == event["source"])
            connection.execute(change.values(number=number + 1, stored_seq=None))
            self._insert_in(connection, event, number + 1)

    def _insert_in(self, connection: sa.Connection, event: Row, number: int) -> bool:
        statement = sa.insert(_EVENTS).prefix_with("OR IGNORE")
        return connection.execute(statement, {**event, "ledger": number}).rowcount > 0

    def _number(self, connection: sa.Connection, source: str) -> int:
        number = connection.execute(sa.select(_LEDGERS.c.number).where(_LEDGERS.c.source == source)).scalar()
        if number is None:
            connection.execute(sa.insert(_LEDGERS).values(source=source, number=1, stored_seq=None))
        return number or 1

    def _advance(self, connection: sa.Connection, source: str, mono_s: float) -> int | None:
        number, mark = connection.execute(
            sa.select(_LEDGERS.c.number, _LEDGERS.c.stored_seq).where(_LEDGERS.c.source == source)
        ).one()
        later = sa.select(_EVENTS.c.ledger_seq).where(
            _EVENTS.c.source == source, _EVENTS.c.ledger == number, _EVENTS.c.ledger_seq > (mark or 0)
        )
        moved = self._walk(source, mark, list(connection.execute(later.order_by(_EVENTS.c.ledger_seq)).scalars()), mono_s)
        if moved != mark:
            connection.execute(sa.update(_LEDGERS).where(_LEDGERS.c.source == source).values(stored_seq=moved))
        return moved

    def _walk(self, source: str, mark: int | None, seqs: list[int], mono_s: float) -> int | None:
        for seq in seqs:
            if seq != (mark or 0) + 1:
                if not self._waited(source, GAP_WAIT_S if mark is not None else BEGINNING_WAIT_S, mono_s):
                    return mark
                log.warning("events %d to %d of %s never came", (mark or 0) + 1, seq - 1, source)
            mark = seq
        self.waiting.pop(source, None)
        return mark

    def _waited(self, source: str, wait_s: float, mono_s: float) -> bool:
        return mono_s - self.waiting.setdefault(source, mono_s) >= wait_s
