"""The calendar as this process reckons it: by it acknowledgements, shelves, escalation and budgets are counted.

A Pi without a battery boots with any time at all. While the clock is not trusted it is not looked at: time goes on from the last
thing that is known to have happened, by the monotonic clock. When the clock is set, what was stamped by the wrong one is set with
it, so that every span stays as long as it was and nothing is done twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.shared.clock import Moment
from services.shared.messages import Alarm

STEP_S = 2.0
"""A clock is slewed by less than this between two looks; by more it was set."""
_EVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Step:
    """The calendar goes on by `by_s`. What was stamped from `from_at` on (Unix seconds, as it was) moves with it.

    `was_set`: somebody set the clock. Else this process began with a good one, and an earlier one had reckoned without.
    """

    from_at: float
    by_s: float
    was_set: bool = True

    @property
    def words(self) -> str:
        """For the log."""
        if abs(self.by_s) < STEP_S:
            return "the clock is trusted, and nobody has set it"
        what = "the clock was set by" if self.was_set else "the clock is good; what was reckoned without it goes on by"
        return f"{what} {self.by_s:+.0f} s"

    def moved(self, at: float) -> float:
        """A stamp, as it is now."""
        return at + self.by_s if at >= self.from_at else at


class Reckoning:
    """`stamps` are the Unix seconds at which something happened in earlier processes. `waits`: something of theirs has an end by
    the calendar, or people are being called. On that no clock decides that is not trusted, nor one that is behind the stamps.

    `unproven_from_at`: what is stamped from then on was stamped by no trusted clock; None: all was. To be stored, and given to
    the next process. So is `ahead_s`, by which the calendar is ahead of the monotonic clock: in the same boot that clock went on
    while no process looked, and nothing needs to be reckoned.
    """

    def __init__(
        self,
        now: Moment,
        stamps: Iterable[float] = (),
        *,
        waits: bool = False,
        unproven_from_at: float | None = None,
        ahead_s: float | None = None,
    ) -> None:
        self._was_set = not now.wall_trusted
        latest_at = max(stamps, default=_EVER)
        needs_it = not now.wall_trusted or unproven_from_at is not None
        if ahead_s is not None and needs_it and latest_at <= now.mono_s + ahead_s + STEP_S:
            self._ahead_s, self.unproven_from_at, self._was_set = ahead_s, unproven_from_at, True
            return
        wrong = latest_at > now.wall_s + STEP_S or (waits and not now.wall_trusted) or unproven_from_at is not None
        goes_on = wrong and latest_at > _EVER
        first_at = latest_at + 1.0 if goes_on else now.wall_s
        self._ahead_s = first_at - now.mono_s
        from_at = first_at if unproven_from_at is None else min(first_at, unproven_from_at)
        self.unproven_from_at = None if now.wall_trusted and not goes_on else from_at

    @property
    def ahead_s(self) -> float:
        """For the next process of this boot."""
        return self._ahead_s

    def moment(self, now: Moment) -> Moment:
        """This moment as reckoned."""
        return replace(now, wall_s=now.mono_s + self._ahead_s)

    def look(self, now: Moment) -> Step | None:
        """Go with the clock where it is trusted. Returns by how much the calendar was set, if it was, or is proven.

        The first time that it is trusted only what is unproven moves, and what lies ahead; later all does.
        """
        if not now.wall_trusted:
            return None
        by_s = now.wall_s - self.moment(now).wall_s
        is_proven = self.unproven_from_at is None
        step = Step(_EVER if self.unproven_from_at is None else min(self.unproven_from_at, now.wall_s), by_s, self._was_set)
        self._ahead_s, self.unproven_from_at, self._was_set = now.wall_s - now.mono_s, None, True
        return None if is_proven and abs(by_s) < STEP_S else step

    def heard(self, alarm: Alarm, now: Moment) -> Alarm:
        """An owner's word, as reckoned where the owner stamped it by the clock that is not trusted: since the host started."""
        if now.wall_trusted:
            return alarm
        by_s, boot_at = self.moment(now).wall_s - now.wall_s, now.wall_s - now.mono_s
        stamps = {"since_at": alarm.since_at, "sent_at": alarm.sent_at}
        return alarm.model_copy(
            update={name: at + by_s if boot_at <= at <= now.wall_s + STEP_S else at for name, at in stamps.items()}
        )
