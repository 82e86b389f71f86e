"""What a way to people is, and how it fails. Foreign exceptions, which may name addresses and tokens, never leave a channel."""

from collections.abc import Collection
from typing import Protocol

from services.notifier.message import Outgoing, Sent

CANNOT_ASK = "cannot be asked without sending"
"""What `check` says of a provider that has no such question."""


class Failed(Exception):
    """A message was not accepted, or nobody knows. The text is the reason, for a person, without any secret.

    `retry_after_s`: the provider asks for this pause. `slow`: trying soon is of no use (wrong password). `hopeless`: this message
    will never be taken (no such number). `unfit`: for what it is itself (too long), which says nothing of the next one.
    `maybe_taken`: the provider may have it, its answer did not come.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry_after_s: float | None = None,
        slow: bool = False,
        hopeless: bool = False,
        unfit: bool = False,
        maybe_taken: bool = False,
    ) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
        self.slow = slow
        self.hopeless = hopeless
        self.unfit = unfit
        self.maybe_taken = maybe_taken

    def of(self, who: str) -> "Failed":
        """The same, with whom it concerns."""
        return Failed(
            f"{who}: {self}", retry_after_s=self.retry_after_s, slow=self.slow, hopeless=self.hopeless, unfit=self.unfit,
            maybe_taken=self.maybe_taken,
        )  # fmt: skip


class Closed(Failed):
    """The provider wants no message at all any more; a check tells when it does again."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, hopeless=True, slow=True)


class Unwelcome(Failed):
    """The provider takes messages, but none to this recipient."""


class Moved(Failed):
    """The recipient has another address now: `chat`."""

    def __init__(self, reason: str, chat: str) -> None:
        super().__init__(reason, slow=True)
        self.chat = chat


class Gone(Failed):
    """The message that was to be changed is not there any more."""


class Taken(Failed):
    """Somebody else asks for what people write to us."""


class Channel(Protocol):
    """One provider. `recipients` are its own addresses, from [NOTIFICATIONS]; `deadline_s` is what one sending may take.

    `edits`: a post can be changed afterwards.
    """

    name: str
    deadline_s: float
    recipients: tuple[str, ...]
    edits: bool

    async def send(self, recipient: str, message: Outgoing) -> Sent:
        """Hand a message over, or raise Failed. An edit or a reply whose `ref` is unknown is posted."""
        ...

    async def check(self) -> str:
        """Ask the provider, without sending anything, whether token, user and password are right. Raises Failed if not.

        The words are for a person; CANNOT_ASK where there is no such question.
        """
        ...

    async def unreached(self, addresses: Collection[str]) -> dict[str, str]:
        """Those of these persons' addresses that the provider would not take a message for, each with the reason, without sending
        anything; none where it cannot be asked. Raises Failed when it cannot be asked now."""
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...
