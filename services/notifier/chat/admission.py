"""Who is answered and what may be acted on: people by their numbers at Telegram, and words that are not too old."""

import logging

from services.shared.clock import Moment
from services.shared.settings import Settings

log = logging.getLogger(__name__)

OLD_S = 120.0
"""While the Pi was offline, Telegram keeps what was written for up to 24 h."""
_AGAIN_S = 3_600.0
_MOST = 1_000


def allowed(settings: Settings) -> dict[int, str]:
    """The name, for the records, by the user's number: of telegram_users and of each [PERSON] with a Telegram number."""
    named = {person.telegram: name for name, person in settings.persons.items() if person.telegram}
    found = {}
    for word in (*settings.notifications.telegram_users, *named):
        number = word.strip()
        if number.isascii() and number.isdigit() and 0 < int(number) < 2**53:
            found[int(number)] = f"{named.get(word, number)} (telegram)"
        else:
            log.warning("a Telegram user is a number, not %r: this one is not answered", word)
    return found


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
