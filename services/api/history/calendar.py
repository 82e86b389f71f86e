"""Which day it is when records are given up by their age: a clock that leaps ahead makes nothing look old.

A time server that is wrong, or a typing error, is trusted like any other. So the day that counts here follows the clock, but no
faster than three times as fast as time really passes; it is kept with the records, for a restart in between must not help.
"""

from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from services.api.history import tiers
from services.api.history.writer import History
from services.shared.clock import Moment

_MARK = "calendar"
_LEAP_S = 2 * tiers.DAY_S
"""So long a computer may have been off, and is believed at once."""
_HURRY = 3.0
"""After a longer time off, the days of that time count at this pace."""


class Calendar:
    """Looked at once a minute."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._day_s: float | None = None
        self._kept_s = 0.0
        self._looked_mono_s = float("inf")

    async def look(self, now: Moment) -> Moment:
        """The moment with the Unix seconds that count; as it is while the clock is not trusted. Raises Trouble or TooMuch."""
        if not now.wall_trusted:
            return now
        if self._day_s is None:
            self._day_s = self._kept_s = float(await self._history.read(_kept))
        passed_s = max(now.mono_s - self._looked_mono_s, 0.0)
        self._looked_mono_s = now.mono_s
        if self._day_s and now.wall_s > self._day_s + _LEAP_S:
            self._day_s += _HURRY * passed_s
        else:
            self._day_s = max(self._day_s, now.wall_s)
        if self._day_s - self._kept_s >= tiers.HOUR_S:
            await self._history.write(partial(tiers.reach, table=_MARK, at_s=int(self._day_s)))
            self._kept_s = self._day_s
        return replace(now, wall_s=min(now.wall_s, self._day_s))


def _kept(connection: sa.Connection) -> int:
    """Of records that never had such a mark: how far they are rolled up, which follows the trusted clock."""
    return tiers.until(connection, _MARK) or tiers.until(connection, tiers.MINUTES.table)
