"""The clock of a twin: simulated seconds, and what the controller's host makes of them."""

from dataclasses import dataclass, replace

from services.controller.core.moments import Now

BOOTED_BEFORE_S = 1000.0
"""How long the host had run when a twin's day begins."""


@dataclass(frozen=True, slots=True)
class HostClock:
    """Where a host's clocks stand: `booted_s` in simulated time, `wall_s` at simulated second 0, `step_s` off the truth."""

    wall_s: float
    booted_s: float = -BOOTED_BEFORE_S
    boots: int = 1
    step_s: float = 0.0
    trusted: bool = True

    def now(self, sim_s: float) -> Now:
        """The moment as the controller gets it."""
        return Now(sim_s - self.booted_s, self.wall_s + sim_s + self.step_s, self.trusted, f"boot-{self.boots}")

    def booted_anew(self, sim_s: float) -> "HostClock":
        """A power cut of the host is over: another boot, the monotonic clock from 0, the calendar where it stood."""
        return replace(self, booted_s=sim_s, boots=self.boots + 1)


def clock_text(sim_s: float, midnight_s: float = 0.0) -> str:
    """A moment as hh:mm:ss of the site's day, with the day where it is not the first."""
    seconds = int(sim_s - midnight_s)
    days, rest = divmod(seconds, 86_400)
    text = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"day {days + 1} {text}" if days else text
