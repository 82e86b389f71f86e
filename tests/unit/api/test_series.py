"""Charts: the same picture from every tier, gaps and marks included."""

from pathlib import Path

import pytest

from services.api.history import chart
from services.api.history.rows import Flag
from tests.unit.api.past import DAY_S, HOUR_S, T0, Past, every, past

pytestmark = pytest.mark.asyncio


async def filled(it: Past, days: int, step_s: float = 60) -> None:
    await it.read_in(every(step_s, T0, T0 + days * DAY_S))
    await it.keep(T0 + days * DAY_S + 180)


async def test_the_width_of_the_buckets_chooses_the_tier(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await filled(it, 3)
        seen = {}
        for name, hours, buckets in (
            ("1 h", 1, 300),
            ("5 h", 5, 300),
            ("1 day", 24, 300),
            ("3 days", 72, 300),
            ("3 days ", 72, 48),
        ):
            found = await it.chart(T0, T0 + hours * HOUR_S, buckets)
            assert len(found.buckets) <= buckets
            assert sum(bucket.count for bucket in found.buckets) == hours * 60
            seen[name] = (found.tier, found.bucket_s)
        assert seen == {
            "1 h": ("reading", 12.0), "5 h": ("minute", 60.0), "1 day": ("minute", 300.0), "3 days": ("minute", 900.0),
            "3 days ": ("hour", 7200.0),
        }  # fmt: skip


async def test_every_tier_tells_the_same(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await filled(it, 2)
        found = await it.chart(T0, T0 + 2 * DAY_S, 48)
        assert (found.tier, found.bucket_s) == ("hour", 3600.0)
        assert [(b.at, b.mean, b.lowest, b.highest, b.count) for b in found.buckets] == [
            (T0 + hour * HOUR_S, 29.5, 0.0, 59.0, 60) for hour in range(48)
        ]


async def test_what_is_not_rolled_up_yet_is_in_the_chart_from_finer_tiers(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await filled(it, 2)
        now = T0 + 2 * DAY_S + 5 * HOUR_S + 1800
        await it.read_in(every(60, T0 + 2 * DAY_S, now))
        await it.keep(now)
        (hours,), (minutes,) = await it.rows("SELECT max(ts_s) FROM hours"), await it.rows("SELECT max(ts_s) FROM minutes")
        assert hours[0] < T0 + 2 * DAY_S < minutes[0] < T0 + 2 * DAY_S + 5 * HOUR_S
        found = await it.chart(T0, now, 50)
        assert found.tier == "hour"
        assert found.bucket_s == 2 * HOUR_S
        assert [bucket.count for bucket in found.buckets] == [120] * 26 + [90]


async def test_a_gap_stays_a_gap_in_every_tier(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in([*every(60, T0, T0 + 6 * HOUR_S), *every(60, T0 + 12 * HOUR_S, T0 + DAY_S)])
        await it.keep(T0 + DAY_S + 180)
        for buckets in (24, 96, 1440):
            found = await it.chart(T0, T0 + DAY_S, buckets)
            per_bucket = DAY_S / buckets
            assert found.bucket_s == per_bucket
            expected = [T0 + n * per_bucket for n in range(buckets) if not 6 * HOUR_S <= n * per_bucket < 12 * HOUR_S]
            assert [bucket.at for bucket in found.buckets] == expected


async def test_forced_and_bad_are_told_in_every_tier(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await filled(it, 2)
        at = T0 + 2 * DAY_S
        await it.read_in(
            [(at + 30, 1, 41.0, int(Flag.FORCED)), (at + 3 * HOUR_S, 1, None, int(Flag.BAD)), (at + DAY_S, 1, 1.0, 0)]
        )
        await it.keep(at + 2 * DAY_S)
        for start, end, buckets, tier in (
            (at, at + 60, 60, "reading"),
            (at, at + DAY_S, 24, "hour"),
            (at, at + DAY_S, 96, "quarter"),
        ):
            found = await it.chart(start, end, buckets)
            assert found.tier == tier
            assert (found.buckets[0].forced, found.buckets[0].bad) == (True, False)
            if end - start > 60:
                assert (found.buckets[1].forced, found.buckets[1].bad, found.buckets[1].mean) == (False, True, None)


async def test_of_a_time_whose_readings_are_given_up_the_finest_that_is_left_is_shown(tmp_path: Path) -> None:
    async with past(tmp_path, reading_days=1, minute_days=3) as it:
        await filled(it, 9)
        ten_minutes = {days: await it.chart(T0 + days * DAY_S, T0 + days * DAY_S + HOUR_S, 300) for days in (1, 6, 8)}
        assert {days: (found.tier, sum(b.count for b in found.buckets)) for days, found in ten_minutes.items()} == {
            1: ("quarter", 60), 6: ("minute", 60), 8: ("reading", 60),
        }  # fmt: skip


async def test_a_sensor_that_is_new_does_not_hide_behind_the_age_of_the_others(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await filled(it, 4)
        await it.read_in(every(60, T0 + 3 * DAY_S + HOUR_S, T0 + 4 * DAY_S, sensor=2))
        await it.keep(T0 + 4 * DAY_S + 900)
        found = await it.chart(T0, T0 + 4 * DAY_S, 96, sensor=2)
        assert found.tier == "hour"
        assert [bucket.count for bucket in found.buckets] == [60] * 23


async def test_readings_too_many_to_look_through_are_drawn_from_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with past(tmp_path) as it:
        await it.read_in(every(1, T0, T0 + 2 * HOUR_S))
        await it.keep(T0 + 3 * HOUR_S)
        assert (await it.chart(T0, T0 + 2 * HOUR_S, 300)).tier == "reading"
        monkeypatch.setattr(chart, "MOST_READINGS", 5_000)
        found = await it.chart(T0, T0 + 2 * HOUR_S, 300)
        assert (found.tier, len(found.buckets), sum(bucket.count for bucket in found.buckets)) == ("minute", 120, 7200)


async def test_values_too_large_to_be_summed_have_a_mean_within_them(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in([(T0, 1, 1e308, 0), (T0 + 1, 1, 1.5e308, 0), (T0 + 600, 1, -1e308, 0), (T0 + 601, 1, -1.5e308, 0)])
        await it.keep(T0 + 2 * DAY_S)
        for buckets in (2, 1):
            for bucket in (await it.chart(T0, T0 + DAY_S, buckets)).buckets:
                assert bucket.lowest is not None
                assert bucket.highest is not None
                assert bucket.mean is None or bucket.lowest <= bucket.mean <= bucket.highest


async def test_a_chart_begins_and_ends_where_it_is_asked_to(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await filled(it, 1)
        found = await it.chart(T0 + 100, T0 + DAY_S - 3000.5, 10)
        assert found.bucket_s % 60 == 0
        assert T0 <= found.buckets[0].at <= T0 + 100
        assert len(found.buckets) <= 10
        assert found.buckets[-1].at < T0 + DAY_S - 3000.5
