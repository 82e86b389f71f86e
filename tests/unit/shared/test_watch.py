"""The watch over the loop, and the watch over the broker's client."""

import asyncio
import subprocess
import sys
import time

import pytest

from services.shared.lifeline import Lifeline
from services.shared.watch import EXIT_STALLED, LoopWatch
from tests.waiting import until

pytestmark = pytest.mark.asyncio


async def test_a_loop_that_ticks_is_left_alone_and_one_that_stands_still_ends_the_process() -> None:
    ended: list[str] = []
    watch = LoopWatch(limit_s=1.0, end=ended.append)
    task = asyncio.create_task(watch.run())
    await until(watch._thread.is_alive)
    assert not ended
    end = time.monotonic() + 5
    while not ended and time.monotonic() < end:
        time.sleep(0.01)  # noqa: ASYNC251 - this is the stall
    assert "stood still" in ended[0]
    task.cancel()
    watch.release()


async def test_who_was_told_to_end_and_does_not_is_ended() -> None:
    ended: list[str] = []
    watch = LoopWatch(limit_s=1.0, end=ended.append)
    task = asyncio.create_task(watch.run())
    await asyncio.sleep(0)
    watch.must_end_within(0.1)
    await until(lambda: ended)
    task.cancel()
    watch.release()


async def test_the_end_is_code_70_with_the_reason_and_the_stacks_even_when_the_loop_hangs() -> None:
    program = (
        "import asyncio, time\n"
        "from services.shared.watch import LoopWatch\n"
        "async def main():\n"
        "    task = asyncio.create_task(LoopWatch(limit_s=0.4).run())\n"
        "    await asyncio.sleep(0.1)\n"
        "    time.sleep(30)\n"
        "asyncio.run(main())\n"
    )
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program], capture_output=True, timeout=20, check=False)
    assert done.returncode == EXIT_STALLED
    assert b"stood still" in done.stderr
    assert b"in main" in done.stderr


class Client:
    def __init__(self) -> None:
        self.alive = True
        self.echoes = True
        self.connected_mono_s = self.heard_mono_s = time.monotonic()

    def ping(self) -> None:
        if self.echoes:
            self.heard_mono_s = time.monotonic()


class Wire:
    """A bus with one client after another; `helps` tells whether a new one hears."""

    def __init__(self, *, helps: bool) -> None:
        self.connected = True
        self.made = 1
        self.helps = helps
        self.link: Client | None = Client()

    def reconnect(self) -> None:
        self.made += 1
        self.link = Client()
        self.link.echoes = self.helps


@pytest.mark.parametrize("fault", ["silent", "dead"])
@pytest.mark.parametrize("helps", [True, False])
async def test_a_client_that_fails_is_replaced_and_if_that_does_not_help_the_process_ends(fault: str, helps: bool) -> None:
    ended: list[str] = []
    wire = Wire(helps=helps)
    task = asyncio.create_task(Lifeline(ping_s=0.01, silence_s=0.1, last_chance_s=0.3, end=ended.append).watch(wire))
    assert wire.link is not None
    wire.link.alive, wire.link.echoes = fault != "dead", fault != "silent"
    await until(lambda: wire.made == 2)
    if helps:
        link = wire.link
        seen = link.heard_mono_s
        await until(lambda: link.heard_mono_s > seen + 0.5)
        assert (wire.made, ended) == (2, [])
    else:
        await until(lambda: ended)
    task.cancel()


async def test_a_broker_that_is_away_is_no_fault_of_the_client() -> None:
    ended: list[str] = []
    wire = Wire(helps=False)
    wire.connected = False
    lifeline = Lifeline(ping_s=0.01, silence_s=0.05, last_chance_s=0.05, end=ended.append)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lifeline.watch(wire), 0.4)
    assert (wire.made, ended) == (1, [])
