"""Records that were given up: counted, and never lost without a word."""

import logging

log = logging.getLogger(__name__)


class GivenUp:
    """`total` counts since the start, `here` since the trouble that stands began. `why` is that trouble in words."""

    def __init__(self, why: str) -> None:
        self.total = 0
        self.here = 0
        self._why = why

    def add(self, count: int) -> None:
        """So many more were given up, if any; the first of a trouble is logged."""
        if count <= 0:
            return
        if self.here == 0:
            log.error("%s: the oldest events are given up from now on", self._why)
        self.total += count
        self.here += count

    def over(self) -> None:
        """The trouble is over; what it cost is logged."""
        if self.here:
            log.error("%d events were given up: %s", self.here, self._why)
        self.here = 0

    @property
    def words(self) -> str:
        """For an alarm; they change at each power of ten alone, or every event would be news. Empty without a loss."""
        if self.here == 0:
            return ""
        return f"at least {10 ** (len(str(self.here)) - 1)} of the oldest events were given up: {self._why}"
