"""How often somebody may ask: a bucket for each address or name, refilled evenly, in bounded memory."""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_BUCKETS = 4096
_IPV6_HOST_BITS = 64


class Rates:
    """Buckets of `burst` tokens that refill by `per_s` a second. With too many, the one not asked for longest is forgotten."""

    def __init__(self, per_s: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, who: str) -> float:
        """0 when `who` may go on, and one token is taken; else how many seconds until the next."""
        now = self._clock()
        left = self._left(who, now)
        if left < 1:
            return (1 - left) / self._per_s
        self._keep(who, left - 1, now)
        return 0.0

    def give_back(self, who: str) -> None:
        """What was taken was in order."""
        now = self._clock()
        self._keep(who, min(self._burst, self._left(who, now) + 1), now)

    def _left(self, who: str, now: float) -> float:
        left, at = self._buckets.get(who, (self._burst, now))
        return min(self._burst, left + (now - at) * self._per_s)

    def _keep(self, who: str, left: float, now: float) -> None:
        self._buckets[who] = (left, now)
        self._buckets.move_to_end(who)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)


def household(host: str) -> str:
    """Whose address it is: an IPv6 host has a whole /64 to itself, so that is what counts."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_HOST_BITS), strict=False))


def retry_after(seconds: float) -> dict[str, str]:
    """The header that says when to come again."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
