"""The webhook's key must be one that can sign."""

from collections.abc import Iterator

from services.shared.settings.places import wrong
from services.shared.settings.problems import Problem
from services.shared.settings.tree import Settings
from services.shared.webhook_key import ALLOWED, key_of


def webhook_problems(settings: Settings) -> Iterator[Problem]:
    """A key that cannot be read. The text itself is never shown."""
    try:
        key_of(settings.notifications.webhook_secret.get_secret_value())
    except ValueError as error:
        yield wrong(settings, "NOTIFICATIONS", "webhook_secret", error, ALLOWED)
