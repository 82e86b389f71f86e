"""The webhook's key must be one that can sign, and should be one that nobody can guess."""

from collections.abc import Iterator

from services.shared.settings.known import is_known
from services.shared.settings.places import before, wrong
from services.shared.settings.problems import Problem, counted
from services.shared.settings.tree import Settings
from services.shared.webhook_key import ALLOWED, LEAST_BYTES, key_of


def webhook_problems(settings: Settings) -> Iterator[Problem]:
    """A key that cannot be read. The text itself is never shown."""
    try:
        key_of(settings.notifications.webhook_secret.get_secret_value())
    except ValueError as error:
        yield wrong(settings, "NOTIFICATIONS", "webhook_secret", error, ALLOWED)


def webhook_warnings(settings: Settings) -> Iterator[str]:
    """A key that signs, but by which others may too."""
    secret = settings.notifications.webhook_secret.get_secret_value()
    if not secret or any(webhook_problems(settings)):
        return
    told, key = f"{before(settings, 'NOTIFICATIONS', 'webhook_secret')}[NOTIFICATIONS] webhook_secret", key_of(secret)
    if len(key) < LEAST_BYTES:
        yield f"{told} has only {counted(len(key), 'byte')} and can be guessed: {LEAST_BYTES} or more are safe"
    elif len(set(key)) == 1 or is_known(secret):
        yield f"{told} is one that everybody knows"
