"""The simulated site's Foreman: calls that left in time are not refused because its own process was busy, and what is more is."""

import aiohttp
import pytest

from services.simulator.devices.foreman import FakeForeman
from services.simulator.site import Faults
from tests.drivers.miner_hall import MinerHall


async def taken(late_s: float) -> int:
    """How many of twelve calls that come at once are taken, at five a second."""
    fake = FakeForeman(MinerHall(), Faults(), api_key="k", client_id=1, calls_per_second=5.0, late_s=late_s)
    url = f"http://127.0.0.1:{await fake.start('127.0.0.1', 0)}/api/v2/clients/1/miners"
    try:
        async with aiohttp.ClientSession(headers={"Authorization": "Token k"}) as session:
            found = []
            for _ in range(12):
                async with session.get(url) as answer:
                    found.append(answer.status)
    finally:
        await fake.stop()
    return found.count(200)


@pytest.mark.asyncio
async def test_calls_that_left_in_time_and_are_met_together_are_taken_and_no_more_than_those() -> None:
    assert await taken(late_s=0.45) in (3, 4)


@pytest.mark.asyncio
async def test_without_allowance_one_is_taken() -> None:
    assert await taken(late_s=0.0) in (1, 2)
