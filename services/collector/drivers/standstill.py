"""A device that answers, but always the same page: its own counter tells. Its clock is never used, only whether it moves."""

LIMIT_S = 60.0
"""Both devices count their up-time in seconds, and a page may be cached for some of them; a minute is no cache."""


class Standstill:
    """Watches one counter of one device."""

    def __init__(self) -> None:
        self._counter: object = None
        self._since_mono_s = 0.0

    def reason(self, counter: object, now_mono_s: float) -> str:
        """Why the page is not believed, or an empty text. A device without the counter (None) is believed."""
        if counter is None or counter != self._counter:
            self._counter, self._since_mono_s = counter, now_mono_s
            return ""
        stood_s = now_mono_s - self._since_mono_s
        return f"frozen: the device's own up-time has not moved for {stood_s:.0f} s" if stood_s > LIMIT_S else ""
