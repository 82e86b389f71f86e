"""Whether what a person wrote is too old to act on: while the Pi was offline, Telegram keeps it for up to 24 h."""

from services.shared.clock import Moment

OLD_S = 120.0


class Freshness:
    """By the calendar; where that is not trusted, by the time since the poll before, in which there was nothing yet."""

    def __init__(self) -> None:
        self._polled_mono_s: float | None = None
        self._gap_s: float | None = None

    def polled(self, now: Moment) -> None:
        """Telegram has answered a poll."""
        self._gap_s = None if self._polled_mono_s is None else now.mono_s - self._polled_mono_s
        self._polled_mono_s = now.mono_s

    def is_old(self, at: float, now: Moment) -> bool:
        """Of a message written at `at`, Unix seconds by Telegram's clock. What is not known to be fresh is old."""
        age_s = now.wall_s - at
        if now.wall_trusted and age_s >= -OLD_S:
            return age_s > OLD_S
        return self._gap_s is None or self._gap_s > OLD_S
