"""The pace of calls holds also when our own program was late: a device counts when they arrive."""

import asyncio
import time
from itertools import pairwise

import pytest

from services.controller.drivers.rate import Pace
from services.shared.clock import Clock

PER_SECOND = 20.0


@pytest.mark.asyncio
async def test_a_program_that_stood_still_sends_no_burst_afterwards() -> None:
    pace, left_s = Pace(PER_SECOND, clock=Clock()), []

    async def call() -> None:
        await pace.turn("power-mode")
        await pace.begin("power-mode")
        left_s.append(time.monotonic())

    calls = [asyncio.create_task(call()) for _ in range(6)]
    await asyncio.sleep(0)
    time.sleep(0.2)  # noqa: ASYNC251 - this is what is tested
    await asyncio.gather(*calls)
    assert min(later - one for one, later in pairwise(left_s)) >= 1 / PER_SECOND - 0.005


@pytest.mark.asyncio
async def test_another_endpoint_does_not_wait_for_it() -> None:
    pace = Pace(1.0, clock=Clock())
    began_s = time.monotonic()
    for key in ("power-mode", "status", "miners"):
        await pace.turn(key)
        await pace.begin(key)
    assert time.monotonic() - began_s < 0.5
