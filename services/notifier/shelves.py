"""What people put aside for a while (shelving of ISA-18.2): an alarm or a pattern, until when, by whom and why.

Emergencies are covered only by their exact key and for an hour at most; a pattern never hides one.
"""

import logging
import math
import re
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from pydantic import TypeAdapter, ValidationError

from services.notifier.answers import is_within
from services.notifier.reckoning import Step
from services.notifier.record import Record
from services.notifier.text import one_line
from services.shared.catalogue import class_of, classes_of
from services.shared.clock import Moment
from services.shared.vocabulary import AlarmKind

log = logging.getLogger(__name__)

EMERGENCY_AT_MOST_S = 3_600.0
WARNING_AT_MOST_S = 86_400.0
AT_MOST = 100
_SLACK_S = 60.0  # the person reckoned the end by another clock
_PATTERN = re.compile(r"[A-Za-z0-9._*-]{1,120}")  # keys are made of names of the file, zones among them
_WORDS = 200


@dataclass(frozen=True, slots=True)
class Shelf:
    """`pattern` is a key, or has * for any part of one. `from_at` and `until_at` are Unix seconds. `of_at`: it is of the alarm's
    coming of that time alone, as its owner gives it; None: of each."""

    pattern: str
    from_at: float
    until_at: float
    by: str
    reason: str
    of_at: float | None = None

    def covers(self, record: Record, now: Moment) -> bool:
        """Whether it hides this alarm now."""
        if not is_within(self.from_at, self.until_at, now) or not fnmatchcase(record.key.lower(), self.pattern.lower()):
            return False
        if self.of_at not in (None, record.own_since_at):
            return False
        short = self.until_at - self.from_at <= EMERGENCY_AT_MOST_S + _SLACK_S
        return record.kind is not AlarmKind.EMERGENCY or (self.pattern == record.key and short)


_SHELVES = TypeAdapter(tuple[Shelf, ...])


class Shelves:
    """All shelves, by pattern; a later one of the same pattern takes the place of the earlier."""

    def __init__(self, shelves: tuple[Shelf, ...] = ()) -> None:
        self._shelves = {shelf.pattern: shelf for shelf in shelves}

    def add(self, pattern: str, until_at: float, by: str, reason: str, now: Moment, held: Record | None = None) -> str | None:
        """Put aside until `until_at` (Unix seconds). Returns why not, or None.

        `held` is the alarm of this key, if there was one. One that stands until a person resets it is put aside for this once.
        """
        self.expire(now)
        stands = held if held is not None and held.stands else None
        refusal = _refusal(pattern, until_at - now.wall_s, stands.kind if stands else None)
        if refusal is None and pattern not in self._shelves and len(self._shelves) >= AT_MOST:
            refusal = f"{AT_MOST} alarms are shelved; take one back first"
        if refusal is None:
            by, reason = one_line(by, _WORDS) or "somebody", one_line(reason, _WORDS)
            of_at = stands.own_since_at if stands and class_of(stands.key).latched else None
            self._shelves[pattern] = Shelf(pattern, now.wall_s, until_at, by, reason, of_at)
        return refusal

    def remove(self, pattern: str) -> bool:
        """Take back. False: there is no such shelf."""
        return self._shelves.pop(pattern, None) is not None

    def covers(self, record: Record, now: Moment) -> Shelf | None:
        """The shelf that hides an alarm now, the one that ends last."""
        found = [shelf for shelf in self._shelves.values() if shelf.covers(record, now)]
        return max(found, key=lambda shelf: shelf.until_at, default=None)

    def expire(self, now: Moment) -> tuple[Shelf, ...]:
        """Forget those that are over; returns them."""
        over = tuple(shelf for shelf in self._shelves.values() if now.wall_s >= shelf.until_at)
        for shelf in over:
            del self._shelves[shelf.pattern]
        return over

    @property
    def standing(self) -> tuple[Shelf, ...]:
        """All of them, the first to end first."""
        return tuple(sorted(self._shelves.values(), key=lambda shelf: shelf.until_at))

    @property
    def stamps(self) -> list[float]:
        """When they were made (Unix seconds)."""
        return [shelf.from_at for shelf in self._shelves.values()]

    def set_by(self, step: Step) -> None:
        """The clock was set: a shelf stays as long as it was."""
        for pattern, shelf in self._shelves.items():
            by_s = step.moved(shelf.from_at) - shelf.from_at
            self._shelves[pattern] = replace(shelf, from_at=shelf.from_at + by_s, until_at=shelf.until_at + by_s)

    def document(self) -> str:
        """As JSON text, to be stored."""
        return _SHELVES.dump_json(self.standing).decode()

    @classmethod
    def load(cls, text: str) -> "Shelves":
        """From what was stored. What cannot be read hides nothing."""
        try:
            return cls(_SHELVES.validate_json(text) if text else ())
        except ValidationError:
            log.error("the shelved alarms cannot be read and are told again: %.200s", text)
            return cls()


def _refusal(pattern: str, seconds: float, kind: AlarmKind | None) -> str | None:
    if not _PATTERN.fullmatch(pattern):
        return "that is no alarm's key, nor a pattern with * for any part of one"
    if not math.isfinite(seconds) or seconds <= 0:
        return "the end must lie ahead"
    if seconds > WARNING_AT_MOST_S + _SLACK_S:
        return "at most 24 hours"
    if "*" in pattern:
        return _hides_nothing(pattern)
    row = class_of(pattern)
    if not row.shelvable:
        return f"{pattern} cannot be shelved; acknowledge it"
    if AlarmKind.EMERGENCY in (row.kind, kind) and seconds > EMERGENCY_AT_MOST_S + _SLACK_S:
        return f"{pattern} may be an emergency: at most 60 minutes"
    return None


def _hides_nothing(pattern: str) -> str | None:
    """A trip is never less than an emergency; what else is mostly one may come as a warning too."""
    rows = classes_of(pattern)
    if not rows or not all(row.latched for row in rows):
        return None
    return f"{pattern} names trips alone, which are emergencies, and a pattern hides no emergency: name one by its exact key"
