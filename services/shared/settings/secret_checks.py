"""No key of a door of ours may be one that everybody knows: it stops the start."""

from collections.abc import Iterator

from services.shared.settings.known import is_known
from services.shared.settings.places import wrong
from services.shared.settings.problems import Problem
from services.shared.settings.tree import Settings

_ALLOWED = "one of your own that nobody can guess; `mine setup` makes them"


def secret_problems(settings: Settings) -> Iterator[Problem]:
    """A known broker password or ops token. The text itself is never shown."""
    for section, key, secret in (("BROKER", "password", settings.broker.password), ("OPS", "token", settings.ops.token)):
        if is_known(secret.get_secret_value()):
            yield wrong(settings, section, key, "a password that everybody knows", _ALLOWED)
