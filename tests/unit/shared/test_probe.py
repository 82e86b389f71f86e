"""What hangs is found by its silence."""

import asyncio

import pytest

from services.shared.probe import Probe
from tests.waiting import until

pytestmark = pytest.mark.asyncio


async def test_an_answer_is_well_an_error_is_told_and_silence_too() -> None:
    answers: asyncio.Queue[Exception | None] = asyncio.Queue()

    async def ask() -> None:
        error = await answers.get()
        if error is not None:
            raise error

    probe = Probe(ask, each_s=0.0, silence_s=0.05)
    task = asyncio.create_task(probe.run())
    try:
        assert probe.fault() is None
        await until(lambda: "no answer for" in (probe.fault() or ""))
        answers.put_nowait(OSError("the disk is read-only"))
        await until(lambda: probe.fault() == "the disk is read-only")
        answers.put_nowait(None)
        await until(lambda: probe.fault() is None)
    finally:
        task.cancel()
