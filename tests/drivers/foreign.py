"""A bus of one filter, without a broker: what the listening drivers need of it."""

from collections.abc import Callable

from services.shared.bus import Foreign
from services.shared.clock import Clock


class FakeTopics:
    """`say` hands a message to whoever listens, as first since the connect, or as retained, or live."""

    def __init__(self) -> None:
        self._handlers: list[Callable[[Foreign], None]] = []

    def on_topic(self, topic_filter: str, handler: Callable[[Foreign], None]) -> None:
        self._handlers.append(handler)

    def say(self, topic: str, text: str | bytes, *, first: bool = False, retained: bool = False) -> None:
        payload = text if isinstance(text, bytes) else text.encode()
        for handler in self._handlers:
            handler(Foreign(topic, payload, Clock().now().mono_s, retained, first))
