"""Runs programs, each in its own process group; restarts what ends, and stops all of them in order."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
"""A program that ends again and again is away no longer: the controller is one, and its fans and loads wait for it."""
STEADY_S = 60.0
"""A program that ran so long begins anew with the shortest pause."""
STOP_WITHIN_S = 11.0
"""What a program gets from SIGTERM to SIGKILL; a service promises 10 s."""
_LINE_BYTES = 1 << 20
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `env` is its whole environment."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]


class Child:
    """One program, kept running until `stop`."""

    def __init__(self, program: Program, say: Callable[[str, str], None], *, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self.name = program.name
        self.starts = 0
        self._program = program
        self._say = say
        self._first_pause_s = first_pause_s
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    @property
    def runs(self) -> bool:
        """Whether its process is there; between an end and the next start it is not."""
        return self._process is not None

    async def run(self) -> None:
        """Start it, and again after each end, with pauses of 1 s that double up to 10 s. Returns after `stop`."""
        pause = self._first_pause_s
        while not self._stopping.is_set():
            begun = asyncio.get_running_loop().time()
            ended = await self._once()
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
            self._say("mine", f"{self.name} did not end within {within_s:g} s and is killed")
        self._signal(process, signal.SIGKILL)
        await process.wait()

    async def _once(self) -> str:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._program.argv,
                env=dict(self._program.env),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                limit=_LINE_BYTES,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        except OSError as error:
            return f"cannot start ({error.strerror})"
        self._process = process
        self.starts += 1
        if self._stopping.is_set():
            self._signal(process, signal.SIGTERM)
        lines = asyncio.create_task(self._lines(process))
        code = await process.wait()
        await asyncio.wait([lines], timeout=1.0)  # what it left behind may still hold the pipe
        lines.cancel()
        self._signal(process, signal.SIGKILL)
        self._process = None
        return f"ended with {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"

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


def _end_with_parent() -> None:
    """A supervisor that is killed takes its programs with it, so that the next one finds the ports free (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Programs that start in the order given and stop in waves, the last wave first."""

    def __init__(self, waves: Sequence[Sequence[Program]], say: Callable[[str, str], None]) -> None:
        self._waves = [[Child(program, say) for program in wave] for wave in waves]

    @property
    def running(self) -> set[str]:
        """The names of the programs whose process is there."""
        return {child.name for wave in self._waves for child in wave if child.runs}

    async def run(self, stop: asyncio.Event) -> None:
        """Keep all running until `stop` is set, then stop all; returns when the last one ended."""
        tasks = [asyncio.create_task(child.run()) for wave in self._waves for child in wave]
        await stop.wait()
        for wave in reversed(self._waves):
            await asyncio.gather(*(child.stop(STOP_WITHIN_S if wave is self._waves[-1] else 3.0) for child in wave))
        await asyncio.gather(*tasks)
