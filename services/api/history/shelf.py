"""Puts a batch into the tables, in the database thread, within one transaction. What is there already is left as it is."""

from dataclasses import dataclass

import sqlalchemy as sa

from services.api.history.buffer import Batch
from services.api.history.ledgers import Ledgers
from services.api.history.rows import Row
from services.api.history.schema import TABLES

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

    def forget(self) -> None:
        """Learn the sensors' numbers anew."""
        self._sensors.clear()

    def store(self, connection: sa.Connection, batch: Batch, mono_s: float) -> dict[str, int]:
        """Store a batch. Returns how far the events of each owner are stored (the owners of this batch, or with a gap)."""
        if batch.readings:
            rows = [self._numbered(connection, row) for row in batch.readings]
            connection.execute(sa.insert(_READINGS).prefix_with("OR IGNORE"), rows)
        if batch.states:
            connection.execute(sa.insert(_STATES), batch.states)
        if batch.alarms:
            connection.execute(sa.insert(_ALARMS).prefix_with("OR IGNORE"), batch.alarms)
        marks = self.ledgers.store(connection, batch.events, mono_s)
        return marks | self.ledgers.advance(connection, set(self.ledgers.waiting), mono_s)

    def _numbered(self, connection: sa.Connection, row: Row) -> Row:
        number = self._number(connection, *row["sensor"])
        return {"ts_ms": row["ts_ms"], "sensor_id": number, "value": row["value"], "flags": row["flags"]}

    def _number(self, connection: sa.Connection, device: str, quantity: str, unit: str, label: str) -> int:
        known = self._sensors.get((device, quantity)) or self._found(connection, device, quantity)
        if known is None:
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
