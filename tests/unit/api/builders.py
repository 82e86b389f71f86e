"""Rows and a clock for the tests of the api's parts."""

from dataclasses import dataclass, field

from services.shared.clock import Clock, Moment


@dataclass
class HandClock(Clock):
    """A clock that a test moves by hand."""

    moment: Moment = field(default_factory=lambda: Moment(1000.0, 1_800_000_000.0, True, "this-boot"))

    def now(self) -> Moment:
        return self.moment

    def leap(self, seconds: float) -> None:
        now = self.moment
        self.moment = Moment(now.mono_s + seconds, now.wall_s + seconds, now.wall_trusted, now.host_boot)
