"""How finely the past is kept: readings, minutes, quarters of an hour, hours; what each is made from, how far it reaches."""

from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

Name = Literal["reading", "minute", "quarter", "hour"]
HOUR_S = 3600
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Tier:
    """A table of roll-ups: what one row is called and its seconds, and the table that it is made from."""

    name: Name
    table: str
    step_s: int
    source: str


MINUTES = Tier("minute", "minutes", 60, "readings")
QUARTERS = Tier("quarter", "quarters", 900, "minutes")
HOURS = Tier("hour", "hours", HOUR_S, "quarters")
ROLLED = (MINUTES, QUARTERS, HOURS)
READINGS = "readings"


@dataclass(frozen=True, slots=True)
class Mark:
    """Unix seconds: all before `from_s` may be given up already; all before `until_s` is rolled up."""

    from_s: int
    until_s: int


_MARKS = sa.text("SELECT tier, from_s, until_s FROM tier_marks")
_UNTIL = sa.text(
    "INSERT INTO tier_marks (tier, from_s, until_s) VALUES (:tier, 0, :at_s)"
    " ON CONFLICT (tier) DO UPDATE SET until_s = excluded.until_s"
)
_FROM = sa.text(
    "INSERT INTO tier_marks (tier, from_s, until_s) VALUES (:tier, :at_s, 0)"
    " ON CONFLICT (tier) DO UPDATE SET from_s = max(from_s, excluded.from_s)"
)


def marks(connection: sa.Connection) -> dict[str, Mark]:
    """How far each table reaches; one that was never written is left out."""
    return {tier: Mark(from_s, until_s) for tier, from_s, until_s in connection.execute(_MARKS)}


def until(connection: sa.Connection, table: str) -> int:
    """Before which moment (Unix seconds) a table is rolled up; 0: not begun."""
    mark = marks(connection).get(table)
    return mark.until_s if mark else 0


def reach(connection: sa.Connection, table: str, at_s: int) -> None:
    """A table is rolled up before this moment."""
    connection.execute(_UNTIL, {"tier": table, "at_s": at_s})


def give_up(connection: sa.Connection, table: str, at_s: int) -> None:
    """Rows of a table before this moment are given up: nothing may be rolled up from what is left of them."""
    mark = marks(connection).get(table)
    if mark is None or mark.from_s < at_s:
        connection.execute(_FROM, {"tier": table, "at_s": at_s})


def floor(at_s: float, step_s: int) -> int:
    """The begin of the stretch in which a moment lies."""
    return int(at_s // step_s) * step_s
