"""The live stream's clients."""

import asyncio

import pytest

from services.api import feed, stream
from services.api.dashboard import Dashboard
from services.api.image import Image
from services.api.stream import MOST_CLIENTS, QUEUE, Stream
from services.shared.settings.tree import Settings
from tests.unit.api.builders import HandClock
from tests.waiting import until

pytestmark = pytest.mark.asyncio


def a_stream(clock: HandClock, reasons: list[str]) -> Stream:
    image = Image(Settings(), clock)

    def build() -> Dashboard:
        return feed.build(image, Settings(), broker_connected=True, history=reasons[-1])

    return Stream(build)


async def test_a_client_that_does_not_read_is_dropped_and_its_stream_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "EVERY_S", 0.001)
    reasons = [""]
    live = a_stream(HandClock(), reasons)
    queue = live.join()
    task = asyncio.create_task(live.run())

    def dropped() -> bool:
        reasons.append(str(len(reasons)))
        return live.clients == 0

    await until(dropped)
    task.cancel()
    assert len(reasons) > QUEUE - 1
    assert queue.get_nowait() == b""


async def test_only_a_change_is_told_and_time_that_passes_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "EVERY_S", 0.01)
    clock, reasons = HandClock(), [""]
    live = a_stream(clock, reasons)
    queue = live.join()
    task = asyncio.create_task(live.run())
    assert b'"ok":true' in await queue.get()
    assert b'"ok":true' in await queue.get()
    clock.leap(1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(queue.get(), 0.1)
    reasons.append("disk full")
    assert b"disk full" in await asyncio.wait_for(queue.get(), 1)
    task.cancel()


async def test_a_silent_stream_gives_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "EVERY_S", 0.01)
    monkeypatch.setattr(stream, "PING_S", 0.05)
    live = a_stream(HandClock(), [""])
    queue = live.join()
    task = asyncio.create_task(live.run())
    await queue.get()
    await queue.get()
    assert (await asyncio.wait_for(queue.get(), 2)).startswith(b": ping\n\nevent: dashboard\n")
    task.cancel()


async def test_there_is_room_for_so_many_and_none_after_the_close() -> None:
    live = a_stream(HandClock(), [""])
    queues = [live.join() for _ in range(MOST_CLIENTS)]
    assert live.full
    live.leave(queues[0])
    assert not live.full
    live.close()
    assert live.full
    assert [queue.get_nowait() for queue in queues[1:]] == [b""] * (MOST_CLIENTS - 1)
