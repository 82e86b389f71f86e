"""What a command is, what it is given and how that is read, and what comes of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.notifier.record import Record
from services.notifier.shelves import Shelves
from services.shared.clock import Moment
from services.shared.messages import ChannelHealth

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
