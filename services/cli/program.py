"""One program of a run, and how its process is begun: in a group of its own, ending with the run, its lines in one pipe."""

import asyncio
import ctypes
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LINE_BYTES = 1 << 20
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `env` is its whole environment."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]


async def start(program: Program) -> asyncio.subprocess.Process:
    """Its process; a line of more than a megabyte is none. Raises OSError."""
    return await asyncio.create_subprocess_exec(
        *program.argv,
        env=dict(program.env),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=LINE_BYTES,
        start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,
    )


def _end_with_parent() -> None:
    """A supervisor that is killed takes its programs with it, so that the next one finds the ports free (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
