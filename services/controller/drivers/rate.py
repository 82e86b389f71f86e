"""The pace that a device asks for: one token per key, refilled at a fixed rate, shut for as long as a 429 says."""

import asyncio

from services.shared.clock import Clock
from services.shared.device import Refused


class Pace:
    """At most `per_second` calls for each key, in the order of asking, and 5 % slower than that: 50 ms of guard at one a second.

    A key that the device shut (`shut`) opens again by itself. `turn` waits for what is at most `patience_s` away and refuses the
    rest, so that nobody sits in a queue until his deadline. `begin`, right before the call, keeps the distance to the call that
    really began before it: what waited for a connection, or was woken late, would else come in a burst.
    """

    def __init__(self, per_second: float, *, clock: Clock, patience_s: float = 5.0) -> None:
        self.interval_s = 1.05 / per_second
        self._clock = clock
        self.patience_s = patience_s
        self._free_at: dict[str, float] = {}
        self._began_s: dict[str, float] = {}
        self._in_order: dict[str, asyncio.Lock] = {}

    async def turn(self, key: str) -> None:
        """Return when a call of this key may begin. Raises Refused with the seconds to wait when they are too many."""
        now_s = self._clock.now().mono_s
        starts_s = max(self._free_at.get(key, now_s), now_s)
        wait_s = starts_s - now_s
        if wait_s > self.patience_s:
            raise Refused(f"over the rate limit of {key}: free in {wait_s:.0f} s", retry_after_s=wait_s)
        self._free_at[key] = starts_s + self.interval_s
        await asyncio.sleep(wait_s)

    async def begin(self, key: str) -> None:
        """Return when the call whose turn it is may leave: an interval after the one before it left."""
        async with self._in_order.setdefault(key, asyncio.Lock()):
            may_s = self._began_s.get(key, float("-inf")) + self.interval_s
            await asyncio.sleep(may_s - self._clock.now().mono_s)  # what is below 0 waits for nobody
            self._began_s[key] = self._clock.now().mono_s

    def shut(self, key: str, seconds: float) -> None:
        """Nobody's turn for so long: what a 429 with Retry-After asks for."""
        free_at = self._clock.now().mono_s + seconds
        self._free_at[key] = max(self._free_at.get(key, free_at), free_at)
