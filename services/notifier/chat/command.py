"""What a command is, what it is given and how that is read, and what comes of it."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from services.notifier.record import Record
from services.notifier.shelves import Shelves
from services.shared.clock import Moment
from services.shared.messages import ChannelHealth

MOST_MINUTES = 1440.0
ALLOWED = "allowed is a number of minutes, such as 30, or a time of day, such as until 18:00 (at most 24 h)"
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_LENGTH = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(m|min|minutes?|h|hours?)?", re.IGNORECASE | re.ASCII)
_UNIT = re.compile(r"m|min|minutes?|h|hours?", re.IGNORECASE | re.ASCII)
Buttons = Sequence[Sequence[tuple[str, str]]]
"""Rows of (label, callback data of at most 64 bytes)."""


class Wrong(Exception):
    """Wrong input; the text says to a person what was found and what is allowed."""


class Ways(Protocol):
    """The ways to people."""

    def health(self) -> tuple[ChannelHealth, ...]:
        """Of all of them, set up or not."""
        ...


class Desk(Protocol):
    """Where the alarms are kept, as far as a person in the chat may change them."""

    @property
    def records(self) -> Mapping[str, Record]:
        """Every alarm, by key."""
        ...

    @property
    def shelves(self) -> Shelves:
        """What is put aside."""
        ...

    @property
    def outbox(self) -> Ways:
        """What sends."""
        ...

    async def acknowledge(self, key: str, who: str) -> str | None:
        """A person has seen an alarm. Returns why not, or None."""
        ...

    async def shelve(self, pattern: str, minutes: float, who: str, reason: str) -> str | None:
        """Nobody is told for so long. Returns why not, or None."""
        ...

    async def unshelve(self, pattern: str, who: str) -> str | None:
        """Tell again. Returns why not, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One person's command: `who` for the records, `user` the number at Telegram, the words after the command.

    `message` and `text`: chat and number of the message whose button was pressed, and what it said then; empty where not known.
    """

    who: str
    user: int
    words: tuple[str, ...]
    now: Moment
    message: tuple[int, int] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person reads."""

    text: str
    buttons: Buttons = ()


@dataclass(frozen=True, slots=True)
class Pressed:
    """What comes of a button: a short note to the one who pressed it, a new text for its message, and what takes longer.

    `repeatable`: that is carried out before the update counts as handled, so never lost.
    """

    note: str
    alert: bool = False
    edit: str | None = None
    then: Callable[[], Awaitable[Answer]] | None = None
    repeatable: bool = False


Handler = Callable[[Call], Awaitable[Answer]]
PressHandler = Callable[[Call, str], Awaitable[Pressed]]
"""Given the button's data."""


@dataclass(frozen=True, slots=True)
class Command:
    """`about` is what the app offers it with. `repeatable`: carried out before the update counts as handled, so never lost."""

    usage: str
    about: str
    run: Handler
    repeatable: bool = False


class SiteTime:
    """The site's calendar."""

    def __init__(self, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)

    def clock(self, at: float | None, now: Moment) -> str:
        """Unix seconds as hours and minutes with the zone, with the day where it is not today."""
        if at is None or not 0 <= at < 4_102_444_800:
            return "an unknown time"
        moment = datetime.fromtimestamp(at, self.zone)
        today = moment.date() == datetime.fromtimestamp(now.wall_s, self.zone).date()
        return moment.strftime("%H:%M %Z" if today else "%Y-%m-%d %H:%M %Z")

    def minutes(self, words: Sequence[str], now: Moment) -> tuple[float, list[str]]:
        """How long, from the first words, and the words after them. Raises Wrong."""
        rest = list(words)
        if rest and rest[0].lower() in ("until", "for"):
            rest.pop(0)
        if not rest:
            raise Wrong(f"How long? {ALLOWED.capitalize()}.")
        word = rest.pop(0)
        if clock := _CLOCK.fullmatch(word):
            return self._until(int(clock[1]), int(clock[2]), now), rest
        length = _LENGTH.fullmatch(word)
        if length is None:
            raise Wrong(f"Found {word[:40]!r} for how long; {ALLOWED}.")
        unit = length[2] or (rest.pop(0) if rest and _UNIT.fullmatch(rest[0]) else "min")
        return _checked(float(length[1]) * (60 if unit.lower().startswith("h") else 1)), rest

    def _until(self, hour: int, minute: int, now: Moment) -> float:
        if not now.wall_trusted:
            raise Wrong("The site's clock is not trusted now, so a time of day means nothing: give minutes, such as 30.")
        if hour > 23 or minute > 59:
            raise Wrong(f"Found {hour}:{minute:02d}; {ALLOWED}.")
        today = datetime.fromtimestamp(now.wall_s, self.zone).date()
        moments = [datetime.combine(today + timedelta(days=days), time(hour, minute), self.zone).timestamp() for days in (0, 1)]
        return _checked((next(at for at in (*moments, moments[1] + 86_400) if at > now.wall_s) - now.wall_s) / 60)


def _checked(minutes: float) -> float:
    if not 0 < minutes <= MOST_MINUTES:
        raise Wrong(f"Found {minutes:g} minutes; {ALLOWED}.")
    return minutes
