"""The first tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _whole(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=nullable, autoincrement=False) for name in names]


def _real(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.REAL(), nullable=True) for name in names]


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def upgrade() -> None:
    _sensors_and_readings()
    _events()
    _mine_states()
    _alarms()


def _sensors_and_readings() -> None:
    op.create_table(
        "sensors",
        _id(),
        *_text("device", "quantity", "unit", "label"),
        sa.PrimaryKeyConstraint("id", name="pk_sensors"),
        sa.UniqueConstraint("device", "quantity", name="uq_sensors_device_quantity"),
        sqlite_strict=True,
    )
    op.create_table(
        "readings",
        *_whole("ts_ms", "sensor_id"),
        *_real("value"),
        *_whole("flags"),
        sa.PrimaryKeyConstraint("ts_ms", "sensor_id", name="pk_readings"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _events() -> None:
    op.create_table(
        "events",
        _id(),
        *_text("source", "boot"),
        *_whole("ledger", "ledger_seq", "happened_ms"),
        *_text("timestamp"),
        *_whole("clock_trusted"),
        *_text("kind", "title", "reasons", "mode", "device", "target"),
        *_text("phase", nullable=True),
        *_text("command_id"),
        *_real("seconds"),
        *_text("who", "detail"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("source", "ledger", "ledger_seq", name="uq_events_source_ledger_ledger_seq"),
        sqlite_strict=True,
    )
    op.create_index("ix_events_happened_ms", "events", ["happened_ms"])
    op.create_table(
        "ledgers",
        *_text("source"),
        *_whole("number"),
        *_whole("stored_seq", nullable=True),
        sa.PrimaryKeyConstraint("source", name="pk_ledgers"),
        sqlite_strict=True,
    )


def _mine_states() -> None:
    op.create_table(
        "mine_states",
        _id(),
        *_text("timestamp"),
        *_text("mode", "control", "limited_by", nullable=True),
        *_text("reasons"),
        *_text("signal_level", "signal_source", nullable=True),
        *_real("measured_kw", "target_kw", "setpoint_kw", "unknown_kw", "temperature_max_c", "humidity_percent"),
        *_whole("fan_stage", "fans_running", "miners_hashing", "miners_asleep", "miners_unknown", nullable=True),
        *_whole("alarms_open", "forced", nullable=True),
        *_whole("clock_trusted"),
        sa.PrimaryKeyConstraint("id", name="pk_mine_states"),
        sqlite_strict=True,
    )
    op.create_index("ix_mine_states_timestamp", "mine_states", ["timestamp"])


def _alarms() -> None:
    op.create_table(
        "alarms",
        _id(),
        *_text("timestamp", "source", "key"),
        *_whole("active"),
        *_text("kind"),
        *_whole("since_ms"),
        *_text("cause", "consequence", "action"),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
        sa.UniqueConstraint("source", "key", "since_ms", "active", name="uq_alarms_source_key_since_ms_active"),
        sa.CheckConstraint("active IN (0, 1)", name=op.f("ck_alarms_active")),
        sqlite_strict=True,
    )
