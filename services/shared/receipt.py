"""When a message is acknowledged: once its handlers have returned and whoever holds it has let it go."""

from collections.abc import Callable

Release = Callable[[], None]
"""Lets a message go. Called once, on the loop's thread."""
Hold = Callable[[], Release]
"""Keeps a message from being acknowledged until the release that it returns is called. Only while its handler runs."""


def no_hold() -> Release:
    """For what is not acknowledged at all."""
    return _nothing


def _nothing() -> None:
    pass


class Receipt:
    """Counts who still needs the message, the one who hands it to its handlers among them."""

    __slots__ = ("_acknowledge", "_needed_by")

    def __init__(self, acknowledge: Release) -> None:
        self._acknowledge = acknowledge
        self._needed_by = 1

    def hold(self) -> Release:
        """One more needs it."""
        self._needed_by += 1
        return self.release

    def release(self) -> None:
        """One needs it no more; after the last it is acknowledged."""
        self._needed_by -= 1
        if self._needed_by == 0:
            self._acknowledge()
