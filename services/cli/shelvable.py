"""What a person may name to be put aside: a key of the alarm list or a pattern of some, so that a slip hides nothing."""

import difflib
from collections.abc import Iterable
from functools import cache

from services.cli.ask import NotDone
from services.cli.exit_codes import EXIT_MISTAKES
from services.shared.catalogue import CATALOGUE

_NEAREST = 3
_ALIKE = 0.5
_LEAST_LETTERS = 3
"""Of a pattern: with fewer it would put nearly everything aside."""
_LONGEST = 120
"""As the notifier takes it."""
_LIST = "another key of the alarm list (docs/manual/alarm-list.md)"


def is_of_the_list(typed: str) -> bool:
    """Whether an alarm that may come has this key, or one of this pattern."""
    return len(typed) <= _LONGEST and any(_meet(typed.lower(), row.key.lower()) for row in CATALOGUE)


def narrow(typed: str) -> None:
    """Raises NotDone for a pattern that names nothing."""
    if "*" in typed and sum(letter.isalnum() for letter in typed) < _LEAST_LETTERS:
        allowed = "a narrower pattern, such as 'device_lost_*'; this one would put nearly every warning aside"
        raise NotDone(f"found {typed[:40]!r}; allowed: {allowed}", EXIT_MISTAKES)


def mistyped(typed: str, others: Iterable[str]) -> NotDone:
    """With the nearest of the list and of the `others`, keys of alarms that stand."""
    known = dict.fromkeys([*(row.key for row in CATALOGUE), *others])
    near = difflib.get_close_matches(typed, known, _NEAREST, _ALIKE)
    return NotDone(f"found {typed[:60]!r}; allowed: {', '.join([*near, 'or ' + _LIST]) if near else _LIST}", EXIT_MISTAKES)


@cache
def _meet(one: str, other: str) -> bool:
    """Whether some text is of both patterns, in which * stands for any part."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return _meet(one[1:], other) or _meet(one, other[1:])
    if other[0] == "*":
        return _meet(other, one)
    return one[0] == other[0] and _meet(one[1:], other[1:])
