"""A message to people, from what the pipeline wants said to what a channel sends: draft, row of the outbox, outgoing, sent."""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.notifier.record import severity
from services.shared.vocabulary import AlarmKind


class Act(StrEnum):
    """`POST` begins a thread; `REPLY` adds to it, with a sound; `EDIT` only brings what was posted up to date, without one.

    A channel that cannot edit is given no edits. While a thread's post still waits, whatever comes after it is merged into it.
    """

    POST = "post"
    REPLY = "reply"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Text:
    """What is said: `subject` one line, `body` plain text with further lines, `short` an SMS of at most 160 characters.

    `title` stands above the body where both are one text; empty: the subject does.
    """

    subject: str
    body: str
    short: str
    title: str = ""

    @property
    def headline(self) -> str:
        """The line above the body, which says nothing that the body says."""
        return self.title or self.subject


@dataclass(frozen=True, slots=True)
class Draft:
    """A message for one channel before it has numbers. `recipients` are addresses of that channel; empty: its own.

    `thread` names the incident it belongs to (empty: none). `whole` is the thread as it stands, for an edit and the merge with
    a post that still waits; None: `text` is it. `ask` shows a way to acknowledge `keys`. `repeated`: it may have come before.
    """

    channel: str
    kind: AlarmKind
    keys: tuple[str, ...]
    text: Text
    recipients: tuple[str, ...] = ()
    thread: str = ""
    act: Act = Act.POST
    whole: Text | None = None
    ask: bool = False
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A message that waits. `in_flight` is set before a provider is asked: after a kill in between nobody knows what it took.

    `repeated` says that it may have come before. `keys` are the alarms it tells of. `whole` is its thread as it stood then.
    `version` counts what was merged into it after it was first tried: to a receiver that is another message.
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
    thread: str = ""
    act: Act = Act.POST
    ask: bool = False
    whole: Text | None = None
    version: int = 0

    @property
    def is_urgent(self) -> bool:
        """Whether it waits for nothing that can be helped. An edit is never in a hurry."""
        return self.kind is AlarmKind.EMERGENCY and self.act is not Act.EDIT

    @property
    def urgency(self) -> tuple[int, int, int]:
        """Sorts the waiting: the most severe, those tried least, so that none blocks the rest, the oldest. An edit has time."""
        return (0 if self.act is Act.EDIT else -severity(self.kind), self.tries, self.id)

    @property
    def name(self) -> str:
        """The same at each try, and of no other message, after a lost file too."""
        return f"{self.id}-{int(self.created_at * 1_000):x}" + (f"-{self.version}" if self.version else "")

    def again(self, *, maybe_taken: bool) -> "Row":
        """As it waits for its next try. An edit that comes twice is the same edit."""
        return replace(self, in_flight=False, repeated=self.repeated or (maybe_taken and self.act is not Act.EDIT))

    @property
    def place(self) -> tuple[str, str, str]:
        """Its thread where it is read: thread, channel, recipient."""
        return (self.thread, self.channel, self.recipient)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a channel is given. `ref` is the provider's own reference of the thread's post to this recipient, empty when unknown.

    `id` is the same at each try of one message: a receiver may know a repetition by it. `created_at` Unix seconds.
    """

    id: str
    act: Act
    kind: AlarmKind
    text: Text
    keys: tuple[str, ...] = ()
    thread: str = ""
    ref: str = ""
    ask: bool = False
    created_at: float = 0.0

    @property
    def silent(self) -> bool:
        """Whether it makes no sound where that can be chosen."""
        return self.kind is AlarmKind.HEARTBEAT or self.act is Act.EDIT


@dataclass(frozen=True, slots=True)
class Sent:
    """What a provider said when it took a message, and its reference, by which a post can be edited and answered.

    `later` are addresses of the recipient that it would not take now, and may take later, each by itself.
    """

    words: str
    ref: str = ""
    later: tuple[str, ...] = ()
