"""From the text found to a level, by the operator's vocabulary alone: what no entry matches as a whole is unknown."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.shared.vocabulary import Level

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_RANGE = re.compile(rf"({_NUMBER.pattern})\s*\.\.\s*({_NUMBER.pattern})")


@dataclass(frozen=True, slots=True)
class Judged:
    """A level, and when it is unknown the reason."""

    level: Level
    reason: str = ""


def collapse(text: str) -> str:
    """A text with every run of white space, no-break spaces included, as one blank, and none at its ends."""
    return " ".join(text.replace("&nbsp;", " ").split())


def normalise(text: str) -> str:
    """A text as it is compared: collapsed and case-folded."""
    return collapse(text).casefold()


def level_of(text: str, vocabulary: Sequence[tuple[str, str]]) -> Judged:
    """The level of the whole text: a word, a number or a range `2..9` of the vocabulary.

    Where several entries match, the most severe one wins. Unknown: empty, NaN, infinite, out of every range, in a gap.
    """
    found = normalise(text)
    if not found:
        return Judged(Level.UNKNOWN, "nothing where the level should stand")
    levels = [Level(level) for entry, level in vocabulary if _matches(normalise(entry), found)]
    if levels:
        return Judged(max(levels, key=lambda level: level.severity))
    return Judged(Level.UNKNOWN, f"{text_for_people(text)!r} is not in the vocabulary")


def text_for_people(text: str, limit: int = 80) -> str:
    """The beginning of a foreign text, on one line, without control characters."""
    return "".join(letter for letter in collapse(text[: 4 * limit]) if letter.isprintable())[:limit]


def _matches(entry: str, found: str) -> bool:
    if entry == found:
        return True
    number = _number(found)
    if number is None:
        return False
    bounds = _RANGE.fullmatch(entry)
    if bounds:
        return float(bounds[1]) <= number <= float(bounds[2])
    return _number(entry) == number


def _number(text: str) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None
