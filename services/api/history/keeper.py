"""Keeps the history small, fast and whole, beside the writing of it: roll-ups, retention, room on the card, the daily check.

All of it is done in slices in the database thread, so that no commit waits long. What fails is tried again a minute later.
Hours are rolled up, and records over their days given up, only while the calendar is trusted: a Pi boots in 1970.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from services.api.history import audit, care, outcry, retention, rollups, tiers
from services.api.history.calendar import Calendar
from services.api.history.care import Check
from services.api.history.database import TooMuch, Trouble
from services.api.history.outcry import Outcry
from services.api.history.pace import Pace
from services.api.history.space import Space, checkpoint, free_bytes
from services.api.history.writer import History
from services.shared.clock import Clock, Moment
from services.shared.daily import AGAIN_S, Book
from services.shared.messages import Message
from services.shared.settings.sections import History as Section
from services.shared.sqlite_files import log_of
from services.shared.turn import LONGEST_S, NoAnswer, Turn

log = logging.getLogger(__name__)
EACH_S = 60.0
DIRTY_EACH_S = 600.0
"""Late readings come in many commits; rolling their hours up after each would wear the card."""
OVER_THEIR_DAYS = "records over their days"
LARGEST_LOG = 8 * 1024 * 1024
"""Bytes of the write-ahead log; more only while a reader holds it."""


class Keeper:
    """Runs beside History. `free` measures the card, in bytes."""

    def __init__(
        self, history: History, section: Section, *, clock: Clock, publish: Callable[[Message], None],
        free: Callable[[Path], int] = free_bytes,
    ) -> None:  # fmt: skip
        self._history = history
        self._section = section
        self._clock = clock
        self._space = Space(history, history.path.parent, section.min_free_mb * 1e6, free)
        self._calendar = Calendar(history)
        self._outcry = Outcry(publish)
        self.book = Book(clock)
        self._look = Turn[Check](LONGEST_S)
        self._span = Pace(300, 60, tiers.HOUR_S)
        self._chunk = Pace(1_000, 100, 20_000)
        self._sensors = Pace(2, 1, 1_000)
        self._next_dirty_s = self._next_thin_s = self._next_check_s = 0.0

    async def run(self) -> None:
        """For ever, once a minute."""
        while True:
            await asyncio.sleep(EACH_S)
            try:
                await self.once(self._clock.now())
            except (Trouble, TooMuch, OSError) as error:
                log.warning("the history was not cared for: %s", error)

    async def once(self, now: Moment) -> None:
        """All that is due at this moment. Raises Trouble, TooMuch or OSError; then the rest waits for the next time."""
        day = await self._calendar.look(now)
        await self._look_after_space(day)
        await self._roll_hours(now)
        if now.mono_s >= self._next_dirty_s:
            await self._roll_dirty()
            self._next_dirty_s = now.mono_s + DIRTY_EACH_S
        await self._roll_days()
        if now.wall_trusted and now.mono_s >= self._next_thin_s:
            await self._thin(day)
            self._next_thin_s = now.mono_s + tiers.DAY_S
        if now.mono_s >= self._next_check_s:
            self._next_check_s = now.mono_s + await self._check(now)
        if _size(log_of(self._history.path)) > LARGEST_LOG:
            await self._history.tend(checkpoint)

    async def _look_after_space(self, now: Moment) -> None:
        if self._space.short():
            await self._space.make(now)
            if self._space.given_up:
                words = "; ".join(self._space.given_up)
                await self._history.write(partial(outcry.record, now=now, words=words))
        self._outcry.card(self._space.short(), self._space.short(1.1), "; ".join(self._space.given_up), now)

    async def _roll_hours(self, now: Moment) -> None:
        begin = partial(rollups.begin_hour, now_s=now.wall_s, trusted=now.wall_trusted)
        while (hour_s := await self._history.write(begin)) is not None:
            await self._roll_hour(hour_s)

    async def _roll_hour(self, hour_s: int) -> None:
        rows: rollups.Rolled = []
        at_s, end_s = hour_s, hour_s + tiers.HOUR_S
        while at_s < end_s:
            with self._span.slice() as span_s:
                to_s = min(end_s, at_s + max(60, span_s // 60 * 60))
                rows += await self._history.read(partial(rollups.collect, start_s=at_s, end_s=to_s))
            at_s = to_s
        rows.sort(key=lambda row: (row["sensor_id"], row["ts_s"]))
        is_last = False
        while not is_last:
            with self._chunk.slice() as count:
                part, rows = rows[:count], rows[count:]
                is_last = not rows
                await self._history.write(partial(rollups.put_minutes, hour_s=hour_s, rows=part, last=is_last))

    async def _roll_dirty(self) -> None:
        for hour_s, late in await self._history.read(rollups.dirty):
            await self._roll_hour(hour_s)
            await self._history.write(partial(rollups.clean, hour_s=hour_s, late=late))

    async def _roll_days(self) -> None:
        while (days := await self._history.write(rollups.day_to_coarsen)) is not None:
            for tier in (tiers.QUARTERS, tiers.HOURS):
                await self._coarsen(tier, *days)
            await self._history.write(partial(rollups.finish_days, end_s=days[1]))

    async def _coarsen(self, tier: tiers.Tier, start_s: int, end_s: int) -> None:
        left = await self._history.read(rollups.sensors)
        while left:
            with self._sensors.slice() as count:
                some, left = left[:count], left[count:]
                await self._history.write(partial(rollups.coarsen, tier=tier, start_s=start_s, end_s=end_s, sensors=some))

    async def _thin(self, now: Moment) -> None:
        await self._roll_dirty()  # nothing after a dirty hour is given up
        for kind in retention.ORDER:
            if gone := await self._space.thin(kind, retention.cut_by_age(self._section, kind, now.wall_s)):
                log.info("%d %s are over their days and were given up", gone, kind.words)
        await self._history.tend(_optimize)
        await self._history.tend(checkpoint)
        self.book.note(OVER_THEIR_DAYS, now, "what is over its days was given up, the log is folded in", ok=True)

    async def _check(self, now: Moment) -> float:
        """After how long it is due again, seconds."""
        seq, head = await self._history.read(audit.head)
        log.info("the audit has %d rows, the hash of the last is %s", seq, head)
        try:  # with a connection of its own: commits go on meanwhile
            found = await self._look.done(partial(asyncio.to_thread, care.check, self._history.path))
        except NoAnswer as error:
            self._outcry.unlooked(str(error), now)
            self.book.note(self._history.path.name, now, str(error), ok=False)
            return AGAIN_S
        self._outcry.damage(found, now)
        self.book.note(self._history.path.name, now, "; ".join(found.faults)[:300] or "it is whole", ok=found.ok)
        return tiers.DAY_S


def _optimize(connection: sa.Connection) -> None:
    connection.exec_driver_sql("PRAGMA analysis_limit=400").all()
    connection.exec_driver_sql("PRAGMA optimize").all()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
