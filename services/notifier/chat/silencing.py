"""What a person means to silence, and what that does, in words."""

from collections.abc import Collection
from fnmatch import fnmatchcase

from services.shared.catalogue import CATALOGUE, classes_of

EVERYTHING = "*"
"""The pattern of all warnings."""
_LISTED = 10
_BY_KEY = "emergencies are shelved by their exact key"


def as_known(word: str, open_keys: Collection[str]) -> str:
    """The key as it is written, where only its capitals differ: an emergency is put aside by its exact key alone."""
    known = (*open_keys, *(row.key for row in CATALOGUE))
    return word if word in known else next((key for key in known if key.lower() == word.lower()), word)


def named(pattern: str, open_keys: Collection[str]) -> str:
    """What is silent, and what still comes."""
    if pattern == EVERYTHING:
        return "all warnings; emergencies still come"
    if not _is_known(pattern, open_keys):
        listed = ", ".join(list(open_keys)[:_LISTED]) or "none"
        return f"{pattern}, but no alarm of this name is known (open now: {listed})"
    return f"{pattern} (warnings only; {_BY_KEY})" if "*" in pattern else pattern


def _is_known(pattern: str, open_keys: Collection[str]) -> bool:
    """An open alarm, or one of the catalogue, whose * stands for any name."""
    wanted = pattern.lower()
    if any(fnmatchcase(key.lower(), wanted) for key in open_keys):
        return True
    return bool(classes_of(wanted))
