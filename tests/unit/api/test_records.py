"""The list of sensors tells what time their stored readings span."""

from pathlib import Path

import pytest

from services.api.history import records
from services.api.history.rows import timestamp
from tests.unit.api.past import DAY_S, T0, Past, every, past

pytestmark = pytest.mark.asyncio


async def spans(it: Past, now_s: float) -> list[tuple[str | None, str | None]]:
    found = await it.history.read(lambda c: records.sensors(c, int(now_s * 1000)))
    return [(one.first, one.last) for one in found.sensors]


def at(seconds: float) -> str:
    return timestamp(int(seconds * 1000))


@pytest.mark.parametrize("minutes", [16, 28, 59, 63])
async def test_a_sensor_whose_first_hour_is_not_rolled_up_yet_has_a_first_reading(tmp_path: Path, minutes: int) -> None:
    async with past(tmp_path, sensors_there=1) as it:
        await it.read_in([(T0, 1, 1.0, 0)])
        assert await spans(it, T0 + minutes * 60) == [(at(T0), at(T0))]


async def test_a_clock_in_1970_looks_through_no_readings_of_other_times(tmp_path: Path) -> None:
    async with past(tmp_path) as it:
        await it.read_in(every(60, T0, T0 + DAY_S))
        await it.keep(T0 + DAY_S + 180)
        await it.read_in([(T0 + DAY_S + 600, 1, 1.0, 0), (50.0, 2, 1.0, 0)])
        assert await spans(it, 100.0) == [(at(T0), at(T0 + DAY_S - 60)), (at(0), at(0))]
