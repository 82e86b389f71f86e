"""What other programs publish, taken in for one sensor: when something arrives, and when it has been silent for too long."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from services.collector.levels import text_for_people
from services.shared import raw, raw_text
from services.shared.bus import Foreign
from services.shared.clock import Clock
from services.shared.device import Unreachable
from services.shared.spans import span

log = logging.getLogger(__name__)

MAX_BYTES = 65_536
MAX_TOPICS = 64
"""One filter takes so many topics and no more; a broker full of noise must not fill the memory."""
PERIOD_S = 0.05
"""Pause between two takings: what arrives waits no longer than this."""
_MAX_WAITING = 1_000


class Topics(Protocol):
    """The part of the bus that a listening sensor needs."""

    def on_topic(self, topic_filter: str, handler: Callable[[Foreign], None]) -> None:
        """Hand over what arrives under a filter."""
        ...


class Listening:
    """The first message of a topic after a (re)connect may be any age: it is held back, and is no sign of life."""

    def __init__(self, topics: Topics, topic_filter: str, *, heartbeat_s: float, clock: Clock) -> None:
        self._filter = topic_filter
        self._heartbeat_s = heartbeat_s
        self._clock = clock
        self._heard_mono_s = clock.now().mono_s
        self._waiting: deque[Foreign] = deque(maxlen=_MAX_WAITING)
        self._topics: set[str] = set()
        self._arrived = asyncio.Event()
        self._held = ""
        self._full = False
        self._shown = raw.hearer()
        topics.on_topic(topic_filter, self._take)

    @property
    def deadline_s(self) -> float:
        """A taking may last as long as silence is allowed."""
        return self._heartbeat_s + 10.0

    async def arrivals(self) -> list[Foreign]:
        """What arrived, as soon as something does. Raises Unreachable after `heartbeat_s` seconds of silence."""
        self._shown = raw.hearer()  # what comes is taken by another task
        left_s = self._heard_mono_s + self._heartbeat_s - self._clock.now().mono_s
        try:
            async with asyncio.timeout(max(left_s, min(1.0, self._heartbeat_s / 4))):
                await self._arrived.wait()
        except TimeoutError:
            raise Unreachable(f"nothing on {self._filter} for {span(self._heartbeat_s)}{self._held}") from None
        self._arrived.clear()
        arrived = list(self._waiting)
        self._waiting.clear()
        return arrived

    def _take(self, foreign: Foreign) -> None:
        if foreign.topic not in self._topics and not self._admit(foreign.topic):
            return
        self._show(foreign)
        if foreign.retained or foreign.first_since_connect:
            shown = text_for_people(foreign.payload[:400].decode("utf-8", "replace"))
            self._held = f"; the first message since the connect, {shown!r}, may be old and waits for a second one"
            log.info("%s: held back until a second message comes: %r", text_for_people(foreign.topic), shown)
            return
        self._held = ""
        self._heard_mono_s = foreign.received_mono_s
        self._waiting.append(replace(foreign, payload=foreign.payload[: MAX_BYTES + 1]))  # enough to see that it is too long
        self._arrived.set()

    def _show(self, foreign: Foreign) -> None:
        kind = " (retained)" if foreign.retained else " (the first since the connect)" if foreign.first_since_connect else ""
        self._shown(lambda: f"{foreign.topic}{kind}", lambda: raw_text.answered("a message", foreign.payload))

    def _admit(self, topic: str) -> bool:
        if len(self._topics) >= MAX_TOPICS:
            if not self._full:
                log.warning("%s takes more than %d topics; the rest is not read", self._filter, MAX_TOPICS)
            self._full = True
            return False
        self._topics.add(topic)
        return True
