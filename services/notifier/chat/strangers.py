"""People who are not on the list: they get nothing at all, and the log has that they tried, without their words."""

import logging

from services.shared.clock import Moment

log = logging.getLogger(__name__)

_AGAIN_S = 3_600.0
_MOST = 1_000


class Strangers:
    """One line for each in an hour: who writes much fills no card."""

    def __init__(self) -> None:
        self._met: dict[int, float] = {}

    def met(self, user: int, chat: int | None, now: Moment) -> None:
        """Somebody wrote, or pressed a button."""
        last_s = self._met.get(user)
        if last_s is not None and now.mono_s - last_s < _AGAIN_S:
            return
        if len(self._met) >= _MOST:
            self._met = {one: at for one, at in self._met.items() if now.mono_s - at < _AGAIN_S}
        if len(self._met) < _MOST:
            self._met[user] = now.mono_s
            log.warning("Telegram user %d, in chat %s, is not on the list and is not answered", user, chat)
