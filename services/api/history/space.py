"""Room on the card: what is short, giving up in the declared order, giving back what the file does not need."""

import logging
import shutil
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.api.history import retention, tiers
from services.api.history.pace import Pace
from services.api.history.retention import Kind
from services.api.history.rows import timestamp
from services.api.history.writer import History
from services.shared.clock import EARLIEST_SANE_WALL_S, Moment

log = logging.getLogger(__name__)
ENOUGH = 1.1
"""So much more than the limit must be free again before the card counts as not short: no going to and fro at the limit."""

_STEPS = 20
"""So finely is a kind given up: by days, or by this share of what there is."""


def free_bytes(folder: Path) -> int:
    """What the card has left for us."""
    return shutil.disk_usage(folder).free


class Space:
    """`free` measures the card. `given_up` says in words what the last call of `make` gave up."""

    def __init__(self, history: History, folder: Path, least: float, free: Callable[[Path], int] = free_bytes) -> None:
        self._history = history
        self._folder = folder
        self._least = least
        self._free = free
        self._rows = Pace(1_000, 100, 50_000)
        self._pages = Pace(64, 16, 4_096)
        self.given_up: list[str] = []

    def short(self, margin: float = 1.0) -> bool:
        """Whether less than the limit (bytes, times a margin) is free."""
        return self._free(self._folder) < self._least * margin

    async def make(self, now: Moment) -> None:
        """Give up old rows until the card has enough or all kinds are down to what stays, and give their room back.

        What stays is counted from now, or from the newest row if that is older, so that a row dated in the future makes nothing
        look old. While the clock is not trusted, now is where the roll-ups, which follow the trusted clock alone, have come to:
        too early, so that rather too much stays; before the clock was ever trusted all of it.
        """
        self.given_up = []
        now_s = now.wall_s if now.wall_trusted else await self._history.read(partial(tiers.until, table=tiers.MINUTES.table))
        for kind in retention.ORDER:
            if await self._enough():
                break
            if words := await self._shed(kind, now_s):
                self.given_up.append(words)
                log.warning("the card is short of room: %s", words)
        await self._give_back()

    async def thin(self, kind: Kind, cut_s: float, enough: Callable[[], Awaitable[bool]] | None = None) -> int:
        """Give up a kind before a moment, in slices, until done or enough. How many rows it were.

        By their days alone (without `enough`) no event goes that was dated before the clock was right: it is not so old.
        """
        total, from_s = 0, 0.0 if enough else EARLIEST_SANE_WALL_S
        while not (enough and await enough()):
            with self._rows.slice() as count:
                gone = await self._history.write(partial(retention.cut, kind=kind, cut_s=cut_s, count=count, from_s=from_s))
            total += gone
            if not gone:
                break
        return total

    async def _shed(self, kind: Kind, now_s: float) -> str:
        rows = 0
        while not await self._enough():
            found = await self._history.read(partial(retention.ends, kind=kind))
            if found is None or found[0] >= (least_s := min(found[1], now_s) - kind.least_days * tiers.DAY_S):
                break
            step_s = max(tiers.DAY_S, (least_s - found[0]) / _STEPS)
            cut_s = min(least_s, tiers.floor(found[0] + step_s, tiers.DAY_S))
            gone = await self.thin(kind, cut_s, self._enough)
            rows += gone
            if not gone:
                break
        return f"{rows} {kind.words} before {timestamp(int(cut_s * 1000))} were given up" if rows else ""

    async def _enough(self) -> bool:
        """Whether free room, and what the file will give back, reach the limit."""
        inside = await self._history.tend(_unused_bytes)
        return self._free(self._folder) + inside >= self._least * ENOUGH

    async def _give_back(self) -> None:
        while self.short(ENOUGH) and await self._history.tend(_unused_bytes) > 0:
            with self._pages.slice() as count:
                given = await self._history.tend(partial(_vacuum, pages=count))
            if not given:
                break
        await self._history.tend(checkpoint)


def checkpoint(connection: sa.Connection) -> None:
    """Fold the log into the file and cut it down; left for later while a reader holds it."""
    connection.exec_driver_sql("PRAGMA busy_timeout=50")
    try:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
    finally:
        connection.exec_driver_sql("PRAGMA busy_timeout=5000")


def _unused_bytes(connection: sa.Connection) -> int:
    """Free pages inside the file."""
    return _pragma(connection, "freelist_count") * _pragma(connection, "page_size")


def _vacuum(connection: sa.Connection, pages: int) -> int:
    before = _pragma(connection, "freelist_count")
    raw: Any = connection.connection.dbapi_connection
    raw.execute(f"PRAGMA incremental_vacuum({int(pages)})").fetchall()  # each row that is fetched is a page; there are no columns
    return before - _pragma(connection, "freelist_count")


def _pragma(connection: sa.Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar() or 0)
