"""How much work one slice may hold, so that a commit of readings behind it waits for no more than a tenth of a second."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WISHED_S = 0.03
"""A third of what a commit may wait: a card that writes an old log meanwhile is three times as slow."""


class Pace:
    """`size` grows while slices are fast and shrinks at once when one was slow."""

    def __init__(self, first: int, least: int, most: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self.size = first
        self._least = least
        self._most = most
        self._seconds = seconds

    @contextmanager
    def slice(self) -> Iterator[int]:
        """Do one slice of this size inside."""
        began_s = self._seconds()
        yield self.size
        took_s = max(self._seconds() - began_s, 1e-6)
        self.size = int(min(max(self.size * min(WISHED_S / took_s, 2.0), self._least), self._most))
