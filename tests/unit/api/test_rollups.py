"""Roll-ups are true to the readings, whenever those come, and cost the card little."""

from pathlib import Path
from typing import Any

import pytest

from services.api.history.rows import Flag
from tests.unit.api.past import DAY_S, HOUR_S, T0, every, past

pytestmark = pytest.mark.asyncio
FOR_TEN_YEARS: dict[str, Any] = dict.fromkeys(("reading_days", "minute_days", "quarter_days", "hour_days"), 3_650)
TABLES = ("readings", "minutes", "quarters", "hours", "tier_marks")
MINUTE = "SELECT total, n, lowest, highest, flags FROM minutes WHERE sensor_id = 1 AND ts_s = {}"


async def test_an_hour_that_is_over_becomes_minutes_and_the_one_that_runs_does_not(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in([(T0 + 5, 1, 20.0, 0), (T0 + 25, 1, 23.0, 0), (T0 + 65, 1, 9.0, 0), (T0 + 5, 2, 1.0, 0)])
        await it.read_in([(T0 + HOUR_S + 1, 1, 50.0, 0)])
        await it.keep(T0 + HOUR_S + 60)
        assert await it.rows("SELECT count(*) FROM minutes") == [(0,)], "readings of the hour may still be on their way"
        await it.keep(T0 + HOUR_S + 180)
        assert await it.rows("SELECT sensor_id, ts_s, total, n, lowest, highest, flags FROM minutes") == [
            (1, T0, 43.0, 2, 20.0, 23.0, 0), (1, T0 + 60, 9.0, 1, 9.0, 9.0, 0), (2, T0, 1.0, 1, 1.0, 1.0, 0),
        ]  # fmt: skip


async def test_forced_and_bad_readings_stay_marked_through_every_tier(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in([(T0, 1, 20.0, 0), (T0 + 5, 1, 41.0, int(Flag.FORCED)), (T0 + 901, 1, None, int(Flag.BAD))])
        await it.keep(T0 + 2 * DAY_S)
        both = int(Flag.FORCED | Flag.BAD)
        assert await it.rows("SELECT ts_s, n, total, flags FROM minutes") == [
            (T0, 2, 61.0, int(Flag.FORCED)), (T0 + 900, 0, None, int(Flag.BAD)),
        ]  # fmt: skip
        assert await it.rows("SELECT ts_s, n, lowest, highest, flags FROM hours") == [(T0, 2, 20.0, 41.0, both)]


async def test_hours_come_from_quarters_and_quarters_from_minutes_with_nothing_counted_twice(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in(every(10, T0, T0 + 3 * HOUR_S))
        await it.keep(T0 + DAY_S + HOUR_S)
        assert await it.rows("SELECT count(*), sum(n), sum(total) FROM minutes") == [(180, 1080, 6 * 29.5 * 180)]
        assert await it.rows("SELECT count(*), sum(n), sum(total), max(highest) FROM quarters") == [(12, 1080, 31860.0, 59.0)]
        assert await it.rows("SELECT ts_s, n, total, lowest, highest FROM hours") == [
            (T0 + hour * HOUR_S, 360, 10620.0, 0.0, 59.0) for hour in range(3)
        ]


async def test_readings_that_come_after_their_hour_are_rolled_up_in_every_tier(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in(every(10, T0, T0 + HOUR_S))
        await it.keep(T0 + DAY_S + HOUR_S, mono_s=0)
        await it.read_in([(T0 + 61, 1, 99.0, int(Flag.LATE))])
        assert await it.rows("SELECT hour_s, late FROM dirty_hours") == [(T0, 1)]
        await it.keep(T0 + DAY_S + HOUR_S + 60, mono_s=60)
        assert await it.rows("SELECT n FROM hours") == [(360,)], "not after each commit: that would wear the card"
        await it.keep(T0 + DAY_S + HOUR_S + 600, mono_s=600)
        assert await it.rows(MINUTE.format(T0 + 60)) == [(105.0, 7, 1.0, 99.0, int(Flag.LATE))]
        assert await it.rows("SELECT n, highest, flags FROM hours") == [(361, 99.0, int(Flag.LATE))]
        assert await it.rows("SELECT sum(n), max(highest) FROM quarters") == [(361, 99.0)]
        assert await it.rows("SELECT * FROM dirty_hours") == []


async def test_a_reading_that_comes_while_its_hour_is_rolled_up_is_not_lost(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in(every(10, T0, T0 + HOUR_S))
        finish = it.history.write

        async def write(work: object) -> object:
            if getattr(getattr(work, "func", None), "__name__", "") == "put_minutes":  # all of them are collected by now
                it.history.write = finish  # type: ignore[method-assign]
                await it.read_in([(T0 + 61, 1, 99.0, 0)])
            return await finish(work)  # type: ignore[arg-type]

        it.history.write = write  # type: ignore[method-assign,assignment]
        await it.keep(T0 + HOUR_S + 180, mono_s=0)
        await it.keep(T0 + HOUR_S + 900, mono_s=700)
        assert await it.rows(MINUTE.format(T0 + 60)) == [(105.0, 7, 1.0, 99.0, 0)]


async def test_an_hour_whose_readings_are_given_up_keeps_what_was_rolled_up(tmp_path: Path) -> None:
    async with past(tmp_path, reading_days=2) as it:
        await it.read_in(every(10, T0, T0 + HOUR_S))
        await it.keep(T0 + 5 * DAY_S, mono_s=0)
        assert await it.rows("SELECT count(*) FROM readings") == [(0,)]
        await it.read_in([(T0 + 61, 1, 99.0, 0), (T0 + 2 * HOUR_S, 1, 5.0, 0)])
        await it.keep(T0 + 5 * DAY_S + 600, mono_s=700)
        assert await it.rows(MINUTE.format(T0 + 60)) == [(6.0, 6, 1.0, 1.0, 0)], "one late reading is not the whole minute"
        assert await it.rows("SELECT ts_s, n FROM hours") == [(T0, 360), (T0 + 2 * HOUR_S, 1)]


async def test_a_calendar_that_ran_ahead_stops_no_roll_up(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in(every(10, T0 + 400 * DAY_S, T0 + 400 * DAY_S + 60))
        await it.keep(T0 + 401 * DAY_S, mono_s=0)
        await it.read_in(every(10, T0, T0 + HOUR_S))
        for minute in range(3):
            await it.keep(T0 + 2 * HOUR_S + minute * 60, mono_s=700 * minute)
        assert await it.rows(f"SELECT sum(n) FROM minutes WHERE ts_s < {T0 + DAY_S}") == [(360,)]
        await it.read_in(every(10, T0 + HOUR_S, T0 + 2 * HOUR_S))
        await it.keep(T0 + 3 * HOUR_S, mono_s=3_000)
        assert await it.rows(f"SELECT sum(n) FROM minutes WHERE ts_s < {T0 + DAY_S}") == [(720,)]


async def test_years_without_readings_are_leapt_over(tmp_path: Path) -> None:
    async with past(tmp_path, **FOR_TEN_YEARS) as it:
        long_ago = T0 - 8 * 365 * DAY_S
        await it.read_in([(long_ago + 30, 1, 1.0, 0), (T0 + 5, 1, 2.0, 0)])
        await it.keep(T0 + 3 * HOUR_S)
        assert await it.rows("SELECT ts_s, n FROM minutes") == [(long_ago, 1), (T0, 1)]
        await it.keep(T0 + DAY_S + HOUR_S)
        assert await it.rows("SELECT ts_s, n FROM hours") == [(long_ago, 1), (T0, 1)]


async def test_a_boot_in_1970_leaves_the_charts_and_the_roll_ups_as_they_are(tmp_path: Path) -> None:
    async with past(tmp_path, reading_days=2) as it:
        await it.read_in(every(600, T0, T0 + 40 * DAY_S))
        await it.keep(T0 + 40 * DAY_S + 180)
        before, marks = await it.chart(T0, T0 + 40 * DAY_S), await it.rows("SELECT * FROM tier_marks")
        assert sum(bucket.count for bucket in before.buckets) == 40 * 144
        for wall_s in (100.0, T0 + 10 * DAY_S, T0 + 900 * DAY_S):
            await it.keep(wall_s, mono_s=60, trusted=False)
            assert await it.chart(T0, T0 + 40 * DAY_S) == before
            assert await it.rows("SELECT * FROM tier_marks") == marks, "nothing is rolled up again when the clock is right"


async def test_a_trusted_clock_that_goes_back_and_on_loses_nothing(tmp_path: Path) -> None:
    async with past(tmp_path, reading_days=2, minute_days=8) as it:
        await it.read_in([*every(300, T0, T0 + 12 * DAY_S), *every(300, T0, T0 + 12 * DAY_S, sensor=2)])
        await it.keep(T0 + 12 * DAY_S + 180, mono_s=0)
        before = [await it.rows(f"SELECT * FROM {table}") for table in TABLES]
        for number, wall_s in enumerate((T0 + 11.3 * DAY_S, T0 + 5.5 * DAY_S, 100.0), 1):
            await it.keep(wall_s, mono_s=number * DAY_S)
            await it.keep(T0 + 12 * DAY_S + 180, mono_s=number * DAY_S + 60)
            assert [await it.rows(f"SELECT * FROM {table}") for table in TABLES] == before


async def test_rolling_up_again_from_the_start_changes_nothing(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in([*every(7, T0, T0 + HOUR_S), *every(11, T0, T0 + HOUR_S, sensor=2)])
        await it.keep(T0 + 2 * DAY_S)
        before = [await it.rows(f"SELECT * FROM {table}") for table in ("minutes", "quarters", "hours")]
        await it.history.write(lambda c: c.exec_driver_sql("DELETE FROM tier_marks"))  # as if killed before any mark
        await it.keep(T0 + 2 * DAY_S + 60)
        assert [await it.rows(f"SELECT * FROM {table}") for table in ("minutes", "quarters", "hours")] == before
