"""The tables of the roll-ups with their bookkeeping, and of the audit."""

from sqlalchemy import REAL, Text
from sqlmodel import Field

from services.api.history.schema_base import Table


class _Tier(Table):
    """What the readings of one sensor came to from `ts_s` (Unix seconds) on: keyed by sensor first, so that a chart reads
    neighbours. `n` counts good values; all others are null when there are none. `flags` are those of any reading in it."""

    sensor_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    ts_s: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    total: float | None = Field(default=None, sa_type=REAL)
    n: int
    lowest: float | None = Field(default=None, sa_type=REAL)
    highest: float | None = Field(default=None, sa_type=REAL)
    flags: int


class Minute(_Tier, table=True):
    """Roll-ups of 60 s, from readings."""

    __tablename__ = "minutes"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)


class Quarter(_Tier, table=True):
    """Roll-ups of 900 s, from minutes."""

    __tablename__ = "quarters"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)


class Hour(_Tier, table=True):
    """Roll-ups of 3600 s, from quarters."""

    __tablename__ = "hours"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)


class TierMark(Table, table=True):
    """How far a tier (`readings`, `minutes`, `quarters`, `hours`) reaches, in Unix seconds: all before `from_s` may be given up,
    all before `until_s` is rolled up. Of `readings`, `until_s` is where the roll-up of minutes has begun."""

    __tablename__ = "tier_marks"
    __table_args__ = ({"sqlite_strict": True},)

    tier: str = Field(primary_key=True, sa_type=Text)
    from_s: int = 0
    until_s: int


class DirtyHour(Table, table=True):
    """An hour that was rolled up before readings of it came. `late` counts the commits that brought some."""

    __tablename__ = "dirty_hours"
    __table_args__ = ({"sqlite_strict": True},)

    hour_s: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    late: int


class AuditRow(Table, table=True):
    """Who did what. Triggers let rows only be added, each one after the last; `hash` binds it to all before it.

    `event_id` is the row of `events` it was taken from, null for what the api itself saw.
    """

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_strict": True},)

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    happened_ms: int
    timestamp: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    detail: str = Field(sa_type=Text)
    event_id: int | None = None
    prev_hash: str = Field(sa_type=Text)
    hash: str = Field(sa_type=Text)
