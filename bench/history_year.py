"""What a year costs: bytes of a stored reading, and the time that a chart takes from a database with a year in it.

Run: python -m bench.history_year [folder]. 60 sensors every 5 s, kept as by default: readings for 14 days, minutes for 90,
quarters and hours for the year. The rows are made by SQL, and the newest hour is not rolled up yet. Milliseconds of each chart:
by the reader in the process, and over HTTP with all that belongs to an answer; of ten sensors, the newest and from mid-year.
"""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from services.api.history import care, reader
from services.api.history.database import Database
from services.api.history.stats import stats
from tests.integration.api_running import Running, running
from tests.integration.test_history import NOBODY

SENSORS = 60
STEP_S = 5
DAY_S = 86_400
NOW_S = 1_800_057_600 + 3_000
RANGES = {"1 h": 3_600, "1 day": DAY_S, "1 week": 7 * DAY_S, "1 month": 30 * DAY_S, "1 year": 365 * DAY_S}
BUCKETS = (300, 2_000)
_COUNT = "WITH RECURSIVE t(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM t WHERE n < {0} - 1)"
_TIER = (
    " INSERT INTO {1} SELECT s.id, {2} + n * {3}, 23.7 * {4} + n % 97, {4}, 21.1 + n % 7, 25.3 + n % 9, 0"
    " FROM sensors AS s CROSS JOIN t"
)
_READINGS = (
    " INSERT INTO readings SELECT (({1} + n * {2}) * 1000 + s.id) << 14 | s.id, 20.0 + (n * 7 + s.id) % 1000 / 97.0, 0"
    " FROM t CROSS JOIN sensors AS s NOT INDEXED"
)


def build(path: Path) -> None:
    """The year, in the order in which it would have been written."""
    care.init(path)
    done_s = NOW_S // 3_600 * 3_600
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("PRAGMA synchronous=OFF")
        for number in range(1, SENSORS + 1):
            plain.execute("INSERT INTO sensors VALUES (?, 'room', ?, 'Cel', '')", (number, f"t{number}"))
        for table, step_s, days in (("hours", 3_600, 365), ("quarters", 900, 365), ("minutes", 60, 90)):
            until_s = done_s if table == "minutes" else NOW_S // DAY_S * DAY_S
            count = days * DAY_S // step_s
            plain.execute((_COUNT + _TIER).format(count, table, until_s - count * step_s, step_s, step_s // STEP_S))
            plain.execute("INSERT INTO tier_marks VALUES (?, 0, ?)", (table, until_s))
        count = 14 * DAY_S // STEP_S
        plain.execute((_COUNT + _READINGS).format(count, NOW_S - count * STEP_S, STEP_S))
        plain.execute("INSERT INTO tier_marks VALUES ('readings', 0, ?)", (done_s,))


def charts(path: Path, chart: Callable[[str, int, int, int], object]) -> dict[tuple[str, int], list[float]]:
    """Milliseconds of each chart by range and buckets: the newest, and one that ends in the middle of the past."""
    taken: dict[tuple[str, int], list[float]] = {}
    for name, span_s in RANGES.items():
        for buckets in BUCKETS:
            for number in range(1, 11):
                end_s = NOW_S - (number % 2) * (365 * DAY_S - span_s) // 2
                began_s = time.perf_counter()
                chart(f"room/t{number * 6}", end_s - span_s, end_s, buckets)
                taken.setdefault((name, buckets), []).append((time.perf_counter() - began_s) * 1000)
    return taken


def by_reader(path: Path) -> dict[tuple[str, int], list[float]]:
    """From the query to the models."""
    database = Database(path)

    def chart(sensor: str, start_s: int, end_s: int, buckets: int) -> None:
        found = database.read(lambda connection: reader.series(connection, sensor, start_s, end_s, buckets))
        assert found is not None
        assert len(found.buckets) <= buckets

    try:
        database.read(lambda _: None)  # open it, and look at it whole if it was not closed well
        return charts(path, chart)
    finally:
        database.close()


async def by_http(path: Path) -> dict[tuple[str, int], list[float]]:
    """From the question to the answer's last byte."""
    async with running(path.parent, NOBODY) as api:
        loop = asyncio.get_running_loop()

        def chart(sensor: str, start_s: int, end_s: int, buckets: int) -> None:
            asyncio.run_coroutine_threadsafe(_ask(api, sensor, start_s, end_s, buckets), loop).result()

        return await asyncio.to_thread(charts, path, chart)


async def _ask(api: Running, sensor: str, start_s: int, end_s: int, buckets: int) -> None:
    answer = await api.get(f"/api/v1/series?sensor={sensor}&from={start_s}&to={end_s}&buckets={buckets}")
    assert answer.status == 200, answer.text


def tell(title: str, taken: dict[tuple[str, int], list[float]]) -> None:
    """Print a table."""
    sys.stdout.write(f"\n{title:24}" + "".join(f"{buckets:>12} median{'worst':>8}" for buckets in BUCKETS) + "\n")
    for name in RANGES:
        figures = (taken[name, buckets] for buckets in BUCKETS)
        cells = "".join(f"{statistics.median(ms):19.1f}{max(ms):8.1f}" for ms in figures)
        sys.stdout.write(f"  {name:22}{cells}\n")


def run(folder: Path) -> None:
    """Build and measure."""
    path = folder / "mine_data.db"
    began_s = time.perf_counter()
    build(path)
    sys.stdout.write(f"{SENSORS} sensors every {STEP_S} s, a year, made in {time.perf_counter() - began_s:.0f} s\n\n")
    for table in stats(path).tables:
        if table.rows > 1_000 and table.size:
            figures = f"{table.rows:12,} rows{table.size / 1e6:9.0f} MB{table.size / table.rows:8.1f} bytes a row"
            sys.stdout.write(f"{table.name:12}{figures}\n")
    tell("chart by the reader, ms", by_reader(path))
    tell("chart over HTTP, ms", asyncio.run(by_http(path)))


def main() -> None:
    """In a folder that is named, or in one that goes away."""
    if len(sys.argv) > 1:
        run(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder))


if __name__ == "__main__":
    main()
