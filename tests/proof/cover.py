"""Few rows of input classes that hold every pair (or triple) of classes, made the same every time."""

import random
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations, product

from tests.proof.alphabet import LEAPS_S, PERSONS, PROCESSES, WORDS, Act

CLASSES: Mapping[str, tuple[str, ...]] = {
    **{name: tuple(values) for name, values in WORDS.items()},
    "person": tuple(PERSONS),
    "process": tuple(PROCESSES),
    "leap": tuple(LEAPS_S),
}
_TRIES = 12


@cache
def rows(strength: int) -> tuple[Act, ...]:
    """Acts that together hold every combination of `strength` classes."""
    names = tuple(CLASSES)
    missing = {
        tuple(zip(chosen, values, strict=True))
        for chosen in combinations(names, strength)
        for values in product(*(CLASSES[name] for name in chosen))
    }
    draw = random.Random(strength)
    made = []
    while missing:
        seed = min(missing)
        tried = [_candidate(dict(seed), names, draw) for _ in range(_TRIES)]
        best = max(tried, key=lambda row: len(_held(row, strength) & missing))
        missing -= _held(best, strength)
        made.append(_act(best))
    return tuple(made)


def _candidate(fixed: dict[str, str], names: Sequence[str], draw: random.Random) -> dict[str, str]:
    return {name: fixed[name] if name in fixed else draw.choice(CLASSES[name]) for name in names}


def _held(row: Mapping[str, str], strength: int) -> set[tuple[tuple[str, str], ...]]:
    return set(combinations(row.items(), strength))


def _act(row: Mapping[str, str]) -> Act:
    changes = {name: value for name, value in row.items() if name in WORDS}
    return Act(changes, row["person"], row["process"], LEAPS_S[row["leap"]])
