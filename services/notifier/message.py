"""A message to people as the outbox keeps it: one row per channel and recipient."""

from dataclasses import dataclass

from services.notifier.alarms import severity
from services.shared.vocabulary import AlarmKind


@dataclass(frozen=True, slots=True)
class Text:
    """What is said: `subject` one line, `body` plain text with further lines, `short` an SMS of at most 160 characters."""

    subject: str
    body: str
    short: str


@dataclass(frozen=True, slots=True)
class Row:
    """A message that waits. `in_flight` is set before a provider is asked: after a kill in between nobody knows what it took.

    `repeated` says that it may have come before. `keys` are the alarms it tells of.
    """

    id: int
    channel: str
    recipient: str
    kind: AlarmKind
    keys: tuple[str, ...]
    text: Text
    created_at: float
    tries: int = 0
    in_flight: bool = False
    repeated: bool = False

    @property
    def urgency(self) -> tuple[int, int]:
        """Sorts the waiting: the most severe first, then the oldest."""
        return (-severity(self.kind), self.id)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message for one channel before it has numbers and recipients."""

    channel: str
    kind: AlarmKind
    keys: tuple[str, ...]
    text: Text
