"""The live stream's clients."""

import asyncio

import pytest

from services.api import feed, stream
from services.api.dashboard import Dashboard
from services.api.image import Image
from services.api.places import MOST_CLIENTS, MOST_OF_ONE, EventStream, Places
from services.api.problems import Problem
from services.api.stream import QUEUE, Stream
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
    reasons, waiting = [""], [0]
    live = a_stream(HandClock(), reasons)
    queue = live.join()
    task = asyncio.create_task(live.run())

    def dropped() -> bool:
        waiting.append(queue.qsize())
        reasons.append(str(len(reasons)))
        return max(waiting) == QUEUE and waiting[-1] == 1

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


async def test_the_close_ends_every_stream() -> None:
    live = a_stream(HandClock(), [""])
    queues = [live.join() for _ in range(3)]
    live.close()
    assert [queue.get_nowait() for queue in queues] == [b""] * 3


class Listening:
    """Clients of one listener that stay until they are told to go."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.gone = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    async def come(self, home: str) -> None:
        answer: EventStream = self.places.stream(home, asyncio.Queue, lambda queue: None)
        self.tasks.append(asyncio.create_task(answer({"type": "http"}, self._receive, self._send)))
        await asyncio.sleep(0)

    async def go(self) -> None:
        self.gone.set()
        await asyncio.gather(*self.tasks)

    async def _receive(self) -> dict[str, str]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: object) -> None:
        pass


async def test_one_address_has_so_many_places_and_leaves_the_others_to_others_until_all_are_taken() -> None:
    here = Listening(Places(MOST_OF_ONE))
    for number in range(MOST_CLIENTS):
        if number % MOST_OF_ONE == 0 and number:
            with pytest.raises(Problem, match="of one address") as refused:
                await here.come(f"home {number // MOST_OF_ONE - 1}")
            assert refused.value.headers == {"Retry-After": "10"}
        await here.come(f"home {number // MOST_OF_ONE}")
    with pytest.raises(Problem, match=f"{MOST_CLIENTS} clients"):
        await here.come("another home")
    await here.go()
    await here.come("home 0")
    here.places.close()
    with pytest.raises(Problem, match="about to end"):
        await here.come("another home")
    await here.go()
