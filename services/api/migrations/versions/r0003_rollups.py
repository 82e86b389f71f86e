"""Readings in less room, their roll-ups, the audit, and the indexes that tell of a moment.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TRIGGERS = (
    "CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END",
    "CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is never deleted'); END",
    # Replacing a row fires no DELETE trigger, so that a number may only follow the last one.
    "CREATE TRIGGER audit_only_grows BEFORE INSERT ON audit WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)"
    " BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END",
)


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _whole(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=nullable, autoincrement=False) for name in names]


def _real(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.REAL(), nullable=True) for name in names]


def upgrade() -> None:
    _readings()
    for tier in ("minutes", "quarters", "hours"):
        _tier(tier)
    _bookkeeping()
    _audit()
    turns, acts = sa.text("kind IN ('transition', 'decision')"), sa.text("kind = 'audit'")
    op.create_index("ix_events_turns", "events", ["happened_ms"], sqlite_where=turns)
    op.create_index("ix_events_acts", "events", ["happened_ms"], sqlite_where=acts)


def _readings() -> None:
    op.create_table(
        "readings_by_key",
        *_whole("key"),
        sa.Column("ts_ms", sa.Integer(), sa.Computed("key >> 14", persisted=False)),
        sa.Column("sensor_id", sa.Integer(), sa.Computed("key & 16383", persisted=False)),
        *_real("value"),
        *_whole("flags"),
        sa.PrimaryKeyConstraint("key", name="pk_readings"),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO readings_by_key (key, value, flags)"
        " SELECT ts_ms << 14 | sensor_id, value, flags FROM readings WHERE sensor_id < 16384 ORDER BY ts_ms, sensor_id"
    )
    op.drop_table("readings")
    op.rename_table("readings_by_key", "readings")


def _tier(name: str) -> None:
    op.create_table(
        name,
        *_whole("sensor_id", "ts_s"),
        *_real("total"),
        *_whole("n"),
        *_real("lowest", "highest"),
        *_whole("flags"),
        sa.PrimaryKeyConstraint("sensor_id", "ts_s", name=f"pk_{name}"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _bookkeeping() -> None:
    op.create_table(
        "tier_marks",
        *_text("tier"),
        *_whole("from_s", "until_s"),
        sa.PrimaryKeyConstraint("tier", name="pk_tier_marks"),
        sqlite_strict=True,
    )
    op.create_table(
        "dirty_hours",
        *_whole("hour_s", "late"),
        sa.PrimaryKeyConstraint("hour_s", name="pk_dirty_hours"),
        sqlite_strict=True,
    )


def _audit() -> None:
    op.create_table(
        "audit",
        *_whole("seq", "happened_ms"),
        *_text("timestamp", "who", "what", "reason", "detail"),
        *_whole("event_id", nullable=True),
        *_text("prev_hash", "hash"),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
        sqlite_strict=True,
    )
    for trigger in _TRIGGERS:
        op.execute(trigger)
