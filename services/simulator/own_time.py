"""A device whose electronics keep the time of the wall, however fast the plant moves."""

import time
from typing import cast

from services.simulator.site import Site


class _OwnTime:
    """The site, with real seconds for simulated ones."""

    speed = 1.0

    def __init__(self, site: Site) -> None:
        self._site = site

    def now_s(self) -> float:
        """Real seconds."""
        return time.monotonic()

    def __getattr__(self, name: str) -> object:
        return getattr(self._site, name)


def in_own_time(site: Site) -> Site:
    """For a relay board: the lease of a fan that is off is renewed by a controller that lives in real time."""
    return cast(Site, _OwnTime(site))
