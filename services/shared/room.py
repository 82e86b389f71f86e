"""Room for what was received and waits for its handlers: so many messages, and so many bytes of them."""

import threading


class Room:
    """Taken in one thread and given back in another. The last message that is let in may be larger than what is left."""

    def __init__(self, messages: int, size: int) -> None:
        self._messages = messages
        self._bytes = size
        self._given = threading.Condition()

    def take(self, size: int, timeout_s: float) -> bool:
        """Wait for room for a message of so many bytes, at most so long. Whether there is."""
        with self._given:
            if not self._given.wait_for(lambda: self._messages > 0 and self._bytes > 0, timeout_s):
                return False
            self._messages -= 1
            self._bytes -= size
            return True

    def give(self, size: int) -> None:
        """A message of so many bytes needs no room any more."""
        with self._given:
            self._messages += 1
            self._bytes += size
            self._given.notify()
