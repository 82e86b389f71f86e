"""What wakes the loop: urgent things at once, answers and readings gathered."""

import asyncio
import time

import pytest

from services.controller.wake import Wake

AT_ONCE_S = 0.9
READINGS_S, ANSWERS_S = 4.0, 1.0


@pytest.fixture
def long_gaps(monkeypatch):
    """So long that even a busy computer tells them from at once."""
    monkeypatch.setattr("services.controller.wake._READINGS_GAP_S", READINGS_S)
    monkeypatch.setattr("services.controller.wake._ANSWERS_GAP_S", ANSWERS_S)


async def waited(wake, at_most_s=60.0):
    began = time.monotonic()
    await asyncio.wait_for(wake.wait(at_most_s), 30.0)
    return time.monotonic() - began


@pytest.mark.asyncio
async def test_what_is_urgent_waits_for_nothing():
    wake = Wake()
    asyncio.get_running_loop().call_soon(wake.urgently)
    assert await waited(wake) < AT_ONCE_S


@pytest.mark.usefixtures("long_gaps")
@pytest.mark.asyncio
async def test_readings_and_answers_that_gather_do_not_hold_up_what_is_urgent():
    wake, loop = Wake(), asyncio.get_running_loop()
    for _ in range(100):
        wake.soon()
        wake.shortly()
    loop.call_later(0.02, wake.soon)
    loop.call_later(0.03, wake.urgently)
    loop.call_later(0.04, wake.soon)
    assert 0.02 < await waited(wake) < AT_ONCE_S


@pytest.mark.asyncio
async def test_readings_are_gathered_and_answers_for_a_shorter_moment():
    wake, loop = Wake(), asyncio.get_running_loop()
    loop.call_soon(wake.soon)
    assert await waited(wake) >= 0.19
    loop.call_soon(wake.shortly)
    assert await waited(wake) >= 0.02


@pytest.mark.usefixtures("long_gaps")
@pytest.mark.asyncio
async def test_an_answer_does_not_wait_as_long_as_readings():
    wake = Wake()
    wake.soon()
    wake.shortly()
    assert ANSWERS_S - 0.1 < await waited(wake) < READINGS_S


@pytest.mark.usefixtures("long_gaps")
@pytest.mark.asyncio
async def test_what_woke_while_the_loop_was_at_work_is_not_lost_and_wakes_once():
    wake = Wake()
    wake.urgently()
    assert await waited(wake) < AT_ONCE_S
    assert await waited(wake, 0.05) >= 0.05


@pytest.mark.asyncio
async def test_a_loop_that_is_always_due_still_lets_others_run():
    wake, ran = Wake(), []
    asyncio.get_running_loop().call_soon(ran.append, True)
    await wake.wait(-1.0)
    assert ran


@pytest.mark.usefixtures("long_gaps")
@pytest.mark.asyncio
async def test_a_due_moment_comes_before_readings_have_gathered():
    wake = Wake()
    wake.soon()
    assert await waited(wake, 0.05) < AT_ONCE_S
