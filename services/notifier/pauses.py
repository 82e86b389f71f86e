"""When a provider may be asked again: pauses of our own per recipient, with full jitter, and the provider's for all."""

import math
import random
from collections.abc import Callable

from services.notifier.channels.base import Failed

LONGEST_PAUSE_S = 900.0
LONGEST_URGENT_PAUSE_S = 60.0
"""For an emergency that was surely not taken: one that perhaps was would come again each minute."""
LONGEST_ASKED_S = 3_600.0
"""Nobody is kept silent for longer by a figure in an answer."""
_NEVER = float("-inf")


def own_pause_s(
    failures: int, first_s: float, failed: Failed, *, urgent: bool, spread: Callable[[float, float], float] = random.uniform
) -> float:
    """How long to wait after so many failures in a row: exponential with full jitter; about a quarter of an hour when slow."""
    if failed.slow:
        return spread(LONGEST_PAUSE_S / 2, LONGEST_PAUSE_S)
    most = LONGEST_URGENT_PAUSE_S if urgent and not failed.maybe_taken else LONGEST_PAUSE_S
    return spread(0.0, min(most, first_s * 2.0 ** min(failures - 1, 30)))


def asked_pause_s(failed: Failed) -> float:
    """The pause that the provider asks for; 0 when it asks for none, or for nonsense."""
    asked = failed.retry_after_s
    return 0.0 if asked is None or math.isnan(asked) else min(max(asked, 0.0), LONGEST_ASKED_S)


class Pauses:
    """Of one channel. Times are monotonic seconds; `first_s` is the longest pause after the first failure."""

    def __init__(self, first_s: float) -> None:
        self._first_s = first_s
        self._asked_until_s = _NEVER
        self._own_until_s: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._slow: set[str] = set()

    def until_s(self, recipient: str) -> float:
        """From when on a recipient may be tried."""
        return max(self._asked_until_s, self._own_until_s.get(recipient, _NEVER))

    def failed(self, recipient: str, failed: Failed, now_s: float, *, urgent: bool) -> None:
        """It was not taken."""
        failures = self._failures[recipient] = self._failures.get(recipient, 0) + 1
        self._asked_until_s = max(self._asked_until_s, now_s + asked_pause_s(failed))
        self._own_until_s[recipient] = now_s + own_pause_s(failures, self._first_s, failed, urgent=urgent)
        (self._slow.add if failed.slow else self._slow.discard)(recipient)

    def took(self, recipient: str) -> None:
        """It was taken: the provider works, so whom it failed otherwise than slowly is tried again at once."""
        self._failures.pop(recipient, None)
        self._slow.discard(recipient)
        self._own_until_s = {name: until_s for name, until_s in self._own_until_s.items() if name in self._slow}

    def hurry(self, recipient: str) -> None:
        """An emergency came: it does not wait for the end of a pause of our own."""
        self._own_until_s.pop(recipient, None)

    def over(self) -> None:
        """What made them fail may be gone: all pauses of our own end."""
        self._own_until_s.clear()
