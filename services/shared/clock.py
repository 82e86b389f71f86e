"""Time as an argument. Logic never reads a clock; services read this one and hand the moment down.

Ages and dwell times count on the monotonic clock, which all processes of one boot share; events lie on the calendar. A Pi
boots in 1970, so the calendar carries a trust bit.
"""

import ctypes
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TIME_ERROR = 5  # adjtimex(2): clock not synchronised
EARLIEST_SANE_WALL_S = 1_735_689_600.0  # 2025-01-01: before this a Pi has not heard of the time yet


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant: monotonic seconds of this boot, Unix seconds UTC, whether the latter is trusted, which boot."""

    mono_s: float
    wall_s: float
    wall_trusted: bool
    host_boot: str


@cache
def host_boot() -> str:
    """The id of this boot of the host. Monotonic times of another boot mean nothing here."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


class Clock:
    """The real clock. `trust` is `auto` (ask the kernel whether NTP holds it), `yes` or `no`."""

    def __init__(self, trust: str = "auto") -> None:
        self._trust = trust

    def now(self) -> Moment:
        """The present moment."""
        wall_s = time.time()
        return Moment(time.monotonic(), wall_s, self._is_trusted(wall_s), host_boot())

    def _is_trusted(self, wall_s: float) -> bool:
        if self._trust != "auto":
            return self._trust == "yes"
        return wall_s > EARLIEST_SANE_WALL_S and _kernel_clock_state() != _TIME_ERROR


def _kernel_clock_state() -> int:
    # adjtimex with modes=0 only reads. The struct is larger than its first field; 512 bytes hold it on every platform.
    try:
        return int(_libc().adjtimex(ctypes.create_string_buffer(512)))
    except (OSError, AttributeError):
        return _TIME_ERROR


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)  # opened anew it would cost more than all else at each look at the clock
