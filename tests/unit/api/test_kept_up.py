"""A part that only shows may fail as often as it likes."""

import asyncio
import logging

import pytest

from services.api import kept_up
from tests.waiting import until


@pytest.mark.asyncio
async def test_a_part_that_fails_or_ends_begins_again_and_says_each_fault_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kept_up, "PAUSE_S", 0.0)
    began: list[int] = []
    faults = [KeyError("mode"), KeyError("mode"), None, ValueError("kW")]

    async def shows() -> None:
        began.append(len(began))
        if len(began) > len(faults):
            await asyncio.Event().wait()
        if fault := faults[len(began) - 1]:
            raise fault

    with caplog.at_level(logging.ERROR):
        task = asyncio.create_task(kept_up.kept_up(shows, "stream"))
        await until(lambda: len(began) == 5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert [record.exc_info is not None for record in caplog.records] == [True, True]
