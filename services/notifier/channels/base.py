"""What a way to people is, and how it fails. Foreign exceptions, which may name addresses and tokens, never leave a channel."""

from typing import Protocol

from services.notifier.message import Text


class Failed(Exception):
    """A message was not accepted, or nobody knows. The text is the reason, for a person, without any secret.

    `retry_after_s`: the provider asks for this pause. `slow`: trying soon is of no use (wrong password). `hopeless`: this message
    will never be taken (no such number). `maybe_taken`: the provider may have it, its answer did not come.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry_after_s: float | None = None,
        slow: bool = False,
        hopeless: bool = False,
        maybe_taken: bool = False,
    ) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
        self.slow = slow
        self.hopeless = hopeless
        self.maybe_taken = maybe_taken


class Channel(Protocol):
    """One provider. A message goes to each of `recipients` by itself; `deadline_s` is what one sending may take."""

    name: str
    deadline_s: float
    recipients: tuple[str, ...]

    async def send(self, recipient: str, text: Text, *, silent: bool) -> str:
        """Hand a message over. Returns what the provider said when it took it, or raises Failed."""
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...
