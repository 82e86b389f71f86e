"""A wrong calendar makes nothing look old: not one that leapt ahead, and not the dates that were given before it was right."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from services.api.history.schema import TABLES
from tests.unit.api.past import DAY_S, HOUR_S, T0, Past, every, past
from tests.unit.api.test_retention import counts, record

pytestmark = pytest.mark.asyncio
YEARS_AHEAD = T0 + 72 * 365 * DAY_S
NOW = T0 + 2 * DAY_S


async def two_days(it: Past) -> dict[str, int]:
    await record(it, 0)
    await record(it, 1)
    await it.read_in(every(300, T0, NOW))
    await it.keep(NOW, mono_s=0)
    return await counts(it)


async def test_a_clock_that_leaps_by_decades_and_is_trusted_deletes_nothing(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        before = await two_days(it)
        for hour in range(1, 26):
            await it.keep(YEARS_AHEAD + hour * HOUR_S, mono_s=hour * HOUR_S)
        after = await counts(it)
        await it.keep(NOW + 27 * HOUR_S, mono_s=27 * HOUR_S)
        assert all(after[table] >= count for table, count in before.items()), (before, after)


async def test_nor_does_an_api_that_starts_while_the_clock_is_wrong(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        before = await two_days(it)
    async with past(tmp_path, sensors_there=0) as it:
        for minute in range(3):
            await it.keep(YEARS_AHEAD + 60.0 * minute, mono_s=60.0 * minute)
        after = await counts(it)
        assert all(after[table] >= count for table, count in before.items()), (before, after)


async def test_after_months_in_a_drawer_what_is_over_its_days_goes_within_days(tmp_path: Path) -> None:
    async with past(tmp_path, reading_days=7) as it:
        await two_days(it)
    async with past(tmp_path, sensors_there=0, reading_days=7) as it:
        for hour in range(0, 40 * 24, 6):
            await it.keep(NOW + 100 * DAY_S + hour * HOUR_S, mono_s=hour * HOUR_S)
        assert (await counts(it))["readings"] == 0


async def test_what_happened_before_the_clock_was_right_is_kept_as_long_as_what_came_next(tmp_path: Path) -> None:
    async with past(tmp_path, event_days=30, state_days=30) as it:
        await record(it, 0)
        await it.history.write(lambda c: c.execute(sa.update(TABLES["events"]).values(happened_ms=120_000)).rowcount)
        await record(it, 1)
        await it.keep(NOW, mono_s=0)
        assert (await counts(it))["events"] == 4, "of 1970, and of today"
        await record(it, 31)
        for day in range(2, 40):
            await it.keep(T0 + day * DAY_S + HOUR_S, mono_s=day * DAY_S)
        assert await it.rows("SELECT min(happened_ms) FROM events") == [((T0 + 31 * DAY_S) * 1000,)]
