"""Who may ask: the numbers of Telegram users, and nothing else. A chat gives nobody a right."""

import logging

from services.shared.settings import Settings

log = logging.getLogger(__name__)


def allowed(settings: Settings) -> dict[int, str]:
    """The name, for the records, by the user's number: of telegram_users and of each [PERSON] with a Telegram number."""
    named = {person.telegram: name for name, person in settings.persons.items() if person.telegram}
    found = {}
    for word in (*settings.notifications.telegram_users, *named):
        number = word.strip()
        if number.isascii() and number.isdigit() and 0 < int(number) < 2**53:
            found[int(number)] = f"telegram:{named.get(word, number)}"
        else:
            log.warning("a Telegram user is a number, not %r: this one is not answered", word)
    return found
