"""What a person may name to be put aside: a key of the alarm list or a pattern of some, so that a slip hides nothing."""

import difflib
from collections.abc import Iterable

from services.cli.ask import NotDone
from services.cli.exit_codes import EXIT_MISTAKES
from services.shared.catalogue import CATALOGUE, classes_of

_NEAREST = 3
_ALIKE = 0.5
_LEAST_LETTERS = 3
"""Of a pattern: with fewer it would put nearly everything aside."""
_LONGEST = 120
"""As the notifier takes it."""
_LIST = "another key of the alarm list (docs/manual/alarm-list.md)"


def is_of_the_list(typed: str) -> bool:
    """Whether an alarm that may come has this key, or one of this pattern."""
    return len(typed) <= _LONGEST and bool(classes_of(typed))


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
