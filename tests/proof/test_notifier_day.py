"""Half of all sendings fail, for a day: no emergency is lost at any way, and none comes twice without a mark."""

import random
from pathlib import Path

import pytest

from services.notifier.text import REPEATED
from tests.proof.extent import extent
from tests.proof.leaping import run
from tests.proof.notifier_day import Day, Told, day
from tests.proof.notifier_memory import FickleWays
from tests.proof.notifier_wire import wire_ways

HOURS, WIRE_HOURS = extent(2, 24), extent(1, 24)
SEEDS = range(extent(1, 5))


@pytest.mark.timeout(extent(120, 3_600))
@pytest.mark.parametrize("seed", SEEDS)
def test_no_emergency_is_lost_or_doubled_by_providers_that_fail_half_of_the_time(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    ways = FickleWays(chance)
    lived = run(day(tmp_path, ways, HOURS, chance))
    told = ways.told()
    print(f"{HOURS} h, seed {seed}: {lived.summary()}, {ways.asked} sendings")  # noqa: T201
    assert not lived.faults()
    assert len(lived.causes) > 10 * HOURS
    assert len(told) > ways.asked / 2, "half of them fail, and of those that fail some are taken"
    assert any(one.is_marked for one in told)


async def _on_the_wire(folder: Path, chance: random.Random) -> Day:
    async with wire_ways(folder, chance) as ways:
        return await day(folder, ways, WIRE_HOURS, chance)


@pytest.mark.timeout(extent(120, 7_200))
@pytest.mark.parametrize("seed", SEEDS)
def test_no_emergency_is_lost_or_doubled_on_lines_that_fail_half_of_the_time(tmp_path: Path, seed: int) -> None:
    lived = run(_on_the_wire(tmp_path, random.Random(seed)))
    print(f"{WIRE_HOURS} h on the wire, seed {seed}: {lived.summary()}")  # noqa: T201
    assert not lived.faults()
    assert len(lived.causes) > 5 * WIRE_HOURS


def test_the_proof_sees_what_is_lost_and_what_is_doubled() -> None:
    ways = FickleWays(random.Random(0))
    told = ways.channels["sms"].taken  # type: ignore[attr-defined]
    lived = Day(ways, random.Random(0), ["Smoke 00001 is seen"])
    lived.ways.ways = lambda: ["sms +1"]  # type: ignore[method-assign]
    assert lived.faults() == ["sms +1: nothing of Smoke 00001 is seen"]
    told.append(Told("sms +1", "post", "[mine] EMERGENCY: Smoke 00001 is seen", "1-a"))
    told.append(Told("sms +1", "post", f"{REPEATED}[mine] EMERGENCY: Smoke 00001 is seen", "1-a"))
    assert not lived.faults()
    told.append(Told("sms +1", "post", "[mine] EMERGENCY (ended after 5 s): Smoke 00001 is seen", "2-a"))
    assert lived.faults() == ["sms +1: 2 times without a mark: Smoke 00001 is seen"]
