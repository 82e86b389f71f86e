"""A history with a past in it, on a real file, and the keeper beside it, moved by hand."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.api.history import reader
from services.api.history.keeper import Keeper
from services.api.history.rollups import note_late
from services.api.history.rows import reading_key
from services.api.history.schema import TABLES
from services.api.history.writer import History
from services.shared.clock import Clock, Moment
from services.shared.messages import Alarm, Message
from services.shared.settings import sections

HOUR_S = 3_600
DAY_S = 86_400
T0 = 1_800_057_600
"""2027-01-16T00:00:00Z, a day's begin."""
PLENTY = 10**12


class Past:
    """Sensor `d/q<number>` has the number of its row. `free` is what the card is said to have left."""

    def __init__(self, folder: Path, section: sections.History) -> None:
        self.said: list[Message] = []
        self.history = History(folder, clock=Clock("yes"), publish=self.said.append)
        self.free = PLENTY
        self._first_size: int | None = None
        self._section = section
        self.boot()

    def boot(self) -> None:
        """The keeper starts anew."""
        self.keeper = Keeper(
            self.history,
            self._section,
            clock=Clock("yes"),
            publish=self.said.append,
            free=lambda _: self.free + self.given_back(),
        )

    def given_back(self) -> int:
        """What the file of the history has shrunk by since `weigh`."""
        return 0 if self._first_size is None else self._first_size - self.history.path.stat().st_size

    def weigh(self) -> None:
        self._first_size = self.history.path.stat().st_size

    async def sensors(self, count: int) -> None:
        rows = [{"id": n, "device": "d", "quantity": f"q{n}", "unit": "Cel", "label": ""} for n in range(1, count + 1)]
        if not rows:
            return
        await self.history.write(lambda c: c.execute(sa.insert(TABLES["sensors"]), rows))

    async def read_in(self, readings: Iterable[tuple[float, int, float | None, int]]) -> None:
        """Store readings (Unix seconds, sensor, value, flags) as a commit of History does."""
        rows = [{"key": reading_key(int(at * 1000), n), "value": value, "flags": flags} for at, n, value, flags in readings]

        def store(connection: sa.Connection) -> None:
            connection.execute(sa.insert(TABLES["readings"]).prefix_with("OR IGNORE"), rows)
            note_late(connection, rows)

        await self.history.write(store)

    async def keep(self, wall_s: float, *, mono_s: float | None = None, trusted: bool = True) -> None:
        """The keeper's turn at this moment."""
        await self.keeper.once(Moment(wall_s if mono_s is None else mono_s, wall_s, trusted, "boot"))

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.history.read(lambda c: c.exec_driver_sql(query).all())]

    async def chart(self, start: float, end: float, buckets: int = 300, sensor: int = 1) -> reader.Series:
        found = await self.history.read(lambda c: reader.series(c, f"d/q{sensor}", start, end, buckets))
        assert found is not None
        return found

    def alarms(self, key: str) -> list[Alarm]:
        return [message for message in self.said if isinstance(message, Alarm) and message.key == key]


@asynccontextmanager
async def past(folder: Path, *, sensors_there: int = 2, **section: Any) -> AsyncIterator[Past]:
    made = Past(folder, sections.History(**section))
    try:
        await made.sensors(sensors_there)
        yield made
    finally:
        await made.history.close()


def every(step_s: float, start: float, end: float, sensor: int = 1, flags: int = 0) -> Iterable[tuple[float, int, float, int]]:
    """A reading each so many seconds; its value is the minute of the hour."""
    for number in range(int((end - start) / step_s)):
        at = start + number * step_s
        yield at, sensor, float(at % HOUR_S // 60), flags
