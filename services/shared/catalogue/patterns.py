"""Which rows of the catalogue a key or a pattern of a person may mean; * stands for any part."""

from functools import lru_cache

from services.shared.catalogue.alarm_class import AlarmClass
from services.shared.catalogue.rows import CATALOGUE


def classes_of(typed: str) -> tuple[AlarmClass, ...]:
    """The rows of which an alarm can have this key, or a key of this pattern; whatever its capitals."""
    return tuple(row for row in CATALOGUE if _meet(typed.lower(), row.key.lower()))


@lru_cache(maxsize=4096)
def _meet(one: str, other: str) -> bool:
    """Whether some text is of both patterns."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return _meet(one[1:], other) or _meet(one, other[1:])
    if other[0] == "*":
        return _meet(other, one)
    return one[0] == other[0] and _meet(one[1:], other[1:])
