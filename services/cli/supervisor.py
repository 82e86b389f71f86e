"""Runs programs, each in its own process group; restarts what ends, and stops all of them in order."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Sequence

from services.cli.program import Program, start

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
"""A program that ends again and again is away no longer: the controller is one, and its fans and loads wait for it."""
STEADY_S = 60.0
"""A program that ran so long begins anew with the shortest pause."""
STOP_WITHIN_S = 11.0
"""What a program gets from SIGTERM to SIGKILL; a service promises 10 s."""


class Child:
    """One program, kept running until `stop`. `say` is told after each act, and never raises."""

    def __init__(self, program: Program, say: Callable[[str, str], None], *, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self.name = program.name
        self.starts = 0
        self._begun_s = 0.0
        self._program = program
        self._say = say
        self._first_pause_s = first_pause_s
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    @property
    def runs(self) -> bool:
        """Whether its process is there; between an end and the next start it is not."""
        return self._process is not None

    @property
    def runs_s(self) -> float:
        """For how long its process is there."""
        return asyncio.get_running_loop().time() - self._begun_s if self.runs else 0.0

    def kill(self, why: str) -> None:
        """End its process and all that it started, at once; it starts again as after any end."""
        if self._process is not None:
            self._signal(self._process, signal.SIGKILL)
            self._say("mine", f"{self.name} {why} and is killed")

    async def run(self) -> None:
        """Start it, and again after each end, with pauses of 1 s that double up to 10 s. Returns after `stop`."""
        pause = self._first_pause_s
        while not self._stopping.is_set():
            begun = asyncio.get_running_loop().time()
            try:
                ended = await self._once()
            except Exception as error:
                ended = f"was lost ({error!r})"  # a fault of our own is no reason to leave it ended
            if self._stopping.is_set():
                return
            if asyncio.get_running_loop().time() - begun > STEADY_S:
                pause = self._first_pause_s
            self._say("mine", f"{self.name} {ended}; it starts again in {pause:g} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def stop(self, within_s: float = STOP_WITHIN_S) -> None:
        """SIGTERM to the whole group, SIGKILL after `within_s`."""
        self._stopping.set()
        process = self._process
        if process is None:
            return
        self._signal(process, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), within_s)
        except TimeoutError:
            self._signal(process, signal.SIGKILL)
            self._say("mine", f"{self.name} did not end within {within_s:g} s and is killed")
        self._signal(process, signal.SIGKILL)
        await process.wait()

    async def _once(self) -> str:
        try:
            process = await start(self._program)
        except OSError as error:
            return f"cannot start ({error.strerror})"
        self._process = process
        self._begun_s = asyncio.get_running_loop().time()
        self.starts += 1
        if self._stopping.is_set():
            self._signal(process, signal.SIGTERM)
        try:
            code = await self._heard(process)
        finally:
            self._signal(process, signal.SIGKILL)
            self._process = None
        return f"ended with {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"

    async def _heard(self, process: asyncio.subprocess.Process) -> int:
        """Its exit code; until then its lines are passed on."""
        lines = asyncio.create_task(self._lines(process))
        code = await process.wait()
        await asyncio.wait([lines], timeout=1.0)  # what it left behind may still hold the pipe
        lines.cancel()
        return code

    async def _lines(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:
                continue  # a line of more than a megabyte is dropped
            if not line:
                return
            self._say(self.name, line.decode("utf-8", "replace").rstrip())

    @staticmethod
    def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)


class Supervisor:
    """Programs that start in the order given and stop in waves, the last wave first."""

    def __init__(self, waves: Sequence[Sequence[Program]], say: Callable[[str, str], None]) -> None:
        self._waves = [[Child(program, say) for program in wave] for wave in waves]

    @property
    def children(self) -> list[Child]:
        """All of them, in the order in which they start."""
        return [child for wave in self._waves for child in wave]

    @property
    def running(self) -> set[str]:
        """The names of the programs whose process is there."""
        return {child.name for child in self.children if child.runs}

    async def run(self, stop: asyncio.Event) -> None:
        """Keep all running until `stop` is set, then stop all; returns when the last one ended."""
        tasks = [asyncio.create_task(child.run()) for child in self.children]
        await stop.wait()
        for wave in reversed(self._waves):
            await asyncio.gather(*(child.stop(STOP_WITHIN_S if wave is self._waves[-1] else 3.0) for child in wave))
        await asyncio.gather(*tasks)
