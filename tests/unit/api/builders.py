"""Rows and a clock for the tests of the api's parts."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from services.api.headline import headline
from services.api.tile_views import Headline
from services.shared.clock import Clock, Moment
from services.shared.messages import State
from services.shared.site_time import SiteTime


@dataclass
class HandClock(Clock):
    """A clock that a test moves by hand."""

    moment: Moment = field(default_factory=lambda: Moment(1000.0, 1_800_000_000.0, True, "this-boot"))

    def now(self) -> Moment:
        return self.moment

    def leap(self, seconds: float) -> None:
        now = self.moment
        self.moment = Moment(now.mono_s + seconds, now.wall_s + seconds, now.wall_trusted, now.host_boot)


def answered(said: State, **changes: Any) -> Headline:
    """The headline of a site in UTC whose load is measured and of which nothing is unknown, but for the `changes`."""
    clock = partial(SiteTime("UTC").brief, now_at=said.since_at)
    known: dict[str, Any] = {
        "clock": clock, "measured": True, "todo": (), "unknown": (), "since": (None, None), "still_on": False,
    }  # fmt: skip
    return headline(said, "", **(known | changes))
