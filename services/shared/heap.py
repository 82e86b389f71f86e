"""How the C library keeps memory, for a process that lives for months on a small computer (glibc's mallopt(3), malloc_trim(3)).

Where there is another C library without them all of this does nothing.
"""

import ctypes
from contextlib import suppress

_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_LARGE_BYTES = 128 * 1024


def one_for_all_threads() -> None:
    """Call before the first thread is there: by itself each gets a heap of its own, and each keeps what it once needed. The
    interpreter lets one thread run at a time, so none waits for it.

    A large piece stays one of the kernel's own pages, which it has back at once; by itself the limit grows with the largest.
    """
    libc = ctypes.CDLL(None)
    with suppress(AttributeError):
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def give_back() -> None:
    """Whole pages that are free go back to the kernel."""
    libc = ctypes.CDLL(None)
    with suppress(AttributeError):
        libc.malloc_trim(0)
