"""The place where the value of a key was given, as a mistake or a warning tells it."""

from services.shared.settings.problems import Problem, shown
from services.shared.settings.tree import Settings


def wrong(settings: Settings, section: str, key: str, found: object, allowed: str) -> Problem:
    """A problem of one key with its place; `section` is a label such as `FANS` or `SIGNAL backup`."""
    return Problem(settings.origins.get(f"{section}.{key}", "default"), f"[{section}] {key}", shown(str(found)), allowed)


def before(settings: Settings, section: str, key: str) -> str:
    """The place as a warning begins with it, `config.txt line 2: `; empty where the value is the default."""
    place = settings.origins.get(f"{section}.{key}", "default")
    return "" if place == "default" else f"{place}: "
