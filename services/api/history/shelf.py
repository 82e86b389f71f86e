"""Puts a batch into the tables, in the database thread, within one transaction. What is there already is left as it is."""

import logging
from dataclasses import dataclass
from operator import itemgetter

import sqlalchemy as sa

from services.api.history import audit, rollups
from services.api.history.buffer import Batch, rows_of
from services.api.history.ledgers import Ledgers
from services.api.history.rows import MOST_SENSORS, Row, reading_key
from services.api.history.schema import TABLES

log = logging.getLogger(__name__)
_SENSORS = TABLES["sensors"]
_READINGS = TABLES["readings"]
_STATES = TABLES["mine_states"]
_ALARMS = TABLES["alarms"]


@dataclass(frozen=True, slots=True)
class _Known:
    number: int
    unit: str
    label: str


class Shelf:
    """Remembers the numbers of the sensors; `forget` after trouble, because what it learnt may have been rolled back."""

    def __init__(self) -> None:
        self.ledgers = Ledgers()
        self._sensors: dict[tuple[str, str], _Known] = {}
        self._told_full = False

    def forget(self) -> None:
        """Learn the sensors' numbers anew."""
        self._sensors.clear()

    def store(self, connection: sa.Connection, batch: Batch, mono_s: float) -> dict[str, int]:
        """Store a batch. Returns how far the events of each owner are stored (the owners of this batch)."""
        if batch.readings:
            self._store_readings(connection, rows_of(batch.readings))
        if batch.states:
            connection.execute(sa.insert(_STATES), rows_of(batch.states))
        if batch.alarms:
            connection.execute(sa.insert(_ALARMS).prefix_with("OR IGNORE"), rows_of(batch.alarms))
        events = rows_of(batch.events)
        marks = self.ledgers.store(connection, events, mono_s)
        if any(event["kind"] == "audit" for event in events):
            audit.follow(connection)
        return marks

    def _store_readings(self, connection: sa.Connection, readings: list[Row]) -> None:
        numbered = (self._numbered(connection, row) for row in readings)
        rows = sorted((row for row in numbered if row is not None), key=itemgetter("key"))  # so pages are filled whole
        if rows:
            connection.execute(sa.insert(_READINGS).prefix_with("OR IGNORE"), rows)
            rollups.note_late(connection, rows)

    def _numbered(self, connection: sa.Connection, row: Row) -> Row | None:
        number = self._number(connection, *row["sensor"])
        if number is None or number > MOST_SENSORS:
            if not self._told_full:
                self._told_full = True
                log.warning("there are %d sensors already; others are not kept, as of %.100s", MOST_SENSORS, row["sensor"][0])
            return None
        return {"key": reading_key(row["ts_ms"], number), "value": row["value"], "flags": row["flags"]}

    def _number(self, connection: sa.Connection, device: str, quantity: str, unit: str, label: str) -> int | None:
        known = self._sensors.get((device, quantity)) or self._found(connection, device, quantity)
        if known is None:
            if (connection.execute(sa.select(sa.func.max(_SENSORS.c.id))).scalar() or 0) >= MOST_SENSORS:
                return None
            values = {"device": device, "quantity": quantity, "unit": unit, "label": label}
            number = connection.execute(sa.insert(_SENSORS).values(values).returning(_SENSORS.c.id)).scalar_one()
            known = _Known(number, unit, label)
        if (known.unit, known.label) != (unit, label):
            connection.execute(sa.update(_SENSORS).where(_SENSORS.c.id == known.number).values(unit=unit, label=label))
            known = _Known(known.number, unit, label)
        self._sensors[device, quantity] = known
        return known.number

    def _found(self, connection: sa.Connection, device: str, quantity: str) -> _Known | None:
        query = sa.select(_SENSORS.c.id, _SENSORS.c.unit, _SENSORS.c.label)
        row = connection.execute(query.where(_SENSORS.c.device == device, _SENSORS.c.quantity == quantity)).one_or_none()
        return None if row is None else _Known(*row)
