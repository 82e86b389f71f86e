"""The tables of `mine_data.db`. They are made and changed by the migrations alone; a test compares the two.

Tables are STRICT. `timestamp` columns are ISO 8601 UTC for people with plain `sqlite3`; `_ms` are Unix milliseconds for charts.
"""

from sqlalchemy import REAL, CheckConstraint, Column, Computed, Index, Integer, Text, UniqueConstraint, text
from sqlmodel import Field

from services.api.history import schema_rollups
from services.api.history.schema_base import Table

__all__ = ["HEAD", "TABLES", "Table", "schema_rollups"]

HEAD = "0003"
"""The migration that this code writes to."""

_COMMANDS = text("kind = 'command'")


class Sensor(Table, table=True):
    """What a number in `readings` belongs to: one quantity of one device."""

    __tablename__ = "sensors"
    __table_args__ = (UniqueConstraint("device", "quantity"), {"sqlite_strict": True})

    id: int | None = Field(default=None, primary_key=True)
    device: str = Field(sa_type=Text)
    quantity: str = Field(sa_type=Text)
    unit: str = Field(sa_type=Text)
    label: str = Field(sa_type=Text)


class StoredReading(Table, table=True):
    """One value. `key` is time first, then sensor: rows are appended, so a commit touches few pages and spares the SD card.

    As one number it is the row's own number, and pages of the file are filled to the last byte: 23 bytes a row, where a table
    WITHOUT ROWID of the same two columns has 26 to 28. `ts_ms` and `sensor_id` are read out of it and take no room; ask for a
    time by `key`. A null value is a bad reading, stored once per run of bad ones. `flags` are the bits of `rows.Flag`.
    """

    __tablename__ = "readings"
    __table_args__ = ({"sqlite_strict": True},)

    key: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    ts_ms: int = Field(sa_column=Column(Integer, Computed("key >> 14", persisted=False)))
    sensor_id: int = Field(sa_column=Column(Integer, Computed("key & 16383", persisted=False)))
    value: float | None = Field(default=None, sa_type=REAL)
    flags: int = 0


class StoredEvent(Table, table=True):
    """One event of an owner's ledger. `ledger` counts the ledgers an owner has begun: a new disk begins its numbers anew.

    `act` is the kind of command of an event of kind `command`. The life of commands is asked for by time and by command; the
    first of these indexes holds all that their statistics read, so that they touch no row. The last two find what decided a
    moment and who did what before it.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("source", "ledger", "ledger_seq"),
        Index(None, "happened_ms"),
        Index(
            "ix_events_commands",
            *("happened_ms", "kind", "device", "act", "phase", "source", "command_id", "seconds"),
            sqlite_where=_COMMANDS,
        ),
        Index("ix_events_command_id", "command_id", sqlite_where=_COMMANDS),
        Index("ix_events_turns", "happened_ms", sqlite_where=text("kind IN ('transition', 'decision')")),
        Index("ix_events_acts", "happened_ms", sqlite_where=text("kind = 'audit'")),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(sa_type=Text)
    boot: str = Field(sa_type=Text)
    ledger: int
    ledger_seq: int
    happened_ms: int
    timestamp: str = Field(sa_type=Text)
    clock_trusted: int
    kind: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    reasons: str = Field(sa_type=Text)
    mode: str = Field(sa_type=Text)
    device: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    phase: str | None = Field(default=None, sa_type=Text)
    command_id: str = Field(sa_type=Text)
    seconds: float | None = Field(default=None, sa_type=REAL)
    who: str = Field(sa_type=Text)
    detail: str = Field(sa_type=Text)
    act: str = Field(sa_type=Text)


class OwnerLedger(Table, table=True):
    """How far the events of an owner are stored without a gap; null until the beginning of its ledger is known."""

    __tablename__ = "ledgers"
    __table_args__ = ({"sqlite_strict": True},)

    source: str = Field(primary_key=True, sa_type=Text)
    number: int
    stored_seq: int | None = None


class MineState(Table, table=True):
    """The plant at one moment: every `loop_interval_minutes` and at every change of mode. Null is unknown, never 0."""

    __tablename__ = "mine_states"
    __table_args__ = (Index(None, "timestamp"), {"sqlite_strict": True})

    id: int | None = Field(default=None, primary_key=True)
    timestamp: str = Field(sa_type=Text)
    mode: str | None = Field(default=None, sa_type=Text)
    control: str | None = Field(default=None, sa_type=Text)
    limited_by: str | None = Field(default=None, sa_type=Text)
    reasons: str = Field(sa_type=Text)
    signal_level: str | None = Field(default=None, sa_type=Text)
    signal_source: str | None = Field(default=None, sa_type=Text)
    measured_kw: float | None = Field(default=None, sa_type=REAL)
    target_kw: float | None = Field(default=None, sa_type=REAL)
    setpoint_kw: float | None = Field(default=None, sa_type=REAL)
    unknown_kw: float | None = Field(default=None, sa_type=REAL)
    temperature_max_c: float | None = Field(default=None, sa_type=REAL)
    humidity_percent: float | None = Field(default=None, sa_type=REAL)
    fan_stage: int | None = None
    fans_running: int | None = None
    miners_hashing: int | None = None
    miners_asleep: int | None = None
    miners_unknown: int | None = None
    alarms_open: int | None = None
    forced: int | None = None
    clock_trusted: int


class StoredAlarm(Table, table=True):
    """One rise or fall of an alarm, as its owner said it."""

    __tablename__ = "alarms"
    __table_args__ = (
        UniqueConstraint("source", "key", "since_ms", "active"),
        CheckConstraint("active IN (0, 1)", name="active"),
        {"sqlite_strict": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    timestamp: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    active: int
    kind: str = Field(sa_type=Text)
    since_ms: int
    cause: str = Field(sa_type=Text)
    consequence: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)


TABLES = Table.metadata.tables
"""The tables by name, for inserts: objects would be ten times slower."""
