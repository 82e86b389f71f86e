"""Ports of 127.0.0.1 for programs that are started with a number: free now, and given to nobody else of this run.

They lie below the range of outgoing connections: a client that tries again while its server is down may otherwise be given that
very port and connect to itself. Each of the parallel workers draws from a slice of its own, in a circle, so that two tests which
look at the same time never find the same one.
"""

import os
import re
import socket
from itertools import count

_FIRST, _LAST, _SLICES = 18_200, 32_700, 16
_WIDTH = (_LAST - _FIRST) // _SLICES
_slice = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or _SLICES - 1) % _SLICES
_drawn = count(os.getpid() * 97)


def free_port() -> int:
    """One, free for TCP and UDP."""
    return free_block(1)


def free_block(size: int) -> int:
    """The first of so many in a row."""
    for _ in range(_WIDTH):
        first = next(_drawn) % _WIDTH
        if first + size <= _WIDTH and all(_is_free(_port(first + n)) for n in range(size)):
            for _ in range(size - 1):
                next(_drawn)
            return _port(first)
    raise AssertionError(f"no {size} free ports in a row from {_port(0)} to {_port(_WIDTH)}")


def _port(place: int) -> int:
    return _FIRST + _slice * _WIDTH + place


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(type=kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
