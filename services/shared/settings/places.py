"""A mistake of one key, with the place where its value was given."""

from services.shared.settings.problems import Problem, shown
from services.shared.settings.tree import Settings


def wrong(settings: Settings, section: str, key: str, found: object, allowed: str) -> Problem:
    """A problem of one key with its place; `section` is a label such as `FANS` or `SIGNAL backup`."""
    return Problem(settings.origins.get(f"{section}.{key}", "default"), f"[{section}] {key}", shown(str(found)), allowed)
