"""Up to where Telegram's updates are handled, kept over restarts."""

from services.notifier.store import Change, Store
from services.shared.clock import Moment

FACT = "telegram_offset"
_FORGOTTEN_S = 6 * 86_400.0
"""After a week without an update Telegram may number anew, and lower (core.telegram.org/bots/api#update)."""


class Offset:
    """The fact is the next number and the Unix seconds at which it was set."""

    def __init__(self, store: Store) -> None:
        self._store = store
        number, _, at = store.facts.get(FACT, "").partition(" ")
        self._next = int(number) if number.isascii() and number.isdigit() else 0
        self._at = float(at) if at.isascii() and at.isdigit() else 0.0
        self._saved = self._next

    def asked(self, now: Moment) -> int:
        """From where to ask; 0 asks from the first that is not confirmed."""
        forgotten = now.wall_trusted and self._at and now.wall_s - self._at > _FORGOTTEN_S
        return 0 if forgotten else self._next

    def handled(self, number: int, now: Moment) -> None:
        """An update is handled, or will not be."""
        self._next, self._at = number + 1, now.wall_s

    async def save(self) -> None:
        """Write it down, if it changed."""
        if self._saved != self._next:
            self._saved = self._next
            await self._store.save(Change(facts={FACT: f"{self._next} {self._at:.0f}"}))
